// Array: concrete data. An element type, sizes, and a dense row-major buffer.
//
// Invariant: elements lie densely in row-major order; buffers of our own are
// 64-byte aligned. Copies share the buffer, and are as cheap as a reference
// count; mutable access first makes a copy of its own if the buffer is shared
// or read-only. A default Array holds nothing: ok() is false.
//
// Example:
//   Array x = Array::FromVector<float>({2, 3}, {1, 2, 3, 4, 5, 6});
//   Array y = x;                     // shares
//   y.mutable_data<float>()[0] = 7;  // y owns its elements now, x is as it was
//   absl::StatusOr<Array> z = x.Cast(DType::kBFloat16);
#ifndef KERATIN_RUNTIME_ARRAY_H_
#define KERATIN_RUNTIME_ARRAY_H_

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/dtype.h"
#include "runtime/shape.h"

namespace keratin {

class Array {
 public:
  static constexpr size_t kAlignment = 64;

  // Nothing: dtype kInvalid, no data.
  Array() = default;

  // Elements of no particular value. Sizes that are negative, whose bytes
  // overflow, or for which there is no memory are errors: what sizes from a
  // file or a user go through.
  static absl::StatusOr<Array> Allocate(DType dtype,
                                        absl::Span<const int64_t> sizes);

  // The same for sizes that the program itself chose; not ok() where Allocate
  // has an error.
  static Array Uninitialized(DType dtype, absl::Span<const int64_t> sizes);
  static Array Zeros(DType dtype, absl::Span<const int64_t> sizes);
  // Not ok() unless there are as many values as elements.
  template <typename T>
  static Array FromVector(absl::Span<const int64_t> sizes,
                          const std::vector<T>& values);
  template <typename T>
  static Array FromVector(std::initializer_list<int64_t> sizes,
                          const std::vector<T>& values) {
    return FromVector<T>(absl::MakeConstSpan(sizes.begin(), sizes.size()),
                         values);
  }
  template <typename T>
  static Array Scalar(T value) {
    return FromVector<T>(absl::Span<const int64_t>(), std::vector<T>{value});
  }
  // A copy of raw elements.
  static absl::StatusOr<Array> CopyOf(DType dtype,
                                      absl::Span<const int64_t> sizes,
                                      const void* data);
  // A view of memory that lives at least as long as `owner` (null: as long as
  // the caller says). The const one is copied before it is written.
  static Array Alias(DType dtype, absl::Span<const int64_t> sizes,
                     const void* data, std::shared_ptr<const void> owner);
  static Array AliasMutable(DType dtype, absl::Span<const int64_t> sizes,
                            void* data, std::shared_ptr<void> owner);

  bool ok() const { return dtype_ != DType::kInvalid; }
  DType dtype() const { return dtype_; }
  int rank() const { return static_cast<int>(sizes_.size()); }
  absl::Span<const int64_t> sizes() const { return sizes_; }
  int64_t size(int axis) const {
    return sizes_[axis < 0 ? axis + rank() : axis];
  }
  Shape shape() const { return Shape::FromSizes(sizes_); }
  int64_t elements() const { return elements_; }
  int64_t bytes() const { return elements_ * DTypeSize(dtype_); }

  const void* raw_data() const { return data_.get(); }
  // The elements for writing; takes a copy first if they are shared or
  // read-only. Null if that copy cannot be allocated.
  void* mutable_raw_data();
  // True if mutable_raw_data() gives the present memory.
  bool IsUnique() const { return writable_ && data_.use_count() <= 1; }

  // Typed access; T must be the C++ type of dtype() (null otherwise).
  template <typename T>
  const T* data() const {
    assert(kDTypeOf<T> == dtype_);
    return kDTypeOf<T> == dtype_ ? reinterpret_cast<const T*>(data_.get())
                                 : nullptr;
  }
  template <typename T>
  T* mutable_data() {
    assert(kDTypeOf<T> == dtype_);
    return kDTypeOf<T> == dtype_ ? static_cast<T*>(mutable_raw_data())
                                 : nullptr;
  }
  template <typename T>
  absl::Span<const T> values() const {
    return absl::MakeConstSpan(data<T>(), data<T>() == nullptr ? 0 : elements_);
  }

  // One element as double (int64 beyond 2^53 loses digits); the index must be
  // within bounds.
  double At(absl::Span<const int64_t> index) const;
  double At(std::initializer_list<int64_t> index) const {
    return At(absl::MakeConstSpan(index.begin(), index.size()));
  }
  double AtFlat(int64_t index) const;

  // numpy's astype: floats to integers truncate, anything but zero is true,
  // narrowing rounds to nearest even. Beyond the target's range: integers wrap,
  // floats give its smallest integer.
  absl::StatusOr<Array> Cast(DType dtype) const;
  // The same elements under other sizes; their product must agree.
  absl::StatusOr<Array> Reshape(absl::Span<const int64_t> sizes) const;

  // Same dtype, sizes and bytes.
  bool Identical(const Array& other) const;

  // "float32 (2, 3) [1, 2, 3, 4, 5, 6]", elided after a few.
  std::string ToString() const;
  friend std::ostream& operator<<(std::ostream& out, const Array& array);

 private:
  DType dtype_ = DType::kInvalid;
  bool writable_ = true;
  int64_t elements_ = 0;
  absl::InlinedVector<int64_t, 6> sizes_;
  std::shared_ptr<std::byte> data_;
};

// The number of elements, or an error for a negative size or if the bytes pass
// 2^62.
absl::StatusOr<int64_t> CheckedElements(DType dtype,
                                        absl::Span<const int64_t> sizes);

template <typename T>
Array Array::FromVector(absl::Span<const int64_t> sizes,
                        const std::vector<T>& values) {
  static_assert(kDTypeOf<T> != DType::kInvalid);
  Array array = Uninitialized(kDTypeOf<T>, sizes);
  if (!array.ok() || array.elements() != static_cast<int64_t>(values.size()))
    return Array();
  std::copy(values.begin(), values.end(), array.mutable_data<T>());
  return array;
}

}  // namespace keratin

#endif  // KERATIN_RUNTIME_ARRAY_H_
