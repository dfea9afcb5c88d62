// UpSampling: every row and column several times, or interpolated. Keras:
// keras.layers.UpSampling1D, UpSampling2D, UpSampling3D.
//
//   {.size = {2, 2}, .interpolation = "bilinear"}   // of UpSampling2D
#ifndef KERATIN_LAYERS_RESHAPING_UP_SAMPLING_H_
#define KERATIN_LAYERS_RESHAPING_UP_SAMPLING_H_

#include <optional>
#include <string>
#include <vector>

#include "layers/base/layer.h"

namespace keratin {

struct UpSamplingOptions {
  // One factor, or one for each spatial axis.
  std::vector<int64_t> size = {2};
  std::optional<std::string> data_format;  // not of UpSampling1D
  // Of UpSampling2D: "nearest", "bilinear", "bicubic", "lanczos3", "lanczos5".
  std::string interpolation = "nearest";
};

class UpSampling : public Layer {
 protected:
  explicit UpSampling(int rank) : rank_(rank) {}
  void Describe(Fields& fields) override;
  absl::Status Configured() override;
  Tensor Call(const Tensor& x) override;

 private:
  int rank_;
  UpSamplingOptions options_;
};

class UpSampling1D : public UpSampling {
 public:
  UpSampling1D() : UpSampling(1) {}
};
class UpSampling2D : public UpSampling {
 public:
  UpSampling2D() : UpSampling(2) {}
};
class UpSampling3D : public UpSampling {
 public:
  UpSampling3D() : UpSampling(3) {}
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_RESHAPING_UP_SAMPLING_H_
