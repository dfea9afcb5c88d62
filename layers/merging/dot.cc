#include "layers/merging/dot.h"

#include "absl/strings/str_cat.h"
#include "layers/ops/linear.h"
#include "layers/ops/normalization.h"
#include "layers/ops/shaping.h"

namespace keratin {

namespace {

class DotLayer : public LayerWith<DotOptions> {
 public:
  bool supports_masking() const override { return true; }
  Value ComputeMask(const Value&, const CallContext&) override {
    return Value();
  }

 private:
  absl::Status Configured() override {
    const size_t count = options_.axes.axes().size();
    if (count == 1 || count == 2) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("'axes' must be one axis or two, not ", count));
  }
  Value CallWith(const CallContext&, const Arguments& arguments) override {
    const Value* inputs = arguments.Find(0, "inputs");
    std::vector<Tensor> x =
        inputs == nullptr ? std::vector<Tensor>() : inputs->tensors();
    if (x.size() != 2)
      return Value(Fail(absl::StrCat("takes two tensors, not ", x.size())));
    // Labels: 0 the batch, 1 what is summed, further ones the rest.
    std::vector<int> labels[2], result = {0};
    int next = 2;
    for (int k = 0; k < 2; ++k) {
      const int64_t given =
          k == 0 ? options_.axes.axes().front() : options_.axes.axes().back();
      const int64_t axis = given < 0 ? given + x[k].rank() : given;
      if (axis < 1 || axis >= x[k].rank()) {
        return Value(Fail(absl::StrCat(
            "'axes' must name an axis after the batch, and ", given,
            " is none of an input of shape ", x[k].shape().ToString())));
      }
      if (options_.normalize)
        x[k] = ops::Normalize(x[k], static_cast<int>(axis));
      for (int place = 0; place < x[k].rank(); ++place) {
        const int label = place == 0 ? 0 : place == axis ? 1 : next++;
        labels[k].push_back(label);
        if (label > 1) result.push_back(label);
      }
    }
    if (!x[0].ok() || !x[1].ok()) return Value(Tensor());
    Tensor y = ops::Contract("dot", x[0], labels[0], x[1], labels[1], result);
    if (y.ok() && y.rank() == 1) y = ops::ExpandDims(y, -1);
    return Value(y);
  }
};

}  // namespace

KERATIN_DEFINE_LAYER("keras", Dot, DotLayer);

}  // namespace keratin
