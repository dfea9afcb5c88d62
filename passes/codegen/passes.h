// The passes of code generation, in the order in which compiler/pipeline runs
// them.
#ifndef KERATIN_PASSES_CODEGEN_PASSES_H_
#define KERATIN_PASSES_CODEGEN_PASSES_H_

#include <memory>

#include "mlir/IR/Dialect.h"
#include "mlir/Pass/Pass.h"
#include "passes/codegen/target.h"

namespace keratin {

// pack: lays out the right operands of matrix products and convolutions in
// panels of the target's tile width.
std::unique_ptr<mlir::Pass> CreatePackPass(const Target& target);

// block-batch: runs chains of computes for a block of the batch at a time.
std::unique_ptr<mlir::Pass> CreateBlockBatchPass(const Target& target);

// fuse: groups computes into kernels.
std::unique_ptr<mlir::Pass> CreateFusePass();

// emit-kernels: each kernel becomes a function of loops over vectors, and a
// launch of it.
std::unique_ptr<mlir::Pass> CreateEmitKernelsPass(const Target& target);

// plan-memory: every tensor gets a place in the caller's buffers or in one
// workspace; launches become calls.
std::unique_ptr<mlir::Pass> CreatePlanMemoryPass();

// The dialects that kernel functions are written in.
void RegisterKernelDialects(mlir::DialectRegistry& registry);

}  // namespace keratin

#endif  // KERATIN_PASSES_CODEGEN_PASSES_H_
