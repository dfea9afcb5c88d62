// A stage: one loop nest of a kernel, as linear accesses to flat buffers and a
// graph of scalar bodies.
//
// The computes of one kernel that carry the same `keratin.stage` number form a
// stage. At most one of them reduces (the anchor). Those before it are inlined
// at its inputs; those after it are its epilogue, applied to the accumulators.
// Every tensor access is linear in the loops,
//
//   address = offset + sum of stride * iteration
//
// in elements, where offset and strides are Dims, so that unknown sizes need no
// second path. Loops that every access walks as if they were one are merged.
//
//   y[b, n] = relu(sum_k x[b, k] * w[k, n] + bias[n])
//
// has loops b, n, k; the product as its anchor; and leaves x, w, bias.
#ifndef KERATIN_PASSES_CODEGEN_STAGE_H_
#define KERATIN_PASSES_CODEGEN_STAGE_H_

#include <memory>
#include <optional>
#include <vector>

#include "ir/dialect/dialect.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "mlir/IR/AffineMap.h"
#include "runtime/shape.h"

namespace keratin {

struct Loop {
  Dim extent = 1;
  bool reduction = false;
  // The loop's own number is read by a body, so it cannot be merged with a
  // neighbour.
  bool index_used = false;
};

// Where an element lies: offset + sum over loops of strides[loop] * iteration,
// in elements of the buffer. A buffer packed in panels of `panel` columns adds
// panel_stride for each whole panel of the lane loop instead of strides[lane] *
// panel.
struct Access {
  mlir::Value tensor;
  Dim offset = 0;
  llvm::SmallVector<Dim, 6> strides;
  int64_t panel = 0;
  int panel_loop = -1;
  Dim panel_stride = 0;

  bool UsesLoop(int loop) const {
    return !(strides[loop] == Dim(0)) || (panel != 0 && panel_loop == loop);
  }
};

// The value of `keratin.index` in a node, as a linear expression of the loops.
struct IndexExpr {
  int64_t constant = 0;
  llvm::SmallVector<int64_t, 6> coefficients;
};

struct Node;

// What feeds a scalar argument of a body: a buffer, another node's yielded
// value, or an accumulator of the anchor.
struct Source {
  enum Kind { kLeaf, kNode, kAccumulator } kind = kLeaf;
  int leaf = -1;
  Node* node = nullptr;
  int result = 0;
};

struct Node {
  mutable ir::ComputeOp op;  // a handle: MLIR's accessors are not const
  // Its dimensions over the loops of the root, before any are merged.
  llvm::SmallVector<mlir::AffineExpr, 6> domain;
  llvm::SmallVector<Source, 4> inputs;
  // Of each dimension of the compute's domain.
  llvm::SmallVector<IndexExpr, 6> index;
  // Loops that the values of this node vary with.
  llvm::SmallVector<bool, 6> uses;
};

struct Output {
  Node* node = nullptr;
  int result = 0;
  Access access;
};

class Stage {
 public:
  // Builds the stage of `computes` (in program order, all of one kernel).
  // `is_stored` tells which results must reach memory. The first `shared` loops
  // are never merged or reordered: other stages of the kernel run inside them
  // too. Fails with a diagnostic on the compute that cannot take part.
  static mlir::FailureOr<Stage> Build(
      llvm::ArrayRef<ir::ComputeOp> computes,
      llvm::function_ref<bool(mlir::Value)> is_stored, int shared);

  llvm::SmallVector<Loop, 6> loops;
  llvm::SmallVector<Access, 6> leaves;
  llvm::SmallVector<Output, 2> outputs;
  Node* anchor = nullptr;  // null: no reduction
  int shared = 0;

  // The computes of the stage, those inlined several times once.
  llvm::SmallVector<ir::ComputeOp, 4> Computes() const;
  int NumLoops() const { return static_cast<int>(loops.size()); }
  // Whether the accesses of the anchor's inputs (not the epilogue's) vary with
  // `loop`.
  llvm::SmallVector<const Access*, 4> AnchorLeaves() const;

 private:
  // Values computed so far: how they are read, and where their axes lie in the
  // loops.
  struct Place {
    Source source;
    llvm::SmallVector<mlir::AffineExpr, 6> axes;
  };
  using Known = llvm::DenseMap<mlir::Value, Place>;

  mlir::FailureOr<Node*> AddNode(ir::ComputeOp op,
                                 llvm::ArrayRef<mlir::AffineExpr> domain,
                                 const Known& known);
  void MergeLoops();

  std::vector<std::unique_ptr<Node>> nodes_;
  llvm::DenseMap<mlir::Operation*, bool> members_;
};

// The access of `tensor` (dense, row-major) at `index`, expressions over
// `num_loops` loops; nothing when an expression is not linear. The floordiv and
// mod that the pass `pack` writes become a panel of the access.
std::optional<Access> LinearAccess(mlir::Value tensor,
                                   llvm::ArrayRef<mlir::AffineExpr> index,
                                   int num_loops);

// Strides of a dense row-major buffer of `shape`, in elements.
llvm::SmallVector<Dim, 6> RowMajorStrides(llvm::ArrayRef<Dim> shape);

}  // namespace keratin

#endif  // KERATIN_PASSES_CODEGEN_STAGE_H_
