// What an Executable is made of; private to its implementation.
//
// Invariant: made whole by Executable::Create, never changed after.
#ifndef KERATIN_RUNTIME_EXECUTABLE_IMPL_H_
#define KERATIN_RUNTIME_EXECUTABLE_IMPL_H_

#include <memory>

#include "runtime/executable.h"
#include "runtime/signature.h"

namespace keratin {

struct ExecutableImpl {
  Manifest manifest;
  Signature signature;
  EntryPoints entry_points;
  std::shared_ptr<const void> owner;
};

}  // namespace keratin

#endif  // KERATIN_RUNTIME_EXECUTABLE_IMPL_H_
