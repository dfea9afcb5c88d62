// numpy's files: .npy (one array) and .npz (a zip of named ones).
//
// Invariant: reading runs no code and takes no more memory than the limit
// allows: what a header or an archive claims is checked against what is there
// before anything is allocated. Format versions 1.0 to 3.0, little endian, C
// and Fortran order; never pickled objects. Writing leaves a whole file or
// none.
//
// bfloat16 is read and written as "<V2", as numpy.save does for ml_dtypes's.
//
// Example:
//   absl::StatusOr<NamedArrays> inputs = ReadNpz("inputs.npz");
//   absl::Status status = WriteNpz("outputs.npz", {{"0", y}});
#ifndef KERATIN_RUNTIME_NPY_H_
#define KERATIN_RUNTIME_NPY_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/array.h"

namespace keratin {

struct NpyLimits {
  // Bytes of elements in one file, all members of an npz together.
  int64_t max_bytes = int64_t{16} << 30;
  int64_t max_members = 1 << 20;
};

// In the order of the archive; names without ".npy".
using NamedArrays = std::vector<std::pair<std::string, Array>>;

absl::StatusOr<Array> ReadNpy(absl::string_view path,
                              const NpyLimits& limits = {});
absl::StatusOr<NamedArrays> ReadNpz(absl::string_view path,
                                    const NpyLimits& limits = {});

// The same from the file's bytes; `name` is for errors.
absl::StatusOr<Array> ParseNpy(absl::string_view name, absl::string_view bytes,
                               const NpyLimits& limits = {});
absl::StatusOr<NamedArrays> ParseNpz(absl::string_view name,
                                     absl::string_view bytes,
                                     const NpyLimits& limits = {});

absl::Status WriteNpy(absl::string_view path, const Array& array);
absl::Status WriteNpz(absl::string_view path, const NamedArrays& arrays);
// The bytes of an .npy file.
std::string SerializeNpy(const Array& array);

}  // namespace keratin

#endif  // KERATIN_RUNTIME_NPY_H_
