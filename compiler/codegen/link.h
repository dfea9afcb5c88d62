// A shared library from an object file, by the system's linker.
#ifndef KERATIN_COMPILER_CODEGEN_LINK_H_
#define KERATIN_COMPILER_CODEGEN_LINK_H_

#include <string>

#include "absl/status/status.h"

namespace keratin {

// Links the object file `object` into `library`, with `cc` or else `ld.lld`,
// as found on PATH. Without either: an error that says what to install.
absl::Status LinkSharedLibrary(const std::string& object,
                               const std::string& library);

}  // namespace keratin

#endif  // KERATIN_COMPILER_CODEGEN_LINK_H_
