// AdaptivePooling: the mean or the greatest of windows that are laid so that
// the result has a given size: window i of n reaches from floor(i * size / n)
// to ceil((i + 1) * size / n). Keras: keras.layers.AdaptiveAveragePooling1D to
// 3D, AdaptiveMaxPooling1D to 3D.
//
//   {.output_size = {7, 7}}
#ifndef KERATIN_LAYERS_POOLING_ADAPTIVE_POOLING_H_
#define KERATIN_LAYERS_POOLING_ADAPTIVE_POOLING_H_

#include <optional>
#include <string>
#include <vector>

#include "layers/base/layer.h"

namespace keratin {

struct AdaptivePoolingOptions {
  // One size, or one for each spatial axis.
  std::vector<int64_t> output_size;
  std::optional<std::string> data_format;

  void Describe(Fields& fields);
};

class AdaptivePooling : public Layer {
 protected:
  AdaptivePooling(int rank, bool is_max) : rank_(rank), is_max_(is_max) {}
  void Describe(Fields& fields) override { options_.Describe(fields); }
  absl::Status Configured() override;
  Tensor Call(const Tensor& x) override;

 private:
  // One axis of x, of any size, to `size` windows.
  Tensor PoolAxis(const Tensor& x, int axis, int64_t size) const;

  int rank_;
  bool is_max_;
  AdaptivePoolingOptions options_;
};

class AdaptiveAveragePooling1D : public AdaptivePooling {
 public:
  AdaptiveAveragePooling1D() : AdaptivePooling(1, false) {}
};
class AdaptiveAveragePooling2D : public AdaptivePooling {
 public:
  AdaptiveAveragePooling2D() : AdaptivePooling(2, false) {}
};
class AdaptiveAveragePooling3D : public AdaptivePooling {
 public:
  AdaptiveAveragePooling3D() : AdaptivePooling(3, false) {}
};
class AdaptiveMaxPooling1D : public AdaptivePooling {
 public:
  AdaptiveMaxPooling1D() : AdaptivePooling(1, true) {}
};
class AdaptiveMaxPooling2D : public AdaptivePooling {
 public:
  AdaptiveMaxPooling2D() : AdaptivePooling(2, true) {}
};
class AdaptiveMaxPooling3D : public AdaptivePooling {
 public:
  AdaptiveMaxPooling3D() : AdaptivePooling(3, true) {}
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_POOLING_ADAPTIVE_POOLING_H_
