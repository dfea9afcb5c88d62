// The .npy format: a magic string, a version, a Python dict, the elements.
// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
#include "runtime/npy_stream.h"

#include <cstring>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace keratin {
namespace {

constexpr absl::string_view kMagic("\x93NUMPY", 6);
constexpr int64_t kMaxHeader = 1 << 20;
constexpr int kMaxRank = 64;

struct Header {
  std::string descr;
  bool fortran_order = false;
  std::vector<int64_t> sizes;
};

// Parses "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }".
class HeaderParser {
 public:
  explicit HeaderParser(absl::string_view text) : text_(text) {}

  bool Parse(Header* header) {
    bool descr = false, order = false, shape = false;
    if (!Accept('{')) return false;
    while (!Accept('}')) {
      std::string key;
      if (!String(&key) || !Accept(':')) return false;
      if (key == "descr" && !descr) {
        descr = true;
        // A structured type is a list: no string, so no array of ours.
        if (!String(&header->descr)) return false;
      } else if (key == "fortran_order" && !order) {
        order = true;
        if (!Bool(&header->fortran_order)) return false;
      } else if (key == "shape" && !shape) {
        shape = true;
        if (!Tuple(&header->sizes)) return false;
      } else {
        return false;
      }
      if (!Accept(',') && Peek() != '}') return false;
    }
    return Peek() == '\0' && descr && order && shape;
  }

 private:
  char Peek() {
    while (position_ < text_.size() && absl::ascii_isspace(text_[position_])) {
      ++position_;
    }
    return position_ < text_.size() ? text_[position_] : '\0';
  }
  bool Accept(char c) {
    if (Peek() != c || c == '\0') return false;
    ++position_;
    return true;
  }
  bool String(std::string* value) {
    const char quote = Peek();
    if (quote != '\'' && quote != '"') return false;
    const size_t end = text_.find(quote, position_ + 1);
    if (end == absl::string_view::npos) return false;
    *value = std::string(text_.substr(position_ + 1, end - position_ - 1));
    position_ = end + 1;
    return true;
  }
  std::string Word() {
    Peek();
    const size_t start = position_;
    while (position_ < text_.size() && absl::ascii_isalnum(text_[position_])) {
      ++position_;
    }
    return std::string(text_.substr(start, position_ - start));
  }
  bool Bool(bool* value) {
    const std::string word = Word();
    *value = word == "True";
    return *value || word == "False";
  }
  bool Tuple(std::vector<int64_t>* sizes) {
    if (!Accept('(')) return false;
    while (!Accept(')')) {
      std::string word = Word();
      if (!word.empty() && word.back() == 'L') word.pop_back();  // Python 2
      int64_t size = 0;
      if (!absl::SimpleAtoi(word, &size) || size < 0) return false;
      sizes->push_back(size);
      if (sizes->size() > kMaxRank) return false;
      if (!Accept(',') && Peek() != ')') return false;
    }
    return true;
  }

  absl::string_view text_;
  size_t position_ = 0;
};

// Column-major elements into row-major order.
void FromFortranOrder(absl::Span<const int64_t> sizes, int64_t width,
                      const char* from, char* to, int64_t elements) {
  std::vector<int64_t> strides(sizes.size()), index(sizes.size(), 0);
  int64_t stride = 1;
  for (size_t axis = 0; axis < sizes.size(); ++axis) {
    strides[axis] = stride;
    stride *= sizes[axis];
  }
  int64_t offset = 0;
  for (int64_t i = 0; i < elements; ++i) {
    std::memcpy(to + i * width, from + offset * width, width);
    for (int axis = static_cast<int>(sizes.size()) - 1; axis >= 0; --axis) {
      offset += strides[axis];
      if (++index[axis] < sizes[axis]) break;
      offset -= strides[axis] * sizes[axis];
      index[axis] = 0;
    }
  }
}

}  // namespace

absl::StatusOr<Array> ReadNpyStream(const NpyStream& stream,
                                    int64_t max_bytes) {
  auto error = [&stream](const auto&... what) {
    return absl::InvalidArgumentError(absl::StrCat(stream.name, ": ", what...));
  };
  unsigned char start[12];
  if (stream.size < 10 || !stream.read(start, 8) ||
      std::memcmp(start, kMagic.data(), kMagic.size()) != 0) {
    return error("not an .npy file");
  }
  const int version = start[6];
  if (version < 1 || version > 3) {
    return error("the .npy format version ", version, ".", int{start[7]},
                 " is unknown: expected 1.0 to 3.0");
  }
  const int length_bytes = version == 1 ? 2 : 4;
  if (!stream.read(start + 8, length_bytes)) return error("truncated header");
  int64_t length = start[8] | start[9] << 8;
  if (version > 1) {
    length |= int64_t{start[10]} << 16 | int64_t{start[11]} << 24;
  }
  const int64_t before = 8 + length_bytes + length;
  if (length > kMaxHeader || before > stream.size) {
    return error("the header claims ", length, " bytes, more than there are");
  }
  std::string text(static_cast<size_t>(length), '\0');
  if (!stream.read(text.data(), length)) return error("truncated header");
  Header header;
  if (!HeaderParser(text).Parse(&header)) {
    return error("the .npy header is not one of a plain array: ",
                 absl::CHexEscape(text.substr(0, 80)));
  }
  absl::StatusOr<DType> dtype = DTypeFromNumpyDescr(header.descr);
  if (!dtype.ok()) return error(dtype.status().message());
  absl::StatusOr<int64_t> elements = CheckedElements(*dtype, header.sizes);
  if (!elements.ok()) return error(elements.status().message());
  const int64_t width = DTypeSize(*dtype);
  const int64_t bytes = *elements * width;
  if (bytes > stream.size - before) {
    return error("the header claims ", bytes, " bytes of elements, but ",
                 stream.size - before, " follow");
  }
  if (bytes > max_bytes) {
    return absl::ResourceExhaustedError(absl::StrCat(
        stream.name, ": ", bytes, " bytes of elements are over the limit of ",
        max_bytes, " bytes"));
  }
  absl::StatusOr<Array> array = Array::Allocate(*dtype, header.sizes);
  if (!array.ok()) return array.status();
  char* data = static_cast<char*>(array->mutable_raw_data());
  if (!stream.read(data, bytes)) return error("truncated");
  if (*dtype == DType::kBool) {
    for (int64_t i = 0; i < bytes; ++i) data[i] = data[i] != 0;
  }
  if (header.fortran_order && header.sizes.size() > 1 && *elements > 1) {
    absl::StatusOr<Array> rows = Array::Allocate(*dtype, header.sizes);
    if (!rows.ok()) return rows.status();
    FromFortranOrder(header.sizes, width, data,
                     static_cast<char*>(rows->mutable_raw_data()), *elements);
    return rows;
  }
  return array;
}

std::string NpyHeader(const Array& array) {
  std::string dict = absl::StrCat("{'descr': '", DTypeNumpyDescr(array.dtype()),
                                  "', 'fortran_order': False, 'shape': (",
                                  absl::StrJoin(array.sizes(), ", "),
                                  array.rank() == 1 ? ",), }" : "), }");
  // Padded so that the elements are 64-byte aligned.
  const size_t unpadded = 10 + dict.size() + 1;
  dict.append((64 - unpadded % 64) % 64, ' ');
  dict.push_back('\n');
  std::string header(kMagic);
  header.append({1, 0, static_cast<char>(dict.size() & 0xff),
                 static_cast<char>(dict.size() >> 8)});
  return header + dict;
}

}  // namespace keratin
