// ByteSource: a member of an archive, read from any place of it. Copies share
// what they read from, which stays open as long as one of them lives.
//
//   absl::StatusOr<ByteSource> source = OpenFile(path, "the weights file");
//   char magic[8];
//   const bool read = source->read(0, magic, 8);
#ifndef KERATIN_LAYERS_SAVING_BYTE_SOURCE_H_
#define KERATIN_LAYERS_SAVING_BYTE_SOURCE_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"

namespace keratin {

struct ByteSource {
  std::string name;  // "model.weights.h5", for errors
  int64_t size = 0;
  // Fills the buffer with bytes [offset, offset + count); false if it cannot.
  std::function<bool(int64_t offset, void* buffer, int64_t count)> read;
};

// A regular file; the function keeps it open.
absl::StatusOr<ByteSource> OpenFile(const std::string& path,
                                    const std::string& name);

// A source that reads an open file, which it closes in the end.
ByteSource FromDescriptor(int file, const std::string& name, int64_t size);

absl::StatusOr<std::string> ReadAll(const ByteSource& source);

}  // namespace keratin

#endif  // KERATIN_LAYERS_SAVING_BYTE_SOURCE_H_
