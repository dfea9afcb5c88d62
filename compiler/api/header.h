// The C header that goes with an artifact.
#ifndef KERATIN_COMPILER_API_HEADER_H_
#define KERATIN_COMPILER_API_HEADER_H_

#include <string>

#include "runtime/executable.h"

namespace keratin {

std::string HeaderOf(const Manifest& manifest);

}  // namespace keratin

#endif  // KERATIN_COMPILER_API_HEADER_H_
