// The C header that goes with an artifact: its functions, with one typed
// argument for each tensor and each unknown size. It stands alone: what it
// needs of runtime/abi.h is written into it.
#ifndef KERATIN_COMPILER_API_HEADER_H_
#define KERATIN_COMPILER_API_HEADER_H_

#include <string>

#include "runtime/executable.h"

namespace keratin {

// Its text, for the artifact that `manifest` describes and names.
std::string HeaderOf(const Manifest& manifest);

}  // namespace keratin

#endif  // KERATIN_COMPILER_API_HEADER_H_
