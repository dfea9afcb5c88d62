// A shared library from an object file, by the linker that is part of this
// program: nothing has to be installed where models are compiled.
#ifndef KERATIN_COMPILER_CODEGEN_LINK_H_
#define KERATIN_COMPILER_CODEGEN_LINK_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "compiler/codegen/machine.h"

namespace keratin {

// Unimplemented where libraries of that machine are no ELF files.
absl::Status CheckLinkable(const Machine& machine);

// The bytes of a library, linked from those of an object file. It names libc
// and libm as what it needs if it is for this kind of machine; for others,
// whoever loads it brings them along. An object that needs anything else is an
// error.
absl::StatusOr<std::string> LinkSharedLibrary(const std::string& object,
                                              const Machine& machine);

}  // namespace keratin

#endif  // KERATIN_COMPILER_CODEGEN_LINK_H_
