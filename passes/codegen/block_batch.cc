// block-batch: chains of computes run for a block of the batch at a time.
//
// A convolution of a large batch writes more than the caches hold, and the next
// one reads all of it from memory again. Where each element of the batch is
// computed from the same element of what is read, a chain of computes becomes a
// scan over blocks of the batch, small enough that what passes between the
// computes stays in the cache; the workspace shrinks alike.
//
//   y = conv(relu(conv(x)))           x: [8, 112, 112, 32]
//   y = scan over x as [8, 1, 112, 112, 32] { conv(relu(conv(x[i]))) }
//
// What does not go by the batch (weights) is read again for each block. So a
// compute joins a chain only if that is no more bytes than it reads and writes
// for one element of the batch, or than half the second-level cache. Before and
// after: computes, reshapes, scans and constants.
// Every element is computed by the same arithmetic as before.
#include <algorithm>
#include <cstdint>
#include <optional>

#include "ir/dialect/dialect.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Transforms/RegionUtils.h"
#include "passes/codegen/passes.h"
#include "passes/codegen/schedule.h"

namespace keratin {
namespace {

using llvm::SmallVector;
using mlir::Operation;
using mlir::Value;

// In second-level caches: what a compute of a block may read and write (what
// lies in the third level is near enough), and what it must of the whole batch
// for a loop to be worth its turns.
constexpr int64_t kCachesOfBlock = 4;
constexpr int64_t kCachesOfBatch = 16;

double BytesOf(Value value) {
  mlir::Type element = mlir::getElementTypeOrSelf(value.getType());
  return Estimate(ir::ElementsOf(value.getType())) *
         std::max(1.0, element.getIntOrFloatBitWidth() / 8.0);
}

bool HasFirst(Value value, const Dim& extent) {
  const auto dims = ir::DimsOf(value.getType());
  return !dims.empty() && dims[0] == extent;
}

// Whether it reads its operands many times over, as products and convolutions
// do.
bool ReadsAgain(Operation* op) {
  auto compute = mlir::dyn_cast<ir::ComputeOp>(op);
  if (!compute || compute.getReductions().empty()) return false;
  double work = 1, elements = 1;
  for (const Dim& extent : compute.getExtents()) work *= Estimate(extent);
  for (Value operand : compute->getOperands())
    elements = std::max(elements, Estimate(ir::ElementsOf(operand.getType())));
  return work > 2 * elements;
}

// How an operation goes by the batch: every result along its first axis, and
// these operands along theirs; it needs the others whole.
struct Access {
  unsigned dim = 0;  // of a compute's domain
  llvm::SmallDenseSet<unsigned> by_batch;

  bool ByBatch(mlir::OpOperand& operand) const {
    return by_batch.contains(operand.getOperandNumber());
  }
};

class BatchBlocker {
 public:
  BatchBlocker(mlir::func::FuncOp function, const Target& target,
               const Dim& batch)
      : block_(&function.front()), target_(target), batch_(batch) {}

  void Run() {
    for (Operation* next = &block_->front(); next != nullptr;)
      next = BlockChainFrom(next);
  }

 private:
  // Turns the first chain at or after `first` into a scan; where to go on, or
  // null.
  Operation* BlockChainFrom(Operation* first) {
    chain_.clear();
    in_chain_.clear();
    llvm::SetVector<Operation*> after;  // what uses results of the chain
    for (Operation* op = first; op != block_->getTerminator();
         op = op->getNextNode()) {
      bool on_chain = false, on_after = false;
      VisitOperands(op, [&](Value value) {
        Operation* producer = value.getDefiningOp();
        on_chain |= in_chain_.contains(producer);
        on_after |= after.contains(producer);
      });
      if (!on_after && Joins(op)) {
        chain_.push_back(op);
        in_chain_.insert(op);
      } else if (on_chain || on_after) {
        after.insert(op);
      }
    }
    const std::optional<Dim> size = BlockSize();
    Operation* next = after.empty() ? nullptr : after.front();
    if (!size) return next;
    for (Operation* op : after) op->moveBefore(block_->getTerminator());
    BuildScan(*size, next ? next : block_->getTerminator());
    return next;
  }

