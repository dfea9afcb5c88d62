#include "layers/merging/merging.h"

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
  Tensor ComputeMask(const Value&, const CallContext& context) override {
    Tensor mask;
    for (const Tensor& other : context.masks) {
      if (!other.ok()) return Tensor();
      mask = mask.ok() ? ops::LogicalOr(mask, other) : other;
    }
    return mask;
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
  // A masked position counts as 1 there.
  Value CallWith(const CallContext& context,
                 const Arguments& arguments) override {
    if (arguments.positional.empty())
      return Value(Fail("Multiply takes a list of tensors"));
    std::vector<Tensor> inputs = arguments.positional[0].tensors();
    for (size_t k = 0; k < inputs.size() && k < context.masks.size(); ++k) {
      Tensor mask = context.masks[k];
      if (!mask.ok()) continue;
      while (mask.ok() && mask.rank() < inputs[k].rank())
        mask = ops::ExpandDims(mask, -1);
      inputs[k] =
          ops::Where(mask, inputs[k],
                     ops::Cast(ops::OnesLike(inputs[k]), inputs[k].dtype()));
    }
    return Value(Combine(AlignRanks(inputs)));
  }
};
class MaximumLayer : public Merge {
  Tensor Combine(const std::vector<Tensor>& inputs) override {
    return Fold(inputs, ops::Maximum);
  }
};
class MinimumLayer : public Merge {
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
  Tensor ComputeMask(const Value& given, const CallContext& context) override {
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
    if (!any) return Tensor();
    return ops::All(ops::Concatenate(masks, static_cast<int>(options_.axis)),
                    -1);
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
