// Pooling over windows and over all positions, in one to three dimensions.
// Keras: keras.layers.MaxPooling1D .. GlobalAveragePooling3D.
#include "layers/ops/pooling.h"

#include "absl/strings/str_cat.h"
#include "layers/base/layer.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin {
namespace {

class Pooling : public Layer {
 protected:
  Pooling(int rank, bool is_max) : rank_(rank), is_max_(is_max) {}
  void Describe(Fields& f) override {
    f("pool_size", pool_size_)("strides", strides_)("padding", padding_)(
        "data_format", data_format_);
  }
  absl::Status Configured() override {
    auto padding = ops::PaddingOf(padding_);
    auto format = ops::DataFormatOf(data_format_.value_or("channels_last"));
    if (!padding || *padding == ops::Padding::kCausal) {
      return absl::InvalidArgumentError(absl::StrCat(
          "'padding' must be 'valid' or 'same', not '", padding_, "'"));
    }
    if (!format)
      return absl::InvalidArgumentError(
          absl::StrCat("'data_format' cannot be '", *data_format_, "'"));
    options_ = {.pool_size = pool_size_,
                .strides = strides_.value_or(pool_size_),
                .padding = *padding,
                .data_format = *format};
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override {
    if (x.rank() != rank_ + 2)
      return Fail(absl::StrCat("expects an input of rank ", rank_ + 2,
                               ", not of shape ", x.shape().ToString()));
    return is_max_ ? ops::MaxPool(x, options_) : ops::AveragePool(x, options_);
  }

 private:
  int rank_;
  bool is_max_;
  std::vector<int64_t> pool_size_ = {2};
  std::optional<std::vector<int64_t>> strides_;
  std::string padding_ = "valid";
  std::optional<std::string> data_format_;
  ops::PoolOptions options_;
};

class GlobalPooling : public Layer {
 public:
  // Averages of one dimension skip masked steps; the result bears no mask.
  bool supports_masking() const override { return rank_ == 1 && !is_max_; }
  Tensor ComputeMask(const Value&, const CallContext&) override {
    return Tensor();
  }

 protected:
  GlobalPooling(int rank, bool is_max) : rank_(rank), is_max_(is_max) {}
  void Describe(Fields& f) override {
    f("data_format", data_format_)("keepdims", keepdims_);
  }
  Value CallWith(const CallContext& context,
                 const Arguments& arguments) override {
    if (arguments.positional.empty() || !arguments.positional[0].is_tensor())
      return Value(Fail("takes one tensor"));
    Tensor x = arguments.positional[0].as_tensor();
    if (x.rank() != rank_ + 2)
      return Value(Fail(absl::StrCat("expects an input of rank ", rank_ + 2,
                                     ", not of shape ", x.shape().ToString())));
    const bool last = data_format_.value_or("channels_last") == "channels_last";
    std::vector<int> axes;
    for (int axis = 0; axis < rank_; ++axis)
      axes.push_back(last ? axis + 1 : axis + 2);
    if (supports_masking() && context.mask.ok()) {
      Tensor mask =
          ops::ExpandDims(ops::Cast(context.mask, x.dtype()), last ? 2 : 1);
      x = x * mask;
      return Value(ops::Sum(x, axes, keepdims_) /
                   ops::Sum(mask, axes, keepdims_));
    }
    return Value(is_max_ ? ops::Max(x, axes, keepdims_)
                         : ops::Mean(x, axes, keepdims_));
  }

 private:
  int rank_;
  bool is_max_;
  bool keepdims_ = false;
  std::optional<std::string> data_format_;
};

#define KERATIN_POOLING(Class, Base, rank, is_max) \
  struct Class : Base {                            \
    Class() : Base(rank, is_max) {}                \
  };                                               \
  KERATIN_REGISTER_LAYER("keras", Class)
KERATIN_POOLING(MaxPooling1D, Pooling, 1, true);
KERATIN_POOLING(MaxPooling2D, Pooling, 2, true);
KERATIN_POOLING(MaxPooling3D, Pooling, 3, true);
KERATIN_POOLING(AveragePooling1D, Pooling, 1, false);
KERATIN_POOLING(AveragePooling2D, Pooling, 2, false);
KERATIN_POOLING(AveragePooling3D, Pooling, 3, false);
KERATIN_POOLING(GlobalMaxPooling1D, GlobalPooling, 1, true);
KERATIN_POOLING(GlobalMaxPooling2D, GlobalPooling, 2, true);
KERATIN_POOLING(GlobalMaxPooling3D, GlobalPooling, 3, true);
KERATIN_POOLING(GlobalAveragePooling1D, GlobalPooling, 1, false);
KERATIN_POOLING(GlobalAveragePooling2D, GlobalPooling, 2, false);
KERATIN_POOLING(GlobalAveragePooling3D, GlobalPooling, 3, false);

}  // namespace
}  // namespace keratin
