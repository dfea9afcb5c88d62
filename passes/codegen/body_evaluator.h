// Evaluates the scalar bodies of a stage at one place of a register tile.
//
// A value is a scalar when it does not vary along the lanes, an index `base +
// coefficient * lane` when it is linear in them, and a vector otherwise. Bodies
// are evaluated from their results backwards, so that a read guarded by a
// select happens under the select's mask.
#ifndef KERATIN_PASSES_CODEGEN_BODY_EVALUATOR_H_
#define KERATIN_PASSES_CODEGEN_BODY_EVALUATOR_H_

#include <map>

#include "passes/codegen/tile_emitter.h"

namespace keratin {

struct LaneValue {
  mlir::Value value;
  enum Kind { kScalar, kLinear, kVector } kind = kScalar;
  int64_t coefficient = 0;  // of kLinear
};

// Where a tile is: the first iteration of each loop, set as loops are entered.
struct TilePlace {
  // Null: the loop has one iteration, or is not entered yet.
  llvm::SmallVector<mlir::Value, 6> iteration;
};

class BodyEvaluator {
 public:
  BodyEvaluator(mlir::OpBuilder& builder, const Stage& stage,
                const Schedule& schedule, KernelScope& scope);

  // Begins a tile at `place`. `tail` is the mask of the last vector (null: it
  // is whole), `accumulators` the anchor's results by (result, row, vector)
  // when the epilogue is evaluated.
  void BeginTile(const TilePlace* place, int last_vector, mlir::Value tail);
  void SetAccumulators(
      llvm::ArrayRef<llvm::SmallVector<LaneValue>> accumulators, int vectors);

  // The yielded value `result` of `node` at a row and vector of the tile.
  mlir::FailureOr<LaneValue> Evaluate(const Node* node, int result, int row,
                                      int vector);

  // Likewise, of a value inside the body of `node`.
  mlir::FailureOr<LaneValue> EvaluateBody(const Node* node, mlir::Value value,
                                          int row, int vector) {
    return BodyValue(node, value, row, vector, nullptr);
  }

  // Address of `access` at a row and vector, in elements.
  mlir::Value Address(const Access& access, int row, int vector,
                      mlir::Location loc);
  mlir::Value ToVector(const LaneValue& value, mlir::Location loc);
  mlir::Value TailMask(int vector) const {
    return vector == last_vector_ ? tail_ : mlir::Value();
  }
  // Writes `value` where `output` says.
  void Store(const Output& output, const LaneValue& value, int row, int vector);

 private:
  struct Key {
    const void* object;
    int row, vector;
    bool operator<(const Key& other) const {
      return std::tie(object, row, vector) <
             std::tie(other.object, other.row, other.vector);
    }
  };

  mlir::FailureOr<LaneValue> BodyValue(const Node* node, mlir::Value value,
                                       int row, int vector,
                                       const LaneValue* guard);
  mlir::FailureOr<LaneValue> Index(const Node* node, int dimension, int row,
                                   int vector, mlir::Location loc);
  mlir::FailureOr<LaneValue> Extract(const Node* node, ir::ExtractOp op,
                                     int row, int vector,
                                     const LaneValue* guard);
  mlir::FailureOr<LaneValue> Generic(const Node* node, mlir::Operation* op,
                                     int row, int vector);
  // A copy of `op` on values that are the same in all lanes, or linear in them.
  mlir::Value Scalar(mlir::Operation* op, llvm::ArrayRef<LaneValue> operands,
                     mlir::Location loc);
  LaneValue Leaf(int leaf, int row, int vector, mlir::Location loc);
  // Reads `lanes` elements from `address` on, `stride` apart; `mask` may be
  // null.
  mlir::Value Read(mlir::Value buffer, mlir::Value address, const Dim& stride,
                   mlir::Value mask, mlir::Type element, mlir::Location loc);
  // Reads lanes `offsets` elements from `address` on; `mask` may be null.
  mlir::Value Gather(mlir::Value buffer, mlir::Value address,
                     mlir::Value offsets, mlir::Value mask, mlir::Type element,
                     mlir::Location loc);
  mlir::Value LaneOffsets(const Dim& stride, mlir::Location loc);
  mlir::Value FromStorage(mlir::Value value, mlir::Type element,
                          mlir::Location loc);
  mlir::Value AllTrue(mlir::Location loc);
  bool VariesWithLane(const Access& access) const {
    return schedule_.lane >= 0 && access.UsesLoop(schedule_.lane);
  }

  mlir::OpBuilder& builder_;
  const Stage& stage_;
  const Schedule& schedule_;
  KernelScope& scope_;
  const TilePlace* place_ = nullptr;
  int last_vector_ = -1;
  mlir::Value tail_;
  llvm::ArrayRef<llvm::SmallVector<LaneValue>> accumulators_;
  int accumulator_vectors_ = 1;
  std::map<Key, LaneValue> memo_;
  // The address of each access at the first row and vector of the tile.
  llvm::DenseMap<const Access*, mlir::Value> first_;
  // All loops, the outermost of the nest first: what addresses share is what
  // outer loops keep.
  llvm::SmallVector<int, 6> nest_;
  // A stable address for each value of each node's body: the memo's key.
  std::map<std::pair<const Node*, void*>, char> identities_;
};

}  // namespace keratin

#endif  // KERATIN_PASSES_CODEGEN_BODY_EVALUATOR_H_
