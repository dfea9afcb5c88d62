// CategoryEncoding: integers as vectors over the categories they name. Keras:
// keras.layers.CategoryEncoding.
//
// "one_hot": a vector for every integer; "multi_hot": one for each example, 1
// where a category occurs; "count": how often it occurs, or the sum of its
// `count_weights` (a second call argument).
//
//   KerasTensor y = CategoryEncoding({.num_tokens = 4})(x);
#ifndef KERATIN_LAYERS_PREPROCESSING_CATEGORY_ENCODING_H_
#define KERATIN_LAYERS_PREPROCESSING_CATEGORY_ENCODING_H_

#include <cstdint>
#include <string>

#include "layers/base/layer_ptr.h"

namespace keratin {

// What several layers make of categories: `mode` is "int" (the numbers
// themselves), "one_hot", "multi_hot" or "count"; `weights` (may be not ok())
// go with "count". Keras: encode_categorical_inputs.
Tensor EncodeCategories(const Tensor& categories, const std::string& mode,
                        int64_t depth, DType dtype,
                        const Tensor& weights = Tensor());

struct CategoryEncodingOptions {
  int64_t num_tokens = 0;  // required
  std::string output_mode = "multi_hot";

  void Describe(Fields& f);
};
KERATIN_DECLARE_LAYER(CategoryEncoding);

}  // namespace keratin

#endif  // KERATIN_LAYERS_PREPROCESSING_CATEGORY_ENCODING_H_