  static void VisitOperands(Operation* op,
                            llvm::function_ref<void(Value)> visit) {
    for (Value value : op->getOperands()) visit(value);
    if (!mlir::isa<ir::ScanOp>(op)) return;
    llvm::SetVector<Value> outer;
    mlir::getUsedValuesDefinedAbove(op->getRegions(), outer);
    for (Value value : outer) visit(value);
  }

  bool Joins(Operation* op) {
    const std::optional<Access> access = AccessOf(op);
    if (!access) return false;
    double along = 0, whole = 0;
    for (mlir::OpOperand& operand : op->getOpOperands()) {
      Operation* producer = operand.get().getDefiningOp();
      const bool by_batch = access->ByBatch(operand);
      if (!by_batch && in_chain_.contains(producer)) return false;
      // What is made of a compute outside of the chain alone is made with it.
      if (by_batch && chain_.empty() && !ReadsAgain(op) && producer != nullptr)
        return false;
      (by_batch ? along : whole) += BytesOf(operand.get());
    }
    if (along == 0) return false;
    for (Value result : op->getResults()) along += BytesOf(result);
    along /= Estimate(batch_);
    bytes_[op] = along;
    return whole <= std::max(along, static_cast<double>(target_.l2_bytes) / 2);
  }

  std::optional<Access> AccessOf(Operation* op) {
    for (Value result : op->getResults()) {
      if (!HasFirst(result, batch_)) return std::nullopt;
    }
    if (auto reshape = mlir::dyn_cast<ir::ReshapeOp>(op)) {
      if (!HasFirst(reshape.getX(), batch_)) return std::nullopt;
      Access access;
      access.by_batch.insert(0);
      return access;
    }
    auto compute = mlir::dyn_cast<ir::ComputeOp>(op);
    return compute ? AccessOf(compute) : std::nullopt;
  }

  std::optional<Access> AccessOf(ir::ComputeOp op) {
    Access access;
    for (unsigned k = 0; k < op->getNumResults(); ++k) {
      auto dim =
          mlir::cast<mlir::AffineDimExpr>(op.getResultMap(k).getResult(0));
      if (k > 0 && dim.getPosition() != access.dim) return std::nullopt;
      access.dim = dim.getPosition();
    }
    for (unsigned k = 0; k < op.getInputs().size(); ++k) {
      const auto index = op.getMap(k).getResults();
      const auto uses = llvm::count_if(index, [&](mlir::AffineExpr e) {
        return e.isFunctionOfDim(access.dim);
      });
      if (uses == 0) continue;
      auto first = mlir::dyn_cast<mlir::AffineDimExpr>(index[0]);
      if (uses > 1 || !first || first.getPosition() != access.dim ||
          !HasFirst(op.getInputs()[k], batch_))
        return std::nullopt;
      access.by_batch.insert(k);
    }
    return AddCaptures(op, access) ? std::optional(access) : std::nullopt;
  }

  // Captured tensors go by the batch if every element that is extracted has
  // the batch's index in front; that index may serve nothing else.
  bool AddCaptures(ir::ComputeOp op, Access& access) {
    const unsigned inputs = op.getInputs().size();
    auto is_batch = [&](Value value) {
      auto index = value.getDefiningOp<ir::IndexOp>();
      return index && index.getDimension() == access.dim;
    };
    mlir::Block& body = op.getBody().front();
    for (auto index : body.getOps<ir::IndexOp>()) {
      if (index.getDimension() != access.dim) continue;
      for (mlir::OpOperand& use : index->getUses()) {
        auto extract = mlir::dyn_cast<ir::ExtractOp>(use.getOwner());
        if (!extract || use.getOperandNumber() != 1) return false;
      }
    }
    for (unsigned k = 0; k < op.getCaptures().size(); ++k) {
      unsigned extracts = 0, along = 0;
      for (Operation* user : body.getArgument(inputs + k).getUsers()) {
        auto extract = mlir::dyn_cast<ir::ExtractOp>(user);
        if (!extract) return false;
        ++extracts;
        along += !extract.getIndices().empty() &&
                 is_batch(extract.getIndices().front());
      }
      if (along == 0) continue;
      if (along < extracts || !HasFirst(op.getCaptures()[k], batch_))
        return false;
      access.by_batch.insert(inputs + k);
    }
    return true;
  }

