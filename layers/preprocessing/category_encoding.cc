#include "layers/preprocessing/category_encoding.h"

#include "absl/strings/str_cat.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/creation.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/reduction.h"
#include "layers/ops/shaping.h"

namespace keratin {

Tensor EncodeCategories(const Tensor& categories, const std::string& mode,
                        int64_t depth, DType dtype, const Tensor& weights) {
  if (!categories.ok()) return Tensor();
  if (mode == "int") return ops::Cast(categories, dtype);
  Tensor x =
      categories.rank() == 0 ? ops::ExpandDims(categories, -1) : categories;
  if (mode == "multi_hot") return ops::MultiHot(x, depth, -1, dtype);
  if (mode == "one_hot") {
    if (x.rank() > 1 && x.dim(-1).IsConstant(1)) x = ops::Squeeze(x, -1);
    return ops::OneHot(x, depth, -1, dtype);
  }
  Tensor hot =
      ops::OneHot(x, depth, -1, weights.ok() ? weights.dtype() : dtype);
  if (weights.ok()) hot = hot * ops::ExpandDims(weights, -1);
  return ops::Sum(hot, x.rank() > 1 ? 1 : 0);
}

void CategoryEncodingOptions::Describe(Fields& f) {
  f.Required("num_tokens")("num_tokens", num_tokens)("output_mode",
                                                     output_mode);
  // Not written by Keras, and true is not supported.
  if (f.reading()) f.Only("sparse", Value(false));
}

namespace {

class CategoryEncodingLayer : public LayerWith<CategoryEncodingOptions> {
  absl::Status Configured() override {
    std::string& mode = options_.output_mode;
    if (mode == "binary") mode = "multi_hot";
    if (mode != "multi_hot" && mode != "one_hot" && mode != "count") {
      return absl::InvalidArgumentError(absl::StrCat(
          "'output_mode' must be 'multi_hot', 'one_hot' or 'count', not '",
          mode, "'"));
    }
    return CheckPositive("num_tokens", options_.num_tokens);
  }
  bool casts_inputs() const override { return false; }
  CallSignature signature() const override {
    return {.arguments = {"inputs", "count_weights"}};
  }
  Value CallWith(const CallContext&, const Arguments& arguments) override {
    const Value* x = arguments.Find(0, "inputs");
    if (x == nullptr || !x->is_tensor()) return Value(Fail("takes one tensor"));
    const Value* given = arguments.Find(1, "count_weights");
    Tensor weights;
    if (given != nullptr && given->is_tensor()) {
      if (options_.output_mode != "count") {
        return Value(Fail(absl::StrCat(
            "'count_weights' goes with 'output_mode' = 'count', not '",
            options_.output_mode, "'")));
      }
      weights = ops::Cast(given->as_tensor(), compute_dtype());
    }
    return Value(EncodeCategories(x->as_tensor(), options_.output_mode,
                                  options_.num_tokens, variable_dtype(),
                                  weights));
  }
};

}  // namespace

KERATIN_DEFINE_LAYER("keras", CategoryEncoding, CategoryEncodingLayer);

}  // namespace keratin
