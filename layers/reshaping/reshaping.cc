// Layers that move elements without computing. Keras: keras.layers.Flatten,
// Reshape, Permute, RepeatVector, ZeroPadding, Cropping, UpSampling1D.
#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/base/layer.h"
#include "layers/ops/convolution.h"
#include "layers/ops/shaping.h"

namespace keratin {
namespace {

class Flatten : public Layer {
  void Describe(Fields& f) override { f("data_format", data_format_); }
  Tensor Call(const Tensor& given) override {
    Tensor x = given;
    if (data_format_.value_or("") == "channels_first" && x.rank() > 2)
      x = ops::MoveAxis(x, 1, -1);
    Dim rest = 1;
    for (int axis = 1; axis < x.rank(); ++axis) rest = rest * x.dim(axis);
    return ops::Reshape(x, {x.dim(0), rest});
  }
  std::optional<std::string> data_format_;
};
KERATIN_REGISTER_LAYER("keras", Flatten);

class Reshape : public Layer {
  void Describe(Fields& f) override {
    f.Required("target_shape")("target_shape", target_);
  }
  Tensor Call(const Tensor& x) override {
    Shape shape{x.dim(0)};
    for (int64_t size : target_) shape.push_back(size);
    return ops::Reshape(x, shape);
  }
  std::vector<int64_t> target_;
};
KERATIN_REGISTER_LAYER("keras", Reshape);

class Permute : public Layer {
  void Describe(Fields& f) override { f("dims", dims_); }
  Tensor Call(const Tensor& x) override {
    if (static_cast<int>(dims_.size()) + 1 != x.rank()) {
      return Fail(absl::StrCat("'dims' names ", dims_.size(),
                               " axes, and the input has shape ",
                               x.shape().ToString()));
    }
    std::vector<int> axes = {0};
    axes.insert(axes.end(), dims_.begin(), dims_.end());
    return ops::Transpose(x, axes);
  }
  std::vector<int64_t> dims_;
};
KERATIN_REGISTER_LAYER("keras", Permute);

class RepeatVector : public Layer {
  void Describe(Fields& f) override { f("n", n_); }
  Tensor Call(const Tensor& x) override {
    return trace::BroadcastInDim(x, {x.dim(0), n_, x.dim(1)}, {0, 2});
  }
  int64_t n_ = 1;
};
KERATIN_REGISTER_LAYER("keras", RepeatVector);

// A pair for each spatial axis, from one number, one for each, or pairs.
absl::Status ReadPairs(const Value& value, int rank,
                       std::vector<std::pair<int64_t, int64_t>>& pairs) {
  auto wrong = [&] {
    return absl::InvalidArgumentError(
        absl::StrCat("must be a number, ", rank, " numbers or ", rank,
                     " pairs, not ", value.ToString()));
  };
  pairs.clear();
  if (value.is_int()) {
    pairs.assign(rank, {value.as_int(), value.as_int()});
    return absl::OkStatus();
  }
  if (!value.is_sequence()) return wrong();
  if (rank == 1 && value.items().size() == 2 && value.items()[0].is_int() &&
      value.items()[1].is_int()) {
    pairs.emplace_back(value.items()[0].as_int(), value.items()[1].as_int());
    return absl::OkStatus();
  }
  if (static_cast<int>(value.items().size()) != rank) return wrong();
  for (const Value& item : value.items()) {
    if (item.is_int()) {
      pairs.emplace_back(item.as_int(), item.as_int());
    } else if (item.is_sequence() && item.items().size() == 2 &&
               item.items()[0].is_int() && item.items()[1].is_int()) {
      pairs.emplace_back(item.items()[0].as_int(), item.items()[1].as_int());
    } else {
      return wrong();
    }
  }
  return absl::OkStatus();
}

// Adds zeros around the spatial axes, or takes a margin away.
class Border : public Layer {
 protected:
  Border(int rank, const char* key, int sign)
      : rank_(rank), key_(key), sign_(sign) {}
  void Describe(Fields& f) override {
    f(key_, pairs_value_)("data_format", data_format_);
  }
  absl::Status Configured() override {
    absl::Status status = ReadPairs(pairs_value_, rank_, pairs_);
    return status.ok()
               ? status
               : absl::Status(status.code(),
                              absl::StrCat("'", key_, "' ", status.message()));
  }
  Tensor Call(const Tensor& x) override {
    if (x.rank() != rank_ + 2)
      return Fail(absl::StrCat("expects an input of rank ", rank_ + 2,
                               ", not of shape ", x.shape().ToString()));
    const int first =
        data_format_.value_or("channels_last") == "channels_first" ? 2 : 1;
    Shape low, high;
    for (int axis = 0; axis < x.rank(); ++axis) {
      const bool spatial = axis >= first && axis < first + rank_;
      low.push_back(spatial ? sign_ * pairs_[axis - first].first : 0);
      high.push_back(spatial ? sign_ * pairs_[axis - first].second : 0);
    }
    return trace::Pad(x, trace::Constant(0, x.dtype()), low, high,
                      std::vector<int64_t>(x.rank(), 0));
  }

 private:
  int rank_;
  const char* key_;
  int sign_;
  Value pairs_value_ = 1;
  std::vector<std::pair<int64_t, int64_t>> pairs_;
  std::optional<std::string> data_format_;
};

#define KERATIN_BORDER(Class, rank, key, sign) \
  struct Class : Border {                      \
    Class() : Border(rank, key, sign) {}       \
  };                                           \
  KERATIN_REGISTER_LAYER("keras", Class)
KERATIN_BORDER(ZeroPadding1D, 1, "padding", 1);
KERATIN_BORDER(ZeroPadding2D, 2, "padding", 1);
KERATIN_BORDER(ZeroPadding3D, 3, "padding", 1);
KERATIN_BORDER(Cropping1D, 1, "cropping", -1);
KERATIN_BORDER(Cropping2D, 2, "cropping", -1);
KERATIN_BORDER(Cropping3D, 3, "cropping", -1);

}  // namespace
}  // namespace keratin
