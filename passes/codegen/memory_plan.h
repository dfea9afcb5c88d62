// Which bytes every value of an entry function stands in, before code for it is
// written: the analysis of plan-memory.
//
// Invariant: what is in use at the same time stands in different bytes of the
// workspace, and every offset is a multiple of kBufferAlignment. Offsets and
// the workspace's size are expressions in the symbols.
//
//   mlir::FailureOr<MemoryPlan> plan = MemoryPlan::Of(function);
//   Storage* storage = plan->StorageOf(value);
#ifndef KERATIN_PASSES_CODEGEN_MEMORY_PLAN_H_
#define KERATIN_PASSES_CODEGEN_MEMORY_PLAN_H_

#include <deque>

#include "ir/dialect/dialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace keratin {

// Of every offset in the workspace and of the workspace itself, in bytes.
inline constexpr int64_t kBufferAlignment = 64;

Dim BytesOf(mlir::Type tensor);

// Operations that are only a view of their operand, and constants.
bool IsReshape(mlir::Operation* op);
bool IsConstant(mlir::Operation* op);

// The value whose bytes `value` shows.
mlir::Value Root(mlir::Value value);

// The bytes of one root value, and when they are in use.
struct Storage {
  enum Kind { kBuffer, kWorkspace } kind = kWorkspace;
  Dim bytes;
  int first = 0, last = 0;
  size_t depth = 0;  // of scans around its definition
  // Whose bytes are read through this one.
  llvm::SmallVector<Storage*, 3> keep;
  Dim offset = 0;    // kWorkspace
  mlir::Value base;  // kBuffer: a memref<?xi8>, set when code is written
};

// How a scan carries one value.
struct Carry {
  enum Kind { kUnchanged, kThroughStacked, kBuffers } kind = kBuffers;
  int stacked = -1;          // kThroughStacked
  Storage* buffers[2] = {};  // kBuffers
  // kBuffers: the body writes the next value where it belongs; else it is
  // copied.
  bool in_place = false;
};

struct ScanPlan {
  llvm::SmallVector<Carry, 4> carries;
  llvm::SmallVector<bool, 4> stacked_in_place;
  Storage* step = nullptr;
};

class MemoryPlan {
 public:
  // Plans the body of `function`; an operation without a place in memory is an
  // error at its location.
  static mlir::FailureOr<MemoryPlan> Of(mlir::func::FuncOp function);

  Storage* StorageOf(mlir::Value value) const {
    return storage_.lookup(Root(value));
  }
  const ScanPlan& PlanOf(ir::ScanOp scan) const {
    return scans_.find(scan)->second;
  }
  // Whether the function's result `k` is written straight into the caller's
  // buffer.
  bool ResultInPlace(unsigned k) const { return result_in_place_[k]; }
  // In bytes.
  const Dim& workspace() const { return workspace_; }

 private:
  Storage* New(mlir::Type type);
  Storage* NewBuffer();
  bool Claim(mlir::Value root, mlir::Block* block);
  void Use(Storage* storage);
  void Use(mlir::Value value) { Use(StorageOf(value)); }
  mlir::LogicalResult Analyze(mlir::Block& block);
  mlir::LogicalResult AnalyzeScan(ir::ScanOp scan);

  std::deque<Storage> storages_;
  llvm::DenseMap<mlir::Value, Storage*> storage_;  // of root values
  // Root values that are written straight to where they must end up.
  llvm::DenseSet<mlir::Value> claimed_;
  llvm::DenseMap<mlir::Operation*, ScanPlan> scans_;
  llvm::SmallVector<bool> result_in_place_;
  // For each scan around: the storages from outside that it uses.
  std::vector<std::vector<Storage*>> open_;
  int position_ = 0;
  Dim workspace_ = 0;
};

}  // namespace keratin

#endif  // KERATIN_PASSES_CODEGEN_MEMORY_PLAN_H_
