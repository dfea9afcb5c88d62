#include "compiler/codegen/jit.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "llvm/ExecutionEngine/Orc/AbsoluteSymbols.h"
#include "llvm/ExecutionEngine/Orc/ExecutionUtils.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/ExecutionEngine/SectionMemoryManager.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

namespace keratin {

bool IsLibraryFunction(const std::string& symbol) {
  static const auto* const names = [] {
    auto* set = new std::set<std::string>{"memcpy", "memset", "memmove",
                                          "memcmp", "bcmp"};
    for (const char* f :
         {"exp",    "exp2",      "exp10", "expm1",     "log",      "log2",
          "log10",  "log1p",     "pow",   "sqrt",      "cbrt",     "hypot",
          "sin",    "cos",       "tan",   "asin",      "acos",     "atan",
          "atan2",  "sinh",      "cosh",  "tanh",      "asinh",    "acosh",
          "atanh",  "erf",       "erfc",  "floor",     "ceil",     "round",
          "trunc",  "roundeven", "rint",  "fmod",      "fma",      "ldexp",
          "fmin",   "fmax",      "fabs",  "nearbyint", "tgamma",   "lgamma",
          "sincos", "frexp",     "modf",  "copysign",  "remainder"}) {
      set->insert(f);
      set->insert(absl::StrCat(f, "f"));
    }
    return set;
  }();
  return names->count(symbol) > 0;
}

Jit::Jit(std::unique_ptr<llvm::orc::LLJIT> jit) : jit_(std::move(jit)) {}
Jit::~Jit() = default;

absl::StatusOr<std::unique_ptr<Jit>> Jit::Load(const std::string& object,
                                               const Machine& machine) {
  if (!machine.is_host_architecture) {
    return absl::InvalidArgumentError(absl::StrCat(
        "code for ", machine.triple, " cannot run on this computer"));
  }
  auto error = [](llvm::Error error) {
    return absl::InternalError("JIT: " + llvm::toString(std::move(error)));
  };
  llvm::orc::JITTargetMachineBuilder builder{llvm::Triple(machine.triple)};
  auto jit = llvm::orc::LLJITBuilder()
                 .setJITTargetMachineBuilder(std::move(builder))
                 .setLinkProcessSymbolsByDefault(false)
                 .setPlatformSetUp(llvm::orc::setUpInactivePlatform)
                 .create();
  if (!jit) return error(jit.takeError());
  char global_prefix = (*jit)->getDataLayout().getGlobalPrefix();
  auto process = llvm::orc::DynamicLibrarySearchGenerator::GetForCurrentProcess(
      global_prefix, [global_prefix](const llvm::orc::SymbolStringPtr& name) {
        std::string text = (*name).str();
        if (global_prefix != 0 && !text.empty() && text[0] == global_prefix)
          text.erase(0, 1);
        return IsLibraryFunction(text);
      });
  if (!process) return error(process.takeError());
  (*jit)->getMainJITDylib().addGenerator(std::move(*process));
  auto buffer = llvm::MemoryBuffer::getMemBufferCopy(
      llvm::StringRef(object.data(), object.size()), "keratin.o");
  if (auto failed = (*jit)->addObjectFile(std::move(buffer)))
    return error(std::move(failed));
  return std::unique_ptr<Jit>(new Jit(std::move(*jit)));
}

absl::StatusOr<void*> Jit::Lookup(const std::string& symbol) const {
  auto address = jit_->lookup(symbol);
  if (!address)
    return absl::InternalError("JIT: " + llvm::toString(address.takeError()));
  return address->toPtr<void*>();
}

}  // namespace keratin
