// The passes on whole tensors, in the order in which compiler/pipeline runs
// them.
#ifndef KERATIN_PASSES_GRAPH_PASSES_H_
#define KERATIN_PASSES_GRAPH_PASSES_H_

#include <memory>

#include "mlir/Pass/Pass.h"

namespace keratin {

// structure: every primitive becomes computes, reshapes and scans.
std::unique_ptr<mlir::Pass> CreateStructurePass();

// simplify: moves become index maps, constants go into bodies, what is unused
// or computed twice goes.
std::unique_ptr<mlir::Pass> CreateSimplifyPass();

// simplify-scans: what does not need the loop leaves it.
std::unique_ptr<mlir::Pass> CreateSimplifyScansPass();

// split-prepare: @stateless_call becomes @prepare, what depends on unwritten
// variables alone, and @call.
std::unique_ptr<mlir::Pass> CreateSplitPreparePass();

}  // namespace keratin

#endif  // KERATIN_PASSES_GRAPH_PASSES_H_
