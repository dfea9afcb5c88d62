// Versions: stamps of what calls are traced from, the lists of variables and
// the parts of layers. Each change in the process takes a new one, so that "has
// anything changed since" is the comparison of two numbers.
//
//   version_ = NextVersion();           // on a change
//   if (seen_ == LatestVersion()) ...   // nothing changed anywhere
#ifndef KERATIN_LAYERS_BASE_VERSION_H_
#define KERATIN_LAYERS_BASE_VERSION_H_

#include <cstdint>

namespace keratin {

// Greater than all before; by any thread.
int64_t NextVersion();
// The last one taken.
int64_t LatestVersion();

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_VERSION_H_
