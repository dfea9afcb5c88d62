// An .npy read from any source of bytes; private to the npy reader.
//
// Invariant: reads the header, then exactly the elements, straight into the
// array's buffer; allocates it only after the source's size has been checked.
//
// Example:
//   NpyStream stream = {"x.npy", remaining, read};
//   absl::StatusOr<Array> array = ReadNpyStream(stream, limit);
#ifndef KERATIN_RUNTIME_NPY_STREAM_H_
#define KERATIN_RUNTIME_NPY_STREAM_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "runtime/array.h"

namespace keratin {

struct NpyStream {
  std::string name;  // for errors: "'inputs.npz', member 'x.npy'"
  int64_t size;      // bytes in all
  // Fills the buffer; false if there are not as many bytes.
  absl::FunctionRef<bool(void* buffer, int64_t bytes)> read;
};

absl::StatusOr<Array> ReadNpyStream(const NpyStream& stream, int64_t max_bytes);

// The header and padding before the elements.
std::string NpyHeader(const Array& array);

}  // namespace keratin

#endif  // KERATIN_RUNTIME_NPY_STREAM_H_
