// Array: allocation, element access, casts.
#include "runtime/array.h"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <type_traits>

#include "absl/strings/str_cat.h"
#include "runtime/checked.h"

namespace keratin {
namespace {

constexpr int64_t kMaxBytes = int64_t{1} << 62;

std::string SizesText(absl::Span<const int64_t> sizes) {
  return Shape::FromSizes(sizes).ToString();
}

template <typename T>
double ToDouble(T value) {
  return static_cast<double>(value);
}

// numpy's astype of one element.
template <typename To, typename From>
To CastElement(From value) {
  if constexpr (std::is_same_v<To, From>) {
    return value;
  } else if constexpr (!std::is_arithmetic_v<From>) {
    return CastElement<To>(static_cast<float>(value));
  } else if constexpr (!std::is_arithmetic_v<To>) {
    // numpy and ml_dtypes go through float: an integer or double that float
    // cannot hold rounds twice, but for float16, which numpy takes from double.
    if constexpr (std::is_same_v<To, Half> && std::is_floating_point_v<From>) {
      return To(value);
    } else {
      return To(static_cast<float>(value));
    }
  } else if constexpr (std::is_same_v<To, bool>) {
    return value != From{};
  } else if constexpr (std::is_floating_point_v<From> &&
                       std::is_integral_v<To>) {
    if constexpr (std::is_same_v<To, uint64_t>) {
      if (value >= From(9223372036854775808.0)) {
        return value < From(18446744073709551616.0) ? static_cast<To>(value)
                                                    : To{1} << 63;
      }
    }
    // As wide as numpy's conversion goes; what it cannot hold is the smallest.
    using Wide =
        std::conditional_t<sizeof(To) <= 2 || std::is_same_v<To, int32_t>,
                           int32_t, int64_t>;
    const From limit = -From(std::numeric_limits<Wide>::min());
    const From whole = std::trunc(value);
    const Wide wide = whole >= -limit && whole < limit
                          ? static_cast<Wide>(whole)
                          : std::numeric_limits<Wide>::min();
    return static_cast<To>(wide);
  } else {
    return static_cast<To>(value);
  }
}

}  // namespace

absl::StatusOr<int64_t> CheckedElements(DType dtype,
                                        absl::Span<const int64_t> sizes) {
  int64_t elements = 1;
  bool fits = true, zero = false;
  for (int64_t size : sizes) {
    if (size < 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "a tensor of shape ", SizesText(sizes), " has a negative size"));
    }
    zero |= size == 0;
    // A size of 0 elsewhere does not excuse sizes that strides cannot hold.
    if (size > 0) fits &= CheckedMultiply(elements, size, &elements);
  }
  const int64_t width = std::max<int64_t>(DTypeSize(dtype), 1);
  if (!fits || elements > kMaxBytes / width) {
    return absl::ResourceExhaustedError(
        absl::StrCat("a tensor of shape ", SizesText(sizes), " and type ",
                     DTypeName(dtype), " is larger than any memory"));
  }
  return zero ? 0 : elements;
}

absl::StatusOr<Array> Array::Allocate(DType dtype,
                                      absl::Span<const int64_t> sizes) {
  if (dtype == DType::kInvalid) {
    return absl::InvalidArgumentError("a tensor needs a valid dtype");
  }
  absl::StatusOr<int64_t> elements = CheckedElements(dtype, sizes);
  if (!elements.ok()) return elements.status();
  const size_t bytes = static_cast<size_t>(*elements * DTypeSize(dtype));
  const size_t rounded =
      std::max(kAlignment, (bytes + kAlignment - 1) / kAlignment * kAlignment);
  void* data = std::aligned_alloc(kAlignment, rounded);
  if (data == nullptr) {
    return absl::ResourceExhaustedError(
        absl::StrCat("no memory for a tensor of shape ", SizesText(sizes),
                     " and type ", DTypeName(dtype), " (", bytes, " bytes)"));
  }
  Array array;
  array.dtype_ = dtype;
  array.elements_ = *elements;
  array.sizes_.assign(sizes.begin(), sizes.end());
  array.data_ =
      std::shared_ptr<std::byte>(static_cast<std::byte*>(data),
                                 [](std::byte* bytes) { std::free(bytes); });
  return array;
}

Array Array::Uninitialized(DType dtype, absl::Span<const int64_t> sizes) {
  absl::StatusOr<Array> array = Allocate(dtype, sizes);
  return array.ok() ? *std::move(array) : Array();
}

Array Array::Zeros(DType dtype, absl::Span<const int64_t> sizes) {
  Array array = Uninitialized(dtype, sizes);
  if (array.ok()) std::memset(array.data_.get(), 0, array.bytes());
  return array;
}

