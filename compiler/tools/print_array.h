// Arrays as text.
#ifndef KERATIN_COMPILER_TOOLS_PRINT_ARRAY_H_
#define KERATIN_COMPILER_TOOLS_PRINT_ARRAY_H_

#include <string>

#include "runtime/array.h"

namespace keratin::tools {

// "[[0.1, 0.9], [0.5, 0.5]]": what Python reads as lists, each row of the
// first axis on a line of its own. After `most` elements: "... N more".
std::string FormatElements(const Array& array, int64_t most);

}  // namespace keratin::tools

#endif  // KERATIN_COMPILER_TOOLS_PRINT_ARRAY_H_
