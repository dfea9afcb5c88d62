#include "layers/core/einsum_equation.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace keratin {
namespace {

bool AreLetters(absl::string_view labels) {
  return !labels.empty() &&
         std::all_of(labels.begin(), labels.end(),
                     [](unsigned char c) { return absl::ascii_isalpha(c); });
}

}  // namespace

absl::StatusOr<EinsumEquation> EinsumEquation::Parse(absl::string_view text) {
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
  EinsumEquation equation;
  equation.elided_left_ = absl::ConsumePrefix(&x, "...");
  if (absl::ConsumePrefix(&y, "...") != equation.elided_left_) return wrong();
  if (!equation.elided_left_ &&
      absl::ConsumeSuffix(&x, "...") != absl::ConsumeSuffix(&y, "...")) {
    return wrong();
  }
  if (!AreLetters(x) || !AreLetters(operands[1]) || !AreLetters(y))
    return wrong();
  equation.text_ = std::string(text);
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

absl::Status EinsumEquation::Resolve(
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

absl::StatusOr<Shape> EinsumEquation::KernelShape(const Shape& input) const {
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

absl::StatusOr<Shape> EinsumEquation::BiasShape(const std::string& axes) const {
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

Contraction EinsumEquation::Product() const {
  // Labels of their own for the axes that the ellipsis stands for.
  std::string elided;
  for (char label = 'A'; static_cast<int>(elided.size()) < elided_; ++label) {
    if (label == 'Z' + 1) label = 'a';
    if (absl::StrCat(x_, kernel_, y_).find(label) == std::string::npos)
      elided += label;
  }
  return elided_left_ ? EinsumProduct(text_, elided + x_, kernel_, elided + y_)
                      : EinsumProduct(text_, x_ + elided, kernel_, y_ + elided);
}

}  // namespace keratin
