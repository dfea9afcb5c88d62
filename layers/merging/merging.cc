#include "layers/merging/merging.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/comparison.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin {
namespace {

template <typename Options>
class MergeWith : public LayerWith<Options> {
 public:
  bool supports_masking() const override { return true; }
  // A position holds in the result if it holds in any input.
  Value ComputeMask(const Value&, const CallContext& context) override {
    Tensor mask;
    for (const Tensor& other : context.masks) {
      if (!other.ok()) return Value();
      mask = mask.ok() ? ops::LogicalOr(mask, other) : other;
    }
    return Value(mask);
  }

 protected:
  virtual Tensor Combine(const std::vector<Tensor>& inputs) = 0;
  Value CallWith(const CallContext&, const Arguments& arguments) override {
    std::vector<Tensor> inputs = arguments.positional.empty()
                                     ? std::vector<Tensor>()
                                     : arguments.positional[0].tensors();
    if (inputs.empty())
      return Value(Layer::Fail(
          absl::StrCat(this->class_name(), " takes a list of tensors")));
    return Value(Combine(AlignRanks(inputs)));
  }
  absl::Status BuildFrom(const Arguments& arguments) override {
    return absl::OkStatus();
  }

  // Keras gives tensors of lower rank axes of size 1 after the first.
  static std::vector<Tensor> AlignRanks(std::vector<Tensor> inputs) {
    int rank = 0;
    for (const Tensor& x : inputs) rank = std::max(rank, x.rank());
    for (Tensor& x : inputs) {
      while (x.ok() && x.rank() < rank) x = ops::ExpandDims(x, 1);
    }
    return inputs;
  }
};

using Merge = MergeWith<MergeOptions>;

// The mask of the input by that number, for each of its elements; none if it
// has none.
Tensor ElementMask(const CallContext& context,
                   const std::vector<Tensor>& inputs, size_t k) {
  if (k >= context.masks.size() || !context.masks[k].ok()) return Tensor();
  return ops::BroadcastTo(ops::ExpandDims(context.masks[k], -1),
                          inputs[k].shape());
}

Tensor Fold(const std::vector<Tensor>& inputs,
            Tensor (*f)(const ops::Operand&, const ops::Operand&)) {
  Tensor result = inputs[0];
  for (size_t k = 1; k < inputs.size(); ++k) result = f(result, inputs[k]);
  return result;
}

class AddLayer : public Merge {
  Tensor Combine(const std::vector<Tensor>& inputs) override {
    return Fold(inputs, ops::Add);
  }
};
class MultiplyLayer : public Merge {
  Tensor Combine(const std::vector<Tensor>& inputs) override {
    return Fold(inputs, ops::Multiply);
  }
  // A masked position counts as 1; where all are masked the product is 0.
  Value CallWith(const CallContext& context,
                 const Arguments& arguments) override {
    if (arguments.positional.empty())
      return Value(Fail("Multiply takes a list of tensors"));
    std::vector<Tensor> inputs = arguments.positional[0].tensors();
    Tensor any_mask;
    bool all_masked = !inputs.empty();
    for (size_t k = 0; k < inputs.size(); ++k) {
      const Tensor mask = ElementMask(context, inputs, k);
      all_masked = all_masked && mask.ok();
      if (!mask.ok()) continue;
      inputs[k] =
          ops::Where(mask, inputs[k], ops::Full({}, 1, inputs[k].dtype()));
      any_mask = any_mask.ok() ? ops::LogicalOr(any_mask, mask) : mask;
    }
    const Tensor product = Combine(AlignRanks(inputs));
    if (!all_masked || !product.ok()) return Value(product);
    return Value(
        ops::Where(any_mask, product, ops::Full({}, 0, product.dtype())));
  }
};
// The greatest or least of those that are not masked (there is no number that
// would change none).
class ExtremeLayer : public Merge {
  Value CallWith(const CallContext& context,
                 const Arguments& arguments) override {
    const std::vector<Tensor> inputs = arguments.positional.empty()
                                           ? std::vector<Tensor>()
                                           : arguments.positional[0].tensors();
    if (std::none_of(context.masks.begin(), context.masks.end(),
                     [](const Tensor& mask) { return mask.ok(); }))
      return Merge::CallWith(context, arguments);
    Tensor result = inputs[0], result_mask = ElementMask(context, inputs, 0);
    for (size_t k = 1; k < inputs.size(); ++k) {
      Tensor x = inputs[k];
      const Tensor mask = ElementMask(context, inputs, k);
      if (mask.ok()) x = ops::Where(mask, x, result);
      if (result_mask.ok()) result = ops::Where(result_mask, result, x);
      result_mask = mask.ok() && result_mask.ok()
                        ? ops::LogicalOr(result_mask, mask)
                        : Tensor();
      result = Combine({result, x});
    }
    return Value(result);
  }
};
class MaximumLayer : public ExtremeLayer {
  Tensor Combine(const std::vector<Tensor>& inputs) override {
    return Fold(inputs, ops::Maximum);
  }
};
class MinimumLayer : public ExtremeLayer {
  Tensor Combine(const std::vector<Tensor>& inputs) override {
    return Fold(inputs, ops::Minimum);
  }
};
class AverageLayer : public Merge {
  Tensor Combine(const std::vector<Tensor>& inputs) override {
    return Fold(inputs, ops::Add) / static_cast<double>(inputs.size());
  }
};
class SubtractLayer : public Merge {
  Tensor Combine(const std::vector<Tensor>& inputs) override {
    if (inputs.size() != 2)
      return Fail(
          absl::StrCat("Subtract takes two tensors, not ", inputs.size()));
    return ops::Subtract(inputs[0], inputs[1]);
  }
};
class ConcatenateLayer : public MergeWith<ConcatenateOptions> {
 public:
  Value ComputeMask(const Value& given, const CallContext& context) override {
    std::vector<Tensor> inputs = given.tensors();
    std::vector<ops::Operand> masks;
    bool any = false;
    for (size_t k = 0; k < inputs.size(); ++k) {
      Tensor mask = k < context.masks.size() ? context.masks[k] : Tensor();
      any = any || mask.ok();
      if (!mask.ok()) {
        mask = ops::Cast(ops::OnesLike(inputs[k]), DType::kBool);
      } else if (mask.rank() < inputs[k].rank()) {
        mask = ops::BroadcastTo(ops::ExpandDims(mask, -1), inputs[k].shape());
      }
      masks.push_back(mask);
    }
    if (!any) return Value();
    return Value(
        ops::All(ops::Concatenate(masks, static_cast<int>(options_.axis)), -1));
  }

 private:
  Tensor Combine(const std::vector<Tensor>& inputs) override {
    return ops::Concatenate(
        std::vector<ops::Operand>(inputs.begin(), inputs.end()),
        static_cast<int>(options_.axis));
  }
};
}  // namespace

KERATIN_DEFINE_LAYER("keras", Add, AddLayer);
KERATIN_DEFINE_LAYER("keras", Subtract, SubtractLayer);
KERATIN_DEFINE_LAYER("keras", Multiply, MultiplyLayer);
KERATIN_DEFINE_LAYER("keras", Average, AverageLayer);
KERATIN_DEFINE_LAYER("keras", Maximum, MaximumLayer);
KERATIN_DEFINE_LAYER("keras", Minimum, MinimumLayer);
KERATIN_DEFINE_LAYER("keras", Concatenate, ConcatenateLayer);

}  // namespace keratin
