// Files that are written wholly or not at all.
//
// Invariant: on an error nothing is left at `path` that was not there before,
// and nothing beside it. A path that is no regular file (a pipe, a device) is
// written as it is.
#ifndef KERATIN_COMPILER_TOOLS_OUTPUT_FILE_H_
#define KERATIN_COMPILER_TOOLS_OUTPUT_FILE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace keratin::tools {

absl::Status WriteFile(absl::string_view path, absl::string_view content);

// An error if `path` cannot be written, before long work is done for it: its
// folder is missing or read-only, or it is a folder.
absl::Status CheckWritable(absl::string_view path);

// Makes the folder, and those above it.
absl::Status MakeFolder(absl::string_view path);

// Writes to standard output; an error where that fails (a full disk).
absl::Status Print(absl::string_view text);

}  // namespace keratin::tools

#endif  // KERATIN_COMPILER_TOOLS_OUTPUT_FILE_H_
