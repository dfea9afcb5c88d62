#include "layers/core/einsum_dense.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/linear.h"

namespace keratin {
namespace {

// The shapes of kernel and bias that an equation means for an input.
class Equation {
 public:
  static absl::StatusOr<Equation> Parse(absl::string_view text);
  // `output` is the given shape of the result, completed by the input's sizes.
  absl::Status Resolve(const Shape& input,
                       absl::Span<const std::optional<int64_t>> output);
  absl::StatusOr<Shape> KernelShape(const Shape& input) const;
  absl::StatusOr<Shape> BiasShape(const std::string& axes) const;

 private:
  // Labels, without the ellipsis.
  std::string x_, kernel_, y_;
  bool elided_left_ = false;
  int elided_ = 0;
  // None where nothing says it: the label must then be one of the input.
  std::vector<std::optional<Dim>> result_;
};

bool AreLetters(absl::string_view labels) {
  return !labels.empty() &&
         std::all_of(labels.begin(), labels.end(),
                     [](unsigned char c) { return absl::ascii_isalpha(c); });
}

absl::StatusOr<Equation> Equation::Parse(absl::string_view text) {
  const auto wrong = [&] {
    return absl::InvalidArgumentError(absl::StrCat(
        "'equation' must have the form [X],[Y]->[Z], ...[X],[Y]->...[Z] or "
        "[X]...,[Y]->[Z]..., not '",
        text, "'"));
  };
  const std::vector<absl::string_view> sides = absl::StrSplit(text, "->");
  if (sides.size() != 2) return wrong();
  const std::vector<absl::string_view> operands = absl::StrSplit(sides[0], ',');
  if (operands.size() != 2) return wrong();
  absl::string_view x = operands[0], y = sides[1];
  Equation equation;
  equation.elided_left_ = absl::ConsumePrefix(&x, "...");
  if (absl::ConsumePrefix(&y, "...") != equation.elided_left_) return wrong();
  if (!equation.elided_left_ &&
      absl::ConsumeSuffix(&x, "...") != absl::ConsumeSuffix(&y, "...")) {
    return wrong();
  }
  if (!AreLetters(x) || !AreLetters(operands[1]) || !AreLetters(y))
    return wrong();
  equation.x_ = std::string(x);
  equation.kernel_ = std::string(operands[1]);
  equation.y_ = std::string(y);
  for (char label : equation.y_) {
    if (equation.x_.find(label) == std::string::npos &&
        equation.kernel_.find(label) == std::string::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat("'equation' ", text, " has the label '",
                       std::string(1, label), "' in its result alone"));
    }
  }
  return equation;
}

absl::Status Equation::Resolve(
    const Shape& input, absl::Span<const std::optional<int64_t>> output) {
  elided_ = input.rank() - static_cast<int>(x_.size());
  if (elided_ < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("'equation' names ", x_.size(),
                     " axes of its input, whose shape is ", input.ToString()));
  }
  result_.assign(1, input[0]);
  if (elided_left_) {
    for (int axis = 1; axis < elided_; ++axis) result_.push_back(input[axis]);
  }
  for (const std::optional<int64_t>& size : output) {
    result_.push_back(size.has_value() ? std::optional<Dim>(Dim(*size))
                                       : std::nullopt);
  }
  if (!elided_left_) {
    for (int axis = input.rank() - elided_; axis < input.rank(); ++axis)
      result_.push_back(input[axis]);
  }
  // Keras passes over sizes beyond those of the equation.
  const size_t expected = y_.size() + elided_;
  if (result_.size() < expected) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'output_shape' has ", output.size(), " axes, which makes ",
        result_.size(), " with the batch, and 'equation' gives ", expected));
  }
  const int first_x = elided_left_ ? elided_ : 0;
  for (size_t k = 0; k < y_.size(); ++k) {
    std::optional<Dim>& size = result_[k + first_x];
    const size_t place = x_.find(y_[k]);
    if (place == std::string::npos) continue;
    const Dim& given = input[static_cast<int>(place) + first_x];
    if (size.has_value() && *size != given) {
      return absl::InvalidArgumentError(absl::StrCat(
          "'output_shape' has the size ", size->ToString(), " on the axis '",
          std::string(1, y_[k]), "', and the input ", given.ToString()));
    }
    size = given;
  }
  return absl::OkStatus();
}

