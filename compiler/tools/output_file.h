// Where a command puts its output: said to be good or not before long work is
// done for it. Files themselves are runtime/pending_file.h's.
#ifndef KERATIN_COMPILER_TOOLS_OUTPUT_FILE_H_
#define KERATIN_COMPILER_TOOLS_OUTPUT_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace keratin::tools {

// An error if `path` cannot be written, before long work is done for it: its
// folder is missing or read-only, or it is a folder.
absl::Status CheckWritable(absl::string_view path);

// An error if `output` is one of the files that are read, by this or another
// name.
absl::Status CheckReplacesNone(absl::string_view output,
                               absl::Span<const std::string> inputs);

// Makes the folder, and those above it.
absl::Status MakeFolder(absl::string_view path);

// Writes to standard output, control characters but newlines and tabs as \xNN:
// names from files may hold anything. An error where that fails (a full disk).
absl::Status Print(absl::string_view text);

}  // namespace keratin::tools

#endif  // KERATIN_COMPILER_TOOLS_OUTPUT_FILE_H_
