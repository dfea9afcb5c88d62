// keras.initializers: the first values of weights, as layers take them.
//
// Values are Keras's own on JAX for the same integer seed. Without a seed each
// initializer draws one when it is made, and gives the same values ever after.
//
//   Dense({.units = 8, .kernel_initializer = "he_normal"});
//   Dense({.units = 8,
//          .kernel_initializer = initializers::RandomNormal({.seed = 7})});
#ifndef KERATIN_LAYERS_INITIALIZERS_INITIALIZERS_H_
#define KERATIN_LAYERS_INITIALIZERS_INITIALIZERS_H_

#include <cstdint>
#include <string>

#include "layers/base/object.h"

namespace keratin::initializers {

// `seed`: an integer, or None.
struct RandomNormalOptions {
  double mean = 0, stddev = 0.05;
  Value seed = {};
};
struct RandomUniformOptions {
  double minval = -0.05, maxval = 0.05;
  Value seed = {};
};
struct VarianceScalingOptions {
  double scale = 1;
  std::string mode = "fan_in";                    // fan_out, fan_avg
  std::string distribution = "truncated_normal";  // untruncated_normal, uniform
  Value seed = {};
  // The axes of the units that a weight connects; None: by Keras's convention.
  Value input_axes = {}, output_axes = {};
};
struct OrthogonalOptions {
  double gain = 1;
  Value seed = {};
};
struct STFTOptions {
  std::string side = "real";  // imag
  Value window = "hann";      // a name, numbers, or None
  Value scaling = "density";  // spectrum, or None
  bool periodic = false;
};

Initializer Zeros();
Initializer Ones();
Initializer Constant(const Value& value = 0.0);
Initializer Identity();
Initializer RandomNormal(const RandomNormalOptions& options = {});
Initializer TruncatedNormal(const RandomNormalOptions& options = {});
Initializer RandomUniform(const RandomUniformOptions& options = {});
Initializer VarianceScaling(const VarianceScalingOptions& options = {});
Initializer GlorotUniform(const Value& seed = {});
Initializer GlorotNormal(const Value& seed = {});
Initializer HeUniform(const Value& seed = {});
Initializer HeNormal(const Value& seed = {});
Initializer LecunUniform(const Value& seed = {});
Initializer LecunNormal(const Value& seed = {});
Initializer Orthogonal(const OrthogonalOptions& options = {});
// Kernels of a short-time Fourier transform, [frame, 1, fft / 2 + 1].
Initializer STFT(const STFTOptions& options = {});

// The seeds that initializers without one draw begin again from here, so that a
// program gets the same weights each time. Keras: keras.utils.set_random_seed
// (whose own seeds differ).
void SetRandomSeed(int64_t seed);

}  // namespace keratin::initializers

#endif  // KERATIN_LAYERS_INITIALIZERS_INITIALIZERS_H_
