// Archive: the members of a `.keras` file, a zip or an unzipped folder.
//
// What a member claims to be large is checked against a limit before anything
// is read; nothing outside the archive is opened.
#ifndef KERATIN_LAYERS_SAVING_ARCHIVE_H_
#define KERATIN_LAYERS_SAVING_ARCHIVE_H_

#include <string>

#include "absl/status/statusor.h"

namespace keratin {

struct LoadOptions {
  // Bytes that the configuration and the weights may take when unpacked.
  int64_t max_config_bytes = int64_t{64} << 20;
  int64_t max_weights_bytes = int64_t{16} << 30;
  // Read weights in a child process, so that a fault of libhdf5 becomes an
  // error.
  bool isolate = false;
};

struct ArchiveContent {
  std::string config;   // config.json
  std::string weights;  // model.weights.h5 or model.weights.npz, if any
  bool weights_are_npz = false;
};

absl::StatusOr<ArchiveContent> ReadArchive(const std::string& path,
                                           const LoadOptions& options);

}  // namespace keratin

#endif  // KERATIN_LAYERS_SAVING_ARCHIVE_H_
