// Archive: the members of a `.keras` file, a zip or an unzipped folder.
//
// Invariant: what a file claims to hold is checked against the limits and
// against what it takes before memory is taken for it; nothing outside of the
// archive is opened, and no code in it is run.
//
//   auto content = ReadArchive("m.keras", {}, ArchiveParts::kAll);
//   content->weights.at("layers/dense/vars/0")
#ifndef KERATIN_LAYERS_SAVING_ARCHIVE_H_
#define KERATIN_LAYERS_SAVING_ARCHIVE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "layers/saving/weight_store.h"

namespace keratin {

struct LoadOptions {
  // Bytes that the configuration and the weights may take when unpacked.
  int64_t max_config_bytes = int64_t{64} << 20;
  int64_t max_weights_bytes = int64_t{16} << 30;
  // What unpacks to more than 64 MiB may take so many times the bytes that the
  // file spends on it; 0: any number.
  int64_t max_expansion = 200;
  // Read the archive in a child process, so that a fault of libhdf5 on a
  // damaged file becomes an error. It is forked: see isolated_read.h.
  bool isolate = false;
};

enum class ArchiveParts { kConfig, kAll };

struct ArchiveContent {
  std::string config;  // config.json
  // model.weights.h5 or model.weights.npz, if asked for and there.
  bool has_weights = false;
  WeightStore weights;
};

// Errors are one sentence that begins with the path.
absl::StatusOr<ArchiveContent> ReadArchive(const std::string& path,
                                           const LoadOptions& options,
                                           ArchiveParts parts);

// A `.weights.h5` file by itself, read in this process.
absl::StatusOr<WeightStore> ReadWeightsFile(const std::string& path,
                                            const LoadOptions& options);

// Whether `claimed` bytes may be believed of a file that spends `held` on them.
absl::Status CheckClaim(const std::string& what, uint64_t claimed,
                        uint64_t held, int64_t max_bytes,
                        const LoadOptions& options);

}  // namespace keratin

#endif  // KERATIN_LAYERS_SAVING_ARCHIVE_H_
