// NormalizationOf: what normalizations share: gamma, beta, and the axes whose
// sizes these have.
//
// Options have the fields center and scale, and for each of beta and gamma an
// initializer, a regularizer and a constraint.
#ifndef KERATIN_LAYERS_NORMALIZATION_BASE_NORMALIZATION_H_
#define KERATIN_LAYERS_NORMALIZATION_BASE_NORMALIZATION_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "layers/base/layer.h"

namespace keratin {

// The place of an axis that may count from the end; an error if the shape has
// no such axis, or not of known size.
absl::StatusOr<int> PlaceOfKnownAxis(int64_t axis, const Shape& shape);
// The sizes on these axes, likewise.
absl::StatusOr<Shape> SizesOfKnownAxes(const std::vector<int64_t>& axes,
                                       const Shape& shape);

template <typename O>
class NormalizationOf : public LayerWith<O> {
 public:
  bool supports_masking() const override { return true; }

 protected:
  void AddGammaAndBeta(const Shape& shape, bool has_gamma, bool has_beta) {
    const O& o = this->options_;
    if (has_gamma) {
      gamma_ = this->AddWeight({.name = "gamma",
                                .shape = shape,
                                .autocast = false,
                                .initializer = o.gamma_initializer,
                                .regularizer = o.gamma_regularizer,
                                .constraint = o.gamma_constraint});
    }
    if (has_beta) {
      beta_ = this->AddWeight({.name = "beta",
                               .shape = shape,
                               .autocast = false,
                               .initializer = o.beta_initializer,
                               .regularizer = o.beta_regularizer,
                               .constraint = o.beta_constraint});
    }
  }

  Weight gamma_, beta_;  // none: 1, 0
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_NORMALIZATION_BASE_NORMALIZATION_H_
