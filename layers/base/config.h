// keras.config: what layers take where they are told nothing. Options of the
// process, read when a layer is made; any thread may ask or set them.
//
//   config::set_dtype_policy(DTypePolicy("mixed_bfloat16"));
#ifndef KERATIN_LAYERS_BASE_CONFIG_H_
#define KERATIN_LAYERS_BASE_CONFIG_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "layers/base/dtype_policy.h"
#include "runtime/dtype.h"

namespace keratin::config {

// keras.config.floatx: the type of floats, float32 at first; bfloat16, float16,
// float32 or float64.
DType floatx();
absl::Status set_floatx(DType dtype);

// keras.config.epsilon: the small number that divisors are kept from, 1e-7.
double epsilon();
void set_epsilon(double epsilon);

// keras.config.image_data_format: "channels_last" or "channels_first".
std::string image_data_format();
absl::Status set_image_data_format(const std::string& format);

// keras.config.dtype_policy: that of layers without a `dtype`; the policy of
// floatx until one is set. An unknown policy is an error.
DTypePolicy dtype_policy();
absl::Status set_dtype_policy(const DTypePolicy& policy);

// How many compiled calls each layer and metric keeps, one for each signature
// of arguments; 64 at first, at least 1. Not an option of Keras.
size_t eager_cache_size();
void set_eager_cache_size(size_t signatures);

}  // namespace keratin::config

#endif  // KERATIN_LAYERS_BASE_CONFIG_H_
