// The equation of EinsumDense: which axes of input, kernel and result are one.
//
// One of [X],[Y]->[Z], ...[X],[Y]->...[Z] and [X]...,[Y]->[Z]...; axis 0 of the
// input is the batch.
#ifndef KERATIN_LAYERS_CORE_EINSUM_EQUATION_H_
#define KERATIN_LAYERS_CORE_EINSUM_EQUATION_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "layers/quantizers/contraction.h"
#include "runtime/shape.h"

namespace keratin {

class EinsumEquation {
 public:
  static absl::StatusOr<EinsumEquation> Parse(absl::string_view text);
  // `output` is the given shape of the result without the batch, completed by
  // the input's sizes.
  absl::Status Resolve(const Shape& input,
                       absl::Span<const std::optional<int64_t>> output);

  // After Resolve.
  absl::StatusOr<Shape> KernelShape(const Shape& input) const;
  // Of the labels that the bias has.
  absl::StatusOr<Shape> BiasShape(const std::string& axes) const;
  Contraction Product() const;

 private:
  std::string text_;
  // Labels, without the ellipsis.
  std::string x_, kernel_, y_;
  bool elided_left_ = false;
  int elided_ = 0;
  // None where nothing says it: the label must then be one of the input.
  std::vector<std::optional<Dim>> result_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_CORE_EINSUM_EQUATION_H_
