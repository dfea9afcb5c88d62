// CategoryEncoding: integers as vectors over the categories they name. Keras:
// keras.layers.CategoryEncoding.
//
// "one_hot": a vector for every integer; "multi_hot": one for each example, 1
// where a category occurs; "count": how often it occurs, or the sum of its
// `count_weights` (a second call argument).
//
//   {.num_tokens = 4, .output_mode = "one_hot"}
#ifndef KERATIN_LAYERS_PREPROCESSING_CATEGORY_ENCODING_H_
#define KERATIN_LAYERS_PREPROCESSING_CATEGORY_ENCODING_H_

#include <string>

#include "layers/base/layer.h"

namespace keratin {

// What several layers make of categories: `mode` is "int" (the numbers
// themselves), "one_hot", "multi_hot" or "count"; `weights` (may be not ok())
// go with "count". Keras: encode_categorical_inputs.
Tensor EncodeCategories(const Tensor& categories, const std::string& mode,
                        int64_t depth, DType dtype,
                        const Tensor& weights = Tensor());

struct CategoryEncodingOptions {
  int64_t num_tokens = 0;
  std::string output_mode = "multi_hot";

  void Describe(Fields& fields);
};

class CategoryEncoding : public Layer {
 protected:
  void Describe(Fields& fields) override { options_.Describe(fields); }
  absl::Status Configured() override;
  bool casts_inputs() const override { return false; }
  Value CallWith(const CallContext& context,
                 const Arguments& arguments) override;

 private:
  CategoryEncodingOptions options_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_PREPROCESSING_CATEGORY_ENCODING_H_