absl::StatusOr<Array> Array::CopyOf(DType dtype,
                                    absl::Span<const int64_t> sizes,
                                    const void* data) {
  absl::StatusOr<Array> array = Allocate(dtype, sizes);
  if (array.ok() && array->elements_ > 0) {
    std::memcpy(array->data_.get(), data, array->bytes());
  }
  return array;
}

Array Array::Alias(DType dtype, absl::Span<const int64_t> sizes,
                   const void* data, std::shared_ptr<const void> owner) {
  Array array = AliasMutable(dtype, sizes, const_cast<void*>(data),
                             std::const_pointer_cast<void>(owner));
  array.writable_ = false;
  return array;
}

Array Array::AliasMutable(DType dtype, absl::Span<const int64_t> sizes,
                          void* data, std::shared_ptr<void> owner) {
  Array array;
  absl::StatusOr<int64_t> elements = CheckedElements(dtype, sizes);
  if (!elements.ok()) return array;
  array.dtype_ = dtype;
  array.elements_ = *elements;
  array.sizes_.assign(sizes.begin(), sizes.end());
  array.data_ = std::shared_ptr<std::byte>(std::move(owner),
                                           static_cast<std::byte*>(data));
  return array;
}

void* Array::mutable_raw_data() {
  if (!ok()) return nullptr;
  if (!IsUnique()) {
    absl::StatusOr<Array> copy = CopyOf(dtype_, sizes_, data_.get());
    if (!copy.ok()) return nullptr;
    *this = *std::move(copy);
  }
  return data_.get();
}

double Array::At(absl::Span<const int64_t> index) const {
  assert(static_cast<int>(index.size()) == rank());
  int64_t flat = 0;
  for (size_t axis = 0; axis < index.size(); ++axis) {
    flat = flat * sizes_[axis] + index[axis];
  }
  return AtFlat(flat);
}

double Array::AtFlat(int64_t index) const {
  assert(index >= 0 && index < elements_);
  double value = 0;
  DispatchDType(dtype_, [&](auto tag) {
    value = ToDouble(data<decltype(tag)>()[index]);
  });
  return value;
}

absl::StatusOr<Array> Array::Cast(DType dtype) const {
  if (!ok()) return absl::InvalidArgumentError("cast of an empty Array");
  if (dtype == dtype_) return *this;
  absl::StatusOr<Array> result = Allocate(dtype, sizes_);
  if (!result.ok()) return result;
  DispatchDType(dtype_, [&](auto from_tag) {
    DispatchDType(dtype, [&](auto to_tag) {
      using From = decltype(from_tag);
      using To = decltype(to_tag);
      const From* from = data<From>();
      To* to = result->mutable_data<To>();
      for (int64_t i = 0; i < elements_; ++i) to[i] = CastElement<To>(from[i]);
    });
  });
  return result;
}

absl::StatusOr<Array> Array::Reshape(absl::Span<const int64_t> sizes) const {
  absl::StatusOr<int64_t> elements = CheckedElements(dtype_, sizes);
  if (!elements.ok()) return elements.status();
  if (*elements != elements_) {
    return absl::InvalidArgumentError(
        absl::StrCat("a tensor of shape ", SizesText(sizes_),
                     " cannot be reshaped to ", SizesText(sizes)));
  }
  Array result = *this;
  result.sizes_.assign(sizes.begin(), sizes.end());
  return result;
}

bool Array::Identical(const Array& other) const {
  return dtype_ == other.dtype_ && sizes_ == other.sizes_ &&
         (bytes() == 0 ||
          std::memcmp(raw_data(), other.raw_data(), bytes()) == 0);
}

std::string Array::ToString() const {
  if (!ok()) return "<no array>";
  constexpr int64_t kShown = 10;
  std::string out =
      absl::StrCat(DTypeName(dtype_), " ", SizesText(sizes_), " [");
  for (int64_t i = 0; i < std::min(elements_, kShown); ++i) {
    absl::StrAppend(&out, i == 0 ? "" : ", ");
    if (dtype_ == DType::kInt64) {
      absl::StrAppend(&out, data<int64_t>()[i]);
    } else if (dtype_ == DType::kUInt64) {
      absl::StrAppend(&out, data<uint64_t>()[i]);
    } else if (dtype_ == DType::kBool) {
      absl::StrAppend(&out, data<bool>()[i] ? "true" : "false");
    } else {
      absl::StrAppend(&out, AtFlat(i));
    }
  }
  absl::StrAppend(&out, elements_ > kShown ? ", ...]" : "]");
  return out;
}

std::ostream& operator<<(std::ostream& out, const Array& array) {
  return out << array.ToString();
}

}  // namespace keratin
