// Reading an archive in a child process, which hands its arrays back in shared
// memory: whatever the libraries for zip and HDF5 do with a crafted file, the
// caller gets an error.
//
// The child is a fork without exec. It runs with bounded processor time and
// heap, and ends by _exit; nothing of the caller's (buffers of streams, exit
// handlers, threads) runs in it.
#ifndef KERATIN_LAYERS_SAVING_ISOLATED_READ_H_
#define KERATIN_LAYERS_SAVING_ISOLATED_READ_H_

#include <string>

#include "absl/status/statusor.h"
#include "layers/saving/archive.h"

namespace keratin {

absl::StatusOr<ArchiveContent> ReadArchiveIsolated(const std::string& path,
                                                   const LoadOptions& options,
                                                   ArchiveParts parts);

// What the child does, and the caller where nothing is isolated.
absl::StatusOr<ArchiveContent> ReadArchiveHere(const std::string& path,
                                               const LoadOptions& options,
                                               ArchiveParts parts,
                                               const ArrayAllocator& allocate);

}  // namespace keratin

#endif  // KERATIN_LAYERS_SAVING_ISOLATED_READ_H_
