// Jit: an object file, loaded into this process and linked with libc and libm
// alone.
//
//   auto jit = Jit::Load(object, machine);
//   auto call = reinterpret_cast<keratin_entry>(*(*jit)->Lookup("m_call"));
//
// Addresses stay valid as long as the Jit lives.
#ifndef KERATIN_COMPILER_CODEGEN_JIT_H_
#define KERATIN_COMPILER_CODEGEN_JIT_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "compiler/codegen/machine.h"

namespace llvm::orc {
class LLJIT;
}

namespace keratin {

class Jit {
 public:
  // An object that needs any other symbol than libc's and libm's is an error
  // that names it.
  static absl::StatusOr<std::unique_ptr<Jit>> Load(const std::string& object,
                                                   const Machine& machine);
  ~Jit();

  absl::StatusOr<void*> Lookup(const std::string& symbol) const;

 private:
  explicit Jit(std::unique_ptr<llvm::orc::LLJIT> jit);
  std::unique_ptr<llvm::orc::LLJIT> jit_;
};

// Whether compiled code may refer to `symbol`: a function of libc or libm.
bool IsLibraryFunction(const std::string& symbol);

}  // namespace keratin

#endif  // KERATIN_COMPILER_CODEGEN_JIT_H_
