// Machine: what --march names, as LLVM and the target tables understand it.
//
//   native                       this computer
//   x86-64, x86-64-v2, -v3, -v4  a level of x86-64
//   znver4, skylake, ...         a processor of this computer's architecture
//   aarch64:neoverse-n1          a processor of another one
//   aarch64                      a generic processor of an architecture
//
// The same Machine serves the JIT and ahead-of-time code, so their code is the
// same.
#ifndef KERATIN_COMPILER_CODEGEN_MACHINE_H_
#define KERATIN_COMPILER_CODEGEN_MACHINE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "passes/codegen/target.h"

namespace llvm {
class TargetMachine;
}

namespace keratin {

struct Machine {
  std::string march;     // as the user wrote it
  std::string triple;    // "x86_64-pc-linux-gnu"
  std::string cpu;       // LLVM's name of the processor
  std::string features;  // LLVM's "+avx2,-sse4a,..." beyond those of `cpu`
  const Target* target = nullptr;
  bool is_host_architecture = true;
  bool has_half_conversions = true;  // f32 to and from f16 in one instruction
  // Instruction set extensions that code for this machine may use and that a
  // loader checks ("avx2", "fma", ...), sorted; beyond the baseline of the
  // architecture.
  std::vector<std::string> isa;

  std::unique_ptr<llvm::TargetMachine> CreateTargetMachine() const;
};

// An unknown name is an error that lists the accepted forms.
absl::StatusOr<Machine> MachineFor(const std::string& march);

}  // namespace keratin

#endif  // KERATIN_COMPILER_CODEGEN_MACHINE_H_