absl::StatusOr<Shape> Equation::KernelShape(const Shape& input) const {
  Shape shape;
  const int first = elided_left_ ? elided_ : 0;
  for (char label : kernel_) {
    const size_t in_y = y_.find(label);
    const size_t in_x = x_.find(label);
    std::optional<Dim> size;
    if (in_y != std::string::npos) {
      size = result_[in_y + first];
    } else if (in_x != std::string::npos) {
      size = input[static_cast<int>(in_x) + first];
    }
    if (!size.has_value() || !size->IsConstant()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the size of the kernel's axis '", std::string(1, label),
                       "' follows neither from the input's shape ",
                       input.ToString(), " nor from 'output_shape'"));
    }
    shape.push_back(*size);
  }
  return shape;
}

absl::StatusOr<Shape> Equation::BiasShape(const std::string& axes) const {
  size_t first = y_.size();
  for (char label : axes) {
    const size_t place = y_.find(label);
    if (place == std::string::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat("'bias_axes' names '", std::string(1, label),
                       "', which the result '", y_, "' has not"));
    }
    first = std::min(first, place);
  }
  Shape shape;
  for (size_t k = first; k < y_.size(); ++k) {
    if (axes.find(y_[k]) == std::string::npos) {
      shape.push_back(1);
      continue;
    }
    const std::optional<Dim>& size = result_[k + (elided_left_ ? elided_ : 0)];
    if (!size.has_value() || !size->IsConstant()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the size of the bias's axis '", std::string(1, y_[k]),
                       "' must be known"));
    }
    shape.push_back(*size);
  }
  if (!elided_left_) {
    for (int k = 0; k < elided_; ++k) shape.push_back(1);
  }
  return shape;
}

}  // namespace

void EinsumDenseOptions::Describe(Fields& f) {
  f.Required("equation")
      .Required("output_shape")("equation", equation)(
          "output_shape", output_shape)("activation", activation)(
          "bias_axes", bias_axes)("kernel_initializer", kernel_initializer)(
          "bias_initializer", bias_initializer)("kernel_regularizer",
                                                kernel_regularizer)(
          "bias_regularizer", bias_regularizer)("activity_regularizer",
                                                activity_regularizer)(
          "kernel_constraint", kernel_constraint)("bias_constraint",
                                                  bias_constraint);
}

absl::Status EinsumDense::Build(const Shape& input) {
  auto equation = Equation::Parse(options_.equation);
  if (!equation.ok()) return equation.status();
  absl::Status status = equation->Resolve(input, options_.output_shape);
  if (!status.ok()) return status;
  auto kernel = equation->KernelShape(input);
  if (!kernel.ok()) return kernel.status();
  kernel_ = AddWeight({.name = "kernel",
                       .shape = *kernel,
                       .initializer = options_.kernel_initializer,
                       .regularizer = options_.kernel_regularizer,
                       .constraint = options_.kernel_constraint});
  if (!options_.bias_axes.has_value()) return absl::OkStatus();
  auto bias = equation->BiasShape(*options_.bias_axes);
  if (!bias.ok()) return bias.status();
  bias_ = AddWeight({.name = "bias",
                     .shape = *bias,
                     .initializer = options_.bias_initializer,
                     .regularizer = options_.bias_regularizer,
                     .constraint = options_.bias_constraint});
  return absl::OkStatus();
}

Tensor EinsumDense::Call(const Tensor& x) {
  Tensor y = ops::Einsum(options_.equation, {x, *kernel_});
  if (bias_ != nullptr) y = y + *bias_;
  return options_.activation(y);
}

KERATIN_REGISTER_LAYER("keras", EinsumDense);

}  // namespace keratin
