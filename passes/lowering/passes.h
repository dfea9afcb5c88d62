// Lowering: from entry functions and kernels over buffers (arith, math, vector,
// memref, scf, func) to the LLVM dialect.
//
// Before: the module of the phase `buffers`, as plan-memory leaves it. After:
// nothing but the LLVM dialect; every function but the entry points is
// internal. The arithmetic of an element is not changed: no contraction, no
// reassociation; `math.fma` alone becomes a fused multiply-add. Transcendental
// functions of f32 become polynomials or rational functions, the same for a
// scalar and for a lane of a vector.
//
//   mlir::PassManager pm(context);
//   AddLoweringPasses(pm, {.prefix = "digits", .has_half_conversions = true});
#ifndef KERATIN_PASSES_LOWERING_PASSES_H_
#define KERATIN_PASSES_LOWERING_PASSES_H_

#include <memory>
#include <string>

#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

namespace keratin {

struct LoweringOptions {
  // Entry @call becomes the symbol `<prefix>_call`; no prefix: `call`.
  std::string prefix;
  // The target converts f32 to and from f16 in one instruction.
  bool has_half_conversions = true;
};

// Emulates arithmetic on f16 and bf16 in f32, and expands the conversions that
// would need a compiler's run-time library (to bf16 always, to and from f16
// where the target has no instruction, f64 to either): correctly rounded, NaN
// kept.
std::unique_ptr<mlir::Pass> CreateExpandFloatsPass(
    bool has_half_conversions = true);

// Polynomials or rational functions for exp, expm1, tanh, log, log1p and erf of
// f32, scalars and vectors alike.
std::unique_ptr<mlir::Pass> CreateApproximateMathPass();

// Gives kernels pointer arguments, and entry functions the ABI of
// runtime/abi.h; a call marked `keratin.parallel` goes through the caller's
// `parallel_for` when there is one.
std::unique_ptr<mlir::Pass> CreateLowerEntryPass(
    const std::string& prefix = "");

// Everything that is left to the LLVM dialect, in one conversion.
std::unique_ptr<mlir::Pass> CreateConvertToLlvmPass();

// In the LLVM dialect, after expand-floats: f16 and bf16 are integers wherever
// they are only carried, which LLVM leaves as they are on every target.
std::unique_ptr<mlir::Pass> CreateCarryAsIntegersPass();

// The passes of the phase `llvm`, in order.
void AddLoweringPasses(mlir::OpPassManager& pm, const LoweringOptions& options);

// Makes the passes of this folder known to pass pipelines given as text
// (compiler/pipeline/register_passes.h).
void RegisterLoweringPasses();

// The dialects these passes need.
void RegisterLoweringDialects(mlir::DialectRegistry& registry);

}  // namespace keratin

#endif  // KERATIN_PASSES_LOWERING_PASSES_H_
