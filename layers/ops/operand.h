// Operand: what an operation of keras.ops takes where Keras takes a tensor or a
// Python number.
//
// Invariant: a number has no element type of its own; it takes that of the
// operands beside it (see promotion.h).
//
// Example:
//   Tensor y = Add(x, 1);          // x bfloat16: y bfloat16
//   Tensor z = Maximum(0.5, y);
#ifndef KERATIN_LAYERS_OPS_OPERAND_H_
#define KERATIN_LAYERS_OPS_OPERAND_H_

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/types/span.h"
#include "ir/trace/tensor.h"
#include "layers/ops/promotion.h"
#include "runtime/dtype.h"
#include "runtime/shape.h"

namespace keratin::ops {

class Operand {
 public:
  // A number; bool, integers and floats keep their kind.
  template <typename T>
    requires std::is_arithmetic_v<T>
  Operand(T value)  // NOLINT(google-explicit-constructor)
      : is_number_(true), number_(static_cast<double>(value)) {
    type_ = std::is_same_v<T, bool>       ? OperandType(DType::kBool)
            : std::is_floating_point_v<T> ? WeakFloat()
                                          : WeakInt();
  }
  // A tensor, or what converts to one (a variable).
  template <typename T>
    requires std::convertible_to<T, Tensor>
  Operand(T&& tensor)  // NOLINT(google-explicit-constructor)
      : tensor_(std::forward<T>(tensor)), type_(tensor_.dtype()) {}

  bool is_number() const { return is_number_; }
  double number() const { return number_; }
  const Tensor& tensor() const { return tensor_; }
  OperandType type() const { return type_; }
  // () for a number.
  Shape shape() const { return is_number_ ? Shape() : tensor_.shape(); }
  // False for a tensor whose making failed.
  bool ok() const { return is_number_ || tensor_.ok(); }

  // As a tensor of that type.
  Tensor As(DType dtype) const;
  // As a tensor: a number as int32, float32 or bool.
  Tensor AsTensor() const;

 private:
  bool is_number_ = false;
  double number_ = 0;
  Tensor tensor_;
  OperandType type_ = DType::kInvalid;
};

// Axes of a reduction: all by default, one, or several; negative ones count
// from the end. An empty list given is no axis at all.
class Axes {
 public:
  Axes() = default;
  Axes(int axis)
      : all_(false), axes_{axis} {}      // NOLINT(google-explicit-constructor)
  Axes(std::initializer_list<int> axes)  // NOLINT(google-explicit-constructor)
      : all_(false), axes_(axes) {}
  Axes(std::vector<int> axes)  // NOLINT(google-explicit-constructor)
      : all_(false), axes_(std::move(axes)) {}

  bool all() const { return all_; }
  int count() const { return static_cast<int>(axes_.size()); }
  // As they were given.
  const std::vector<int>& given() const { return axes_; }
  // From the front, sorted, each once; an error in the trace and nothing if one
  // is outside `rank` or given twice.
  std::optional<std::vector<int64_t>> Resolve(const char* op, int rank) const;

 private:
  bool all_ = true;
  std::vector<int> axes_;
};

// How kinds are raised before promotion, for operations that say so.
enum class Raise { kNone, kInteger, kFloat };

// The operands as tensors of their common type and, if `broadcast`, of their
// common shape. `raise` kFloat: of a float type at least, kInteger: not bool.
// Poisoned if they do not combine; `op` is named in the error.
std::vector<Tensor> Promote(const char* op, absl::Span<const Operand> operands,
                            Raise raise = Raise::kNone, bool broadcast = true);

// The shape that all these shapes broadcast to, numpy's way, sizes that are not
// known being equal (recorded in the trace) where neither is literally 1. An
// error (in the trace) names `op`; the result is then not ok().
Shape BroadcastShapes(const char* op, absl::Span<const Shape> shapes);

// `x` as a tensor of that shape: leading axes added, sizes 1 repeated.
Tensor BroadcastTo(const Operand& x, const Shape& shape);

// The same tensor with its sizes written as in `shape`: those that differ are
// stated to be equal. An error of `op` if they cannot be.
Tensor WithSizes(const char* op, const Tensor& x, const Shape& shape);

// `axis` counted from the front, or an error in the trace and -1.
int CanonicalAxis(const char* op, int axis, int rank);

// An error of the trace that the operands belong to; poisoned.
Tensor Fail(const char* op, const std::string& what);

}  // namespace keratin::ops

#endif  // KERATIN_LAYERS_OPS_OPERAND_H_
