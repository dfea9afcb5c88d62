// Emits a scheduled stage as loops over register tiles in the vector dialect.
//
// One emitter for everything that computes: products, convolutions, pooling,
// reductions and element-wise chains differ in their schedule alone. A tile is
// `rows` x `vectors` vectors; a value that does not vary along the lanes stays
// a scalar until it meets one that does. Stores are masked at the end of the
// lane loop, and nothing outside a buffer is read.
#ifndef KERATIN_PASSES_CODEGEN_TILE_EMITTER_H_
#define KERATIN_PASSES_CODEGEN_TILE_EMITTER_H_

#include "llvm/ADT/DenseMap.h"
#include "mlir/IR/Builders.h"
#include "passes/codegen/index_builder.h"
#include "passes/codegen/schedule.h"
#include "passes/codegen/stage.h"

namespace keratin {

// Values that hold in the whole kernel function: its buffers and the sizes it
// was given.
struct KernelScope {
  KernelScope(mlir::OpBuilder& builder, mlir::Block* entry)
      : index(builder, entry) {}

  // From tensors in the kernel region to flat memrefs.
  llvm::DenseMap<mlir::Value, mlir::Value> buffers;
  IndexBuilder index;
};

// Emits the tasks of one stage inside one task of its kernel: `begin` holds,
// for each task of the schedule, the first iteration of its block.
mlir::LogicalResult EmitStage(mlir::OpBuilder& builder, const Stage& stage,
                              const Schedule& schedule, KernelScope& scope,
                              llvm::ArrayRef<mlir::Value> begin);

// The type in which elements of `type` lie in memory: i1 as i8, unsigned
// integers as signless ones.
mlir::Type StorageType(mlir::Type element);

}  // namespace keratin

#endif  // KERATIN_PASSES_CODEGEN_TILE_EMITTER_H_
