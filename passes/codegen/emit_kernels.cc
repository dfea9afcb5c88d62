// emit-kernels: each `keratin.kernel` becomes a function over flat buffers and
// a `keratin.launch` of it.
//
// A kernel function runs tasks [begin, end) of its grid. Kernels of one shape
// are emitted once and shared. The stages of a kernel run one after the other
// inside each task; values that pass between them are results of the kernel,
// whole in memory, and hot in the cache because a task covers one row of them.
#include <map>
#include <set>

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Pass/Pass.h"
#include "passes/codegen/passes.h"
#include "passes/codegen/tile_emitter.h"

namespace keratin {
namespace {

using llvm::SmallVector;
using mlir::Location;
using mlir::Value;
namespace arith = mlir::arith;

// Scalar operations worth waking another thread.
constexpr double kParallelWork = 20000;

struct StagePlan {
  Stage stage;
  Schedule schedule;
};

mlir::FailureOr<SmallVector<StagePlan, 2>> PlanStages(ir::KernelOp kernel,
                                                      const Target& target) {
  std::map<int64_t, SmallVector<ir::ComputeOp>> stages;
  for (auto compute : kernel.getBody().getOps<ir::ComputeOp>())
    stages[ir::StageOf(compute)].push_back(compute);
  SmallVector<StagePlan, 2> plans;
  for (auto& [number, computes] : stages) {
    auto is_stored = [&](Value value) {
      return llvm::any_of(value.getUsers(), [&](mlir::Operation* user) {
        auto reader = mlir::dyn_cast<ir::ComputeOp>(user);
        return !reader || ir::StageOf(reader) != number;
      });
    };
    auto stage = Stage::Build(
        computes, is_stored,
        stages.size() > 1 ? static_cast<int>(kernel.getShared()) : 0);
    if (failed(stage)) return mlir::failure();
    Schedule schedule = MakeSchedule(*stage, target);
    plans.push_back({std::move(*stage), schedule});
  }
  return plans;
}

class EmitKernelsPass
    : public mlir::PassWrapper<EmitKernelsPass,
                               mlir::OperationPass<mlir::ModuleOp>> {
 public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(EmitKernelsPass)
  EmitKernelsPass() = default;
  explicit EmitKernelsPass(const Target& target) : target_(&target) {}
  llvm::StringRef getArgument() const override { return "emit-kernels"; }
  llvm::StringRef getDescription() const override {
    return "emit each fused kernel as a function over flat buffers";
  }
  void getDependentDialects(mlir::DialectRegistry& registry) const override {
    RegisterKernelDialects(registry);
  }

  void runOnOperation() override {
    SmallVector<ir::KernelOp> kernels;
    getOperation().walk(
        [&](ir::KernelOp kernel) { kernels.push_back(kernel); });
    for (ir::KernelOp kernel : kernels) {
      if (failed(Emit(kernel))) return signalPassFailure();
    }
  }

 private:
  mlir::LogicalResult Emit(ir::KernelOp kernel) {
    auto [it, inserted] =
        emitted_.try_emplace(ir::Fingerprint(kernel), nullptr);
    if (inserted) {
      auto function = EmitFunction(kernel);
      if (failed(function)) return mlir::failure();
      it->second = *function;
    }
    mlir::OpBuilder builder(kernel);
    auto launch =
        ir::LaunchOp::create(builder, kernel.getLoc(), kernel.getResultTypes(),
                             it->second.getSymName(), kernel.getOperands());
    kernel.replaceAllUsesWith(launch.getResults());
    kernel.erase();
    return mlir::success();
  }

  mlir::FailureOr<mlir::func::FuncOp> EmitFunction(ir::KernelOp kernel) {
    auto plans = PlanStages(kernel, *target_);
    if (failed(plans)) return mlir::failure();
    Location loc = kernel.getLoc();
    mlir::Block& body = kernel.getBody().front();
    mlir::OpBuilder builder(&getContext());
    builder.setInsertionPointToEnd(getOperation().getBody());

    SmallVector<mlir::Type> types;
    auto add_buffer = [&](mlir::Type type) {
      mlir::Type element = StorageType(mlir::getElementTypeOrSelf(type));
      types.push_back(
          mlir::MemRefType::get({mlir::ShapedType::kDynamic}, element));
    };
    for (mlir::BlockArgument argument : body.getArguments())
      add_buffer(argument.getType());
    for (mlir::Type type : kernel.getResultTypes()) add_buffer(type);
    std::set<std::string> symbols;
    for (const StagePlan& plan : *plans) CollectSymbols(plan, symbols);
    for (size_t k = 0; k < symbols.size() + 2; ++k)
      types.push_back(builder.getIndexType());

    auto function = mlir::func::FuncOp::create(
        builder, loc, "kernel_" + std::to_string(count_++),
        builder.getFunctionType(types, {}));
    function.setPrivate();
    mlir::Block* entry = function.addEntryBlock();
    builder.setInsertionPointToStart(entry);
    KernelScope scope(builder, entry);
    unsigned next = 0;
    for (mlir::BlockArgument argument : body.getArguments())
      scope.buffers[argument] = entry->getArgument(next++);
    mlir::Operation* yield = body.getTerminator();
    for (Value result : yield->getOperands()) {
      function.setArgAttr(next, "llvm.noalias", builder.getUnitAttr());
      scope.buffers[result] = entry->getArgument(next++);
    }
    SmallVector<mlir::Attribute> names;
    for (const std::string& symbol : symbols) {
      scope.index.symbols[symbol] = entry->getArgument(next++);
      names.push_back(builder.getStringAttr(symbol));
    }
    Value begin = entry->getArgument(next++);
    Value end = entry->getArgument(next++);

    // The tasks of all stages are those of the shared loops; one stage alone
    // has the tasks of its own schedule.
    const StagePlan& first = plans->front();
    Dim grid = 1;
    double work = 0;
    SmallVector<Dim> counts;
    for (const Task& task : first.schedule.tasks) {
      counts.push_back(first.stage.loops[task.loop].extent.CeilDiv(task.block));
      grid = grid * counts.back();
    }
    for (const StagePlan& plan : *plans) work += plan.schedule.work;

    auto emit_task = [&](Value task) -> mlir::LogicalResult {
      SmallVector<Value> begins(counts.size());
      for (int k = static_cast<int>(counts.size()) - 1; k >= 0; --k) {
        Value index = task;
        if (k > 0) {
          Value count = scope.index.Of(loc, counts[k]);
          index = arith::RemUIOp::create(builder, loc, task, count);
          task = arith::DivUIOp::create(builder, loc, task, count);
        }
        Value block = scope.index.Of(loc, first.schedule.tasks[k].block);
        begins[k] = scope.index.Mul(loc, index, block);
      }
      for (const StagePlan& plan : *plans) {
        if (failed(
                EmitStage(builder, plan.stage, plan.schedule, scope, begins)))
          return mlir::failure();
      }
      return mlir::success();
    };
    if (counts.empty()) {
      if (failed(emit_task(scope.index.Constant(0)))) return mlir::failure();
    } else {
      auto loop = mlir::scf::ForOp::create(builder, loc, begin, end,
                                           scope.index.Constant(1));
      mlir::OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToStart(loop.getBody());
      if (failed(emit_task(loop.getInductionVar()))) return mlir::failure();
    }
    mlir::func::ReturnOp::create(builder, loc);
    function->setAttr("keratin.symbols", builder.getArrayAttr(names));
    function->setAttr("keratin.grid", builder.getStringAttr(grid.ToString()));
    if (work >= kParallelWork && !(grid == Dim(1)))
      function->setAttr("keratin.parallel", builder.getUnitAttr());
    return function;
  }

  static void CollectSymbols(const StagePlan& plan,
                             std::set<std::string>& symbols) {
    auto add = [&](const Dim& dim) {
      for (const std::string& symbol : dim.Symbols()) symbols.insert(symbol);
    };
    for (const Loop& loop : plan.stage.loops) add(loop.extent);
    auto add_access = [&](const Access& access) {
      add(access.offset);
      add(access.panel_stride);
      for (const Dim& stride : access.strides) add(stride);
    };
    for (const Access& leaf : plan.stage.leaves) add_access(leaf);
    for (const Output& output : plan.stage.outputs) {
      add_access(output.access);
    }
    for (ir::ComputeOp op : plan.stage.Computes()) {
      for (Value capture : op.getCaptures()) {
        for (const Dim& dim : ir::DimsOf(capture.getType())) add(dim);
      }
      op.getBody().walk([&](ir::DimOp dim) { add(dim.getDim()); });
    }
  }

  const Target* target_ = &TargetFor("");
  std::map<std::string, mlir::func::FuncOp> emitted_;
  int count_ = 0;
};

}  // namespace

void RegisterKernelDialects(mlir::DialectRegistry& registry) {
  registry.insert<mlir::arith::ArithDialect, mlir::func::FuncDialect,
                  mlir::math::MathDialect, mlir::memref::MemRefDialect,
                  mlir::scf::SCFDialect, mlir::vector::VectorDialect>();
}

std::unique_ptr<mlir::Pass> CreateEmitKernelsPass(const Target& target) {
  return std::make_unique<EmitKernelsPass>(target);
}

}  // namespace keratin
