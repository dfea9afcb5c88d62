#include "compiler/codegen/machine.h"

#include <algorithm>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Target/TargetOptions.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

namespace keratin {
namespace {

void InitializeTargets() {
  static std::once_flag once;
  std::call_once(once, [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeX86AsmParser();
    LLVMInitializeAArch64TargetInfo();
    LLVMInitializeAArch64Target();
    LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64AsmPrinter();
    LLVMInitializeAArch64AsmParser();
    LLVMInitializeRISCVTargetInfo();
    LLVMInitializeRISCVTarget();
    LLVMInitializeRISCVTargetMC();
    LLVMInitializeRISCVAsmPrinter();
    LLVMInitializeWebAssemblyTargetInfo();
    LLVMInitializeWebAssemblyTarget();
    LLVMInitializeWebAssemblyTargetMC();
    LLVMInitializeWebAssemblyAsmPrinter();
  });
}

// The extensions worth checking before code runs; those that merely come with
// them are left out.
constexpr const char* kCheckedIsa[] = {
    "avx",      "avx2",       "avx512bf16", "avx512bw",   "avx512cd",
    "avx512dq", "avx512f",    "avx512fp16", "avx512ifma", "avx512vbmi",
    "avx512vl", "avx512vnni", "avxvnni",    "bmi",        "bmi2",
    "f16c",     "fma",        "lzcnt",      "movbe",      "popcnt",
    "sse3",     "sse4.1",     "sse4.2",     "ssse3"};

std::string HostFeatures() {
  std::string features;
  for (const auto& [name, enabled] : llvm::sys::getHostCPUFeatures()) {
    absl::StrAppend(&features, features.empty() ? "" : ",", enabled ? "+" : "-",
                    std::string(name));
  }
  return features;
}

}  // namespace

std::unique_ptr<llvm::TargetMachine> Machine::CreateTargetMachine() const {
  std::string error;
  llvm::Triple parsed(triple);
  const llvm::Target* backend =
      llvm::TargetRegistry::lookupTarget(parsed, error);
  if (backend == nullptr) return nullptr;
  llvm::TargetOptions options;
  // A fused multiply-add only where the IR says so.
  options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
  return std::unique_ptr<llvm::TargetMachine>(backend->createTargetMachine(
      parsed, cpu, features, options, llvm::Reloc::PIC_, std::nullopt,
      llvm::CodeGenOptLevel::Aggressive));
}

absl::StatusOr<Machine> MachineFor(const std::string& march) {
  InitializeTargets();
  Machine machine;
  machine.march = march.empty() ? "native" : march;
  llvm::Triple host(llvm::sys::getDefaultTargetTriple());
  machine.triple = host.str();
  if (machine.march == "native") {
    machine.cpu = llvm::sys::getHostCPUName().str();
    machine.features = HostFeatures();
  } else {
    std::string architecture, cpu = machine.march;
    if (auto colon = cpu.find(':'); colon != std::string::npos) {
      architecture = cpu.substr(0, colon);
      cpu = cpu.substr(colon + 1);
    } else if (llvm::Triple(cpu).getArch() != llvm::Triple::UnknownArch) {
      architecture = cpu;
      cpu = "";
    } else if (cpu.rfind("x86-64", 0) == 0) {
      architecture = "x86_64";
    }
    if (architecture == "x86-64") architecture = "x86_64";
    if (!architecture.empty()) {
      llvm::Triple triple(llvm::Triple::normalize(architecture));
      if (triple.getArch() == llvm::Triple::UnknownArch) {
        return absl::InvalidArgumentError(absl::StrCat(
            "--march=", march, ": no architecture is named '", architecture,
            "'; accepted are native, x86-64-v3, a processor's name, or "
            "ARCHITECTURE:PROCESSOR such as aarch64:neoverse-n1"));
      }
      if (triple.getArch() != host.getArch() ||
          architecture.find('-') != std::string::npos) {
        if (triple.getVendorName().empty() || triple.getOSName().empty()) {
          triple.setVendorName("unknown");
          triple.setOSName(triple.isWasm() ? "wasi" : "linux");
          if (!triple.isWasm()) triple.setEnvironmentName("gnu");
        }
        machine.triple = triple.str();
      }
    }
    llvm::Triple triple(machine.triple);
    machine.cpu = !cpu.empty()         ? cpu
                  : triple.isX86()     ? "x86-64"
                  : triple.isRISCV64() ? "generic-rv64"
                                       : "generic";
  }
  llvm::Triple triple(machine.triple);
  machine.is_host_architecture = triple.getArch() == host.getArch();

  std::string error;
  if (llvm::TargetRegistry::lookupTarget(triple, error) == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--march=", march, ": cannot generate code for ", machine.triple,
        "; the architectures are x86-64, aarch64, riscv64 and wasm32"));
  }
  // First without the name: LLVM prints about a processor that it does not
  // know.
  Machine generic = machine;
  generic.cpu.clear();
  if (!generic.CreateTargetMachine()->getMCSubtargetInfo()->isCPUStringValid(
          machine.cpu)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--march=", march, ": LLVM knows no processor '",
                     machine.cpu, "' for ", machine.triple,
                     "; use native, x86-64-v3, x86-64-v4 or a name that "
                     "`clang --print-supported-cpus` lists"));
  }
  auto target_machine = machine.CreateTargetMachine();
  const llvm::MCSubtargetInfo& subtarget =
      *target_machine->getMCSubtargetInfo();
  std::string table_features;
  auto enabled = [&](const std::string& feature) {
    return subtarget.checkFeatures("+" + feature);
  };
  if (triple.isX86()) {
    for (const char* feature : kCheckedIsa) {
      if (!enabled(feature)) continue;
      machine.isa.push_back(feature);
      absl::StrAppend(&table_features, table_features.empty() ? "+" : ",+",
                      feature);
    }
    machine.has_half_conversions = enabled("f16c");
  } else if (triple.isAArch64()) {
    table_features = "+neon";
  } else {
    if (triple.isWasm()) {
      machine.features = "+simd128";
      table_features = "+simd128";
    }
    machine.has_half_conversions = false;
  }
  machine.target = &TargetFor(machine.march, table_features);
  return machine;
}

}  // namespace keratin