  // Elements of the batch in a block; none: the chain is not worth a loop.
  std::optional<Dim> BlockSize() {
    if (llvm::count_if(chain_, ReadsAgain) < 2) return std::nullopt;
    double largest = 0;
    for (Operation* op : chain_) largest = std::max(largest, bytes_[op]);
    const auto cache = static_cast<double>(target_.l2_bytes);
    if (Estimate(batch_) * largest < kCachesOfBatch * cache)
      return std::nullopt;
    if (!batch_.IsConstant()) return Dim(1);
    const int64_t batch = batch_.AsConstant().value();
    int64_t size = 1;
    for (int64_t n = 2; n <= batch / 2; ++n) {
      const bool fits =
          static_cast<double>(n) * largest <= kCachesOfBlock * cache;
      if (batch % n == 0 && fits) size = n;
    }
    return Dim(size);
  }

  // The type with blocks of `size` instead of the batch, `blocks` of them.
  static mlir::Type Blocked(mlir::Type type, const Dim& size,
                            const std::optional<Dim>& blocks = std::nullopt) {
    SmallVector<Dim> dims;
    if (blocks) dims.push_back(*blocks);
    const auto old = ir::DimsOf(type);
    dims.push_back(size);
    dims.append(old.begin() + 1, old.end());
    return ir::TensorOf(dims, mlir::getElementTypeOrSelf(type));
  }

  static Value Reshape(mlir::OpBuilder& builder, mlir::Location loc,
                       Value value, mlir::Type type) {
    return ir::ReshapeOp::create(
        builder, loc, value,
        ir::DimsAttr::get(builder.getContext(), ir::DimsOf(type)));
  }

  void BuildScan(const Dim& size, Operation* before) {
    const Dim blocks =
        size == Dim(1)
            ? batch_
            : Dim(batch_.AsConstant().value() / size.AsConstant().value());
    mlir::Location loc = chain_.front()->getLoc();
    mlir::OpBuilder builder(before);
    // What the chain reads block by block, and what is read of it.
    llvm::SetVector<Value> read;
    SmallVector<Value> stacked;
    for (Operation* op : chain_) {
      const Access access = *AccessOf(op);
      for (mlir::OpOperand& operand : op->getOpOperands()) {
        if (access.ByBatch(operand) &&
            !in_chain_.contains(operand.get().getDefiningOp()))
          read.insert(operand.get());
      }
      for (Value result : op->getResults()) {
        if (llvm::any_of(result.getUsers(), [&](Operation* user) {
              return !in_chain_.contains(block_->findAncestorOpInBlock(*user));
            }))
          stacked.push_back(result);
      }
    }
    SmallVector<Value> sequences;
    for (Value value : read) {
      sequences.push_back(
          Reshape(builder, loc, value, Blocked(value.getType(), size, blocks)));
    }
    SmallVector<mlir::Type> types;
    for (Value value : stacked)
      types.push_back(Blocked(value.getType(), size, blocks));
    auto scan =
        ir::ScanOp::create(builder, loc, types, mlir::ValueRange(), sequences,
                           ir::DimsAttr::get(builder.getContext(), {blocks}),
                           /*reverse=*/nullptr, /*conditional=*/nullptr);

    mlir::Block& body = scan.getBody().emplaceBlock();
    body.addArgument(ir::TensorOf({}, builder.getI32Type()), loc);
    mlir::IRMapping mapping;
    for (Value value : read)
      mapping.map(value, body.addArgument(Blocked(value.getType(), size), loc));
    mlir::OpBuilder inside = mlir::OpBuilder::atBlockEnd(&body);
    for (Operation* op : chain_) CloneForBlock(op, size, mapping, inside);
    SmallVector<Value> yielded;
    for (Value value : stacked) yielded.push_back(mapping.lookup(value));
    ir::YieldOp::create(inside, loc, yielded);

    builder.setInsertionPointAfter(scan);
    for (auto [value, blocked] : llvm::zip(stacked, scan->getResults())) {
      value.replaceAllUsesWith(Reshape(builder, loc, blocked, value.getType()));
    }
    for (Operation* op : llvm::reverse(chain_)) op->erase();
  }

