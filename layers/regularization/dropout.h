// Layers that disturb their input while training. The random bits are those of
// Keras on JAX for the same seed. Keras: keras.layers.Dropout,
// SpatialDropout1D to 3D, GaussianDropout, GaussianNoise, AlphaDropout.
//
//   KerasTensor y = Dropout({.rate = 0.5, .seed = 7})(x);
#ifndef KERATIN_LAYERS_REGULARIZATION_DROPOUT_H_
#define KERATIN_LAYERS_REGULARIZATION_DROPOUT_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "layers/base/layer_ptr.h"
#include "layers/core/data_format.h"

namespace keratin {

// keras.layers.Dropout: an element is dropped with probability `rate`, the
// others grow by 1 / (1 - rate). keras.layers.AlphaDropout: the dropped ones
// become so negative that mean and variance of what selu gives are kept.
struct DropoutOptions {
  double rate = 0;  // required
  // The shape of the mask, which is broadcast; nullopt: as the input.
  std::optional<std::vector<std::optional<int64_t>>> noise_shape = {};
  std::optional<int64_t> seed = {};

  void Describe(Fields& f) {
    f.Required("rate")("rate", rate)("seed", seed)("noise_shape", noise_shape);
  }
};
using AlphaDropoutOptions = DropoutOptions;
KERATIN_DECLARE_LAYER(Dropout);
KERATIN_DECLARE_LAYER(AlphaDropout);

// keras.layers.SpatialDropout1D to 3D: channels are dropped as a whole. Those
// of sequences come last.
struct SpatialDropout1DOptions {
  double rate = 0;  // required
  std::optional<int64_t> seed = {};

  void Describe(Fields& f) { f.Required("rate")("rate", rate)("seed", seed); }
};
struct SpatialDropoutOptions {
  double rate = 0;  // required
  DataFormat data_format = {};
  std::optional<int64_t> seed = {};

  void Describe(Fields& f) {
    f.Required("rate")("rate", rate)("seed", seed)("data_format", data_format);
  }
};
using SpatialDropout2DOptions = SpatialDropoutOptions;
using SpatialDropout3DOptions = SpatialDropoutOptions;
KERATIN_DECLARE_LAYER(SpatialDropout1D);
KERATIN_DECLARE_LAYER(SpatialDropout2D);
KERATIN_DECLARE_LAYER(SpatialDropout3D);

// keras.layers.GaussianDropout: every element times 1 + noise of the variance
// that dropping with `rate` would have.
struct GaussianDropoutOptions {
  double rate = 0;  // required
  std::optional<int64_t> seed = {};

  void Describe(Fields& f) { f.Required("rate")("rate", rate)("seed", seed); }
};
KERATIN_DECLARE_LAYER(GaussianDropout);

// keras.layers.GaussianNoise: every element and noise of that deviation.
struct GaussianNoiseOptions {
  double stddev = 0;  // required
  std::optional<int64_t> seed = {};

  void Describe(Fields& f) {
    f.Required("stddev")("stddev", stddev)("seed", seed);
  }
};
KERATIN_DECLARE_LAYER(GaussianNoise);

}  // namespace keratin

#endif  // KERATIN_LAYERS_REGULARIZATION_DROPOUT_H_