  void CloneForBlock(Operation* op, const Dim& size, mlir::IRMapping& mapping,
                     mlir::OpBuilder& builder) {
    const Access access = *AccessOf(op);
    // Operands of the whole batch keep it, though the map may know a block.
    mlir::IRMapping operands;
    for (mlir::OpOperand& operand : op->getOpOperands()) {
      if (access.ByBatch(operand))
        operands.map(operand.get(), mapping.lookup(operand.get()));
    }
    if (auto reshape = mlir::dyn_cast<ir::ReshapeOp>(op)) {
      mapping.map(
          reshape.getResult(),
          Reshape(builder, op->getLoc(), operands.lookup(reshape.getX()),
                  Blocked(reshape.getType(), size)));
      return;
    }
    auto made = mlir::cast<ir::ComputeOp>(builder.clone(*op, operands));
    SmallVector<Dim, 6> domain = made.getExtents();
    domain[access.dim] = size;
    made.setDomainAttr(ir::DimsAttr::get(op->getContext(), domain));
    const unsigned inputs = made.getInputs().size();
    for (auto [k, capture] : llvm::enumerate(made.getCaptures()))
      made.getBody().getArgument(inputs + k).setType(capture.getType());
    for (Value result : made->getResults())
      result.setType(Blocked(result.getType(), size));
    mapping.map(op->getResults(), made->getResults());
  }

  mlir::Block* block_;
  const Target& target_;
  Dim batch_;
  SmallVector<Operation*> chain_;
  llvm::DenseSet<Operation*> in_chain_;
  llvm::DenseMap<Operation*, double> bytes_;  // by the batch, of one element
};

class BlockBatchPass
    : public mlir::PassWrapper<BlockBatchPass,
                               mlir::OperationPass<mlir::ModuleOp>> {
 public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(BlockBatchPass)
  BlockBatchPass() = default;
  explicit BlockBatchPass(const Target& target) : target_(&target) {}
  llvm::StringRef getArgument() const override { return "block-batch"; }
  llvm::StringRef getDescription() const override {
    return "run chains of computes for a block of the batch at a time";
  }
  void getDependentDialects(mlir::DialectRegistry& registry) const override {
    registry.insert<ir::KeratinDialect>();
  }

  void runOnOperation() override {
    auto call = getOperation().lookupSymbol<mlir::func::FuncOp>("call");
    if (!call) return;
    // Axis 0 of the inputs is the batch.
    for (unsigned k = 0; k < call.getNumArguments(); ++k) {
      auto kind = call.getArgAttrOfType<mlir::StringAttr>(k, "keratin.kind");
      if (!kind || kind.getValue() != "input") continue;
      const auto dims = ir::DimsOf(call.getArgument(k).getType());
      if (dims.empty() || dims[0] == Dim(1)) continue;
      BatchBlocker(call, *target_, dims[0]).Run();
      return;
    }
  }

 private:
  const Target* target_ = &TargetFor("");
};

}  // namespace

std::unique_ptr<mlir::Pass> CreateBlockBatchPass(const Target& target) {
  return std::make_unique<BlockBatchPass>(target);
}

}  // namespace keratin
