// lower-entry: kernels and entry functions get their binary interface.
//
// A kernel's flat memref arguments become bare `!llvm.ptr {llvm.noalias}`. An
// entry function, marked `keratin.entry`, whose arguments (roles "argument",
// "result", "workspace", "symbol") stand as plan-memory leaves them, becomes
//
//   func.func @<prefix>_call(%c: !llvm.ptr) -> i32
//
// where %c is a `const struct keratin_call*` (runtime/abi.h).
//
// A call marked `keratin.parallel` (its last two operands are begin and end of
// the tasks) goes through the caller's parallel_for if there is one and more
// than one task; its operands travel in a context on the stack.
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/SymbolTable.h"
#include "passes/lowering/passes.h"

namespace keratin {
namespace {

using llvm::SmallVector;
using mlir::Location;
using mlir::OpBuilder;
using mlir::Type;
using mlir::Value;
namespace LLVM = mlir::LLVM;
namespace arith = mlir::arith;

// Fields of struct keratin_call, all eight bytes on 64-bit targets.
enum CallField {
  kArgs,
  kResults,
  kDims,
  kWorkspace,
  kParallelFor,
  kPool,
  kNumFields
};

class EntryLowering {
 public:
  EntryLowering(mlir::ModuleOp module, const std::string& prefix)
      : module_(module),
        prefix_(prefix),
        b_(module.getContext()),
        ptr_(LLVM::LLVMPointerType::get(module.getContext())) {}

  void Run() {
    SmallVector<mlir::func::FuncOp> kernels, entries;
    for (auto function : module_.getOps<mlir::func::FuncOp>()) {
      (function->hasAttr("keratin.entry") ? entries : kernels)
          .push_back(function);
    }
    for (auto entry : entries) LowerEntry(entry);
    for (auto kernel : kernels) LowerKernel(kernel);
  }

 private:
  // A flat memref of type `type` over the bytes at `pointer`. Its size is not
  // known here and not used by kernels.
  Value MemRefOf(Location loc, Value pointer, Type type) {
    auto i64 = b_.getI64Type();
    auto array = LLVM::LLVMArrayType::get(i64, 1);
    auto descriptor = LLVM::LLVMStructType::getLiteral(
        b_.getContext(), {ptr_, ptr_, i64, array, array});
    Value value = LLVM::PoisonOp::create(b_, loc, descriptor);
    Value zero = LLVM::ConstantOp::create(b_, loc, i64, 0);
    Value one = LLVM::ConstantOp::create(b_, loc, i64, 1);
    Value unbounded = LLVM::ConstantOp::create(b_, loc, i64, int64_t{1} << 60);
    value = LLVM::InsertValueOp::create(b_, loc, value, pointer,
                                        llvm::ArrayRef<int64_t>{0});
    value = LLVM::InsertValueOp::create(b_, loc, value, pointer,
                                        llvm::ArrayRef<int64_t>{1});
    value = LLVM::InsertValueOp::create(b_, loc, value, zero,
                                        llvm::ArrayRef<int64_t>{2});
    value = LLVM::InsertValueOp::create(b_, loc, value, unbounded,
                                        llvm::ArrayRef<int64_t>{3, 0});
    value = LLVM::InsertValueOp::create(b_, loc, value, one,
                                        llvm::ArrayRef<int64_t>{4, 0});
    return mlir::UnrealizedConversionCastOp::create(b_, loc, type, value)
        .getResult(0);
  }

  // The address of the first element of a flat memref of offset 0.
  Value PointerOf(Location loc, Value memref) {
    auto i64 = b_.getI64Type();
    auto array = LLVM::LLVMArrayType::get(i64, 1);
    auto descriptor = LLVM::LLVMStructType::getLiteral(
        b_.getContext(), {ptr_, ptr_, i64, array, array});
    Value value =
        mlir::UnrealizedConversionCastOp::create(b_, loc, descriptor, memref)
            .getResult(0);
    return LLVM::ExtractValueOp::create(b_, loc, value,
                                        llvm::ArrayRef<int64_t>{1});
  }

  Value LoadAt(Location loc, Type type, Value base, int64_t index) {
    Value at =
        LLVM::GEPOp::create(b_, loc, ptr_, b_.getI64Type(), base,
                            llvm::ArrayRef<LLVM::GEPArg>{int32_t(index)});
    return LLVM::LoadOp::create(b_, loc, type, at);
  }

  void LowerKernel(mlir::func::FuncOp kernel) {
    if (kernel.isExternal()) return;
    Location loc = kernel.getLoc();
    mlir::Block& body = kernel.getBody().front();
    SmallVector<Type> types;
    b_.setInsertionPointToStart(&body);
    for (mlir::BlockArgument argument : body.getArguments()) {
      Type type = argument.getType();
      if (mlir::isa<mlir::MemRefType>(type)) {
        argument.setType(ptr_);
        auto* cast = MemRefOf(loc, argument, type).getDefiningOp();
        // The descriptor itself reads the pointer; everything else reads the
        // memref.
        argument.replaceUsesWithIf(
            cast->getResult(0), [&](mlir::OpOperand& use) {
              return !mlir::isa<LLVM::InsertValueOp>(use.getOwner());
            });
        types.push_back(ptr_);
      } else {
        types.push_back(type);
      }
    }
    kernel.setType(
        b_.getFunctionType(types, kernel.getFunctionType().getResults()));
    for (unsigned i = 0; i < types.size(); ++i) {
      if (types[i] != ptr_) continue;
      kernel.setArgAttr(i, "llvm.noalias", b_.getUnitAttr());
      kernel.setArgAttr(i, "llvm.nonnull", b_.getUnitAttr());
    }
    kernel->setAttr(
        "llvm.linkage",
        LLVM::LinkageAttr::get(b_.getContext(), LLVM::Linkage::Internal));
    kernel->setAttr("passthrough",
                    b_.getStrArrayAttr({"noinline", "nounwind"}));
  }

  // The first operation of the block that uses the value, or has one that does
  // inside of it; null if none.
  static mlir::Operation* FirstUse(Value value, mlir::Block& body) {
    mlir::Operation* first = nullptr;
    for (mlir::Operation* user : value.getUsers()) {
      mlir::Operation* op = body.findAncestorOpInBlock(*user);
      if (first == nullptr || op->isBeforeInBlock(first)) first = op;
    }
    return first;
  }

  void LowerEntry(mlir::func::FuncOp entry) {
    Location loc = entry.getLoc();
    mlir::Block& body = entry.getBody().front();
    // Pointers are loaded where they are first used: all of them at the
    // beginning live long, and the time that LLVM takes to schedule them and to
    // give them registers grows with the square of their number.
    SmallVector<mlir::Operation*> first_uses;
    for (mlir::BlockArgument argument : body.getArguments())
      first_uses.push_back(FirstUse(argument, body));
    b_.setInsertionPointToStart(&body);
    SmallVector<Value> fields(kNumFields);
    Value call = body.insertArgument(0u, ptr_, loc);
    for (int field = 0; field < kNumFields; ++field)
      fields[field] = LoadAt(loc, ptr_, call, field);
    int64_t next_argument = 0, next_result = 0, next_symbol = 0;
    for (unsigned i = 0, n = entry.getNumArguments(); i < n; ++i) {
      mlir::BlockArgument argument = body.getArgument(i + 1);
      auto role = entry.getArgAttrOfType<mlir::StringAttr>(i, "keratin.role")
                      .getValue();
      Value value;
      OpBuilder::InsertionGuard guard(b_);
      if (role == "symbol") {
        value = LoadAt(loc, b_.getI64Type(), fields[kDims], next_symbol++);
        value = arith::IndexCastOp::create(b_, loc, b_.getIndexType(), value);
      } else {
        if (first_uses[i] != nullptr && role != "workspace")
          b_.setInsertionPoint(first_uses[i]);
        Value pointer = role == "argument"
                            ? LoadAt(loc, ptr_, fields[kArgs], next_argument++)
                        : role == "result"
                            ? LoadAt(loc, ptr_, fields[kResults], next_result++)
                            : fields[kWorkspace];
        value = MemRefOf(loc, pointer, argument.getType());
      }
      argument.replaceAllUsesWith(value);
    }
    body.eraseArguments(1, body.getNumArguments() - 1);
    entry.removeArgAttrsAttr();
    entry.setType(b_.getFunctionType({ptr_}, {b_.getI32Type()}));
    auto exit = mlir::cast<mlir::func::ReturnOp>(body.getTerminator());
    b_.setInsertionPoint(exit);
    Value ok = arith::ConstantIntOp::create(b_, loc, 0, 32);
    exit.getOperandsMutable().assign(ok);

    SmallVector<mlir::func::CallOp> calls;
    size_t longest = 1;
    entry.walk([&](mlir::func::CallOp kernel_call) {
      calls.push_back(kernel_call);
      longest = std::max<size_t>(longest, kernel_call.getNumOperands());
    });
    // One context serves all calls: each has returned before the next begins.
    b_.setInsertionPointToStart(&body);
    Value context;
    for (auto kernel_call : calls) {
      bool parallel = kernel_call->hasAttr("keratin.parallel");
      if (parallel && !context) {
        OpBuilder::InsertionGuard guard(b_);
        b_.setInsertionPointToStart(&body);
        Value count = LLVM::ConstantOp::create(b_, loc, b_.getI64Type(),
                                               int64_t(longest));
        context =
            LLVM::AllocaOp::create(b_, loc, ptr_, b_.getI64Type(), count, 8);
      }
      LowerCall(kernel_call, parallel ? context : Value(), fields);
    }

    SmallVector<llvm::StringRef> attributes = {"nounwind"};
    // It runs once, and copies every variable that nothing changes: inlined,
    // these are one block of loads and stores as long as the model, which LLVM
    // schedules in a time that grows with the square of it.
    if (entry.getName() == "prepare")
      attributes.append({"noinline", "optnone"});
    std::string name = prefix_.empty() ? entry.getName().str()
                                       : prefix_ + "_" + entry.getName().str();
    entry.setName(name);
    entry.setPublic();
    entry->removeAttr("keratin.entry");
    entry->setAttr("passthrough", b_.getStrArrayAttr(attributes));
  }

  void LowerCall(mlir::func::CallOp call, Value context,
                 llvm::ArrayRef<Value> fields) {
    Location loc = call.getLoc();
    b_.setInsertionPoint(call);
    SmallVector<Value> operands;
    for (Value operand : call.getOperands()) {
      operands.push_back(mlir::isa<mlir::MemRefType>(operand.getType())
                             ? PointerOf(loc, operand)
                             : operand);
    }
    auto callee = call.getCalleeAttr();
    auto direct = [&](OpBuilder& b, Location at) {
      auto made = mlir::func::CallOp::create(b, at, callee, mlir::TypeRange{},
                                             operands);
      (void)made;
    };
    if (!context) {
      direct(b_, loc);
      call.erase();
      return;
    }
    Value begin = operands[operands.size() - 2], end = operands.back();
    Value null = LLVM::ZeroOp::create(b_, loc, ptr_);
    Value has_pool = LLVM::ICmpOp::create(b_, loc, LLVM::ICmpPredicate::ne,
                                          fields[kParallelFor], null);
    Value count = arith::SubIOp::create(b_, loc, end, begin);
    Value one = arith::ConstantIndexOp::create(b_, loc, 1);
    Value several =
        arith::CmpIOp::create(b_, loc, arith::CmpIPredicate::sgt, count, one);
    Value parallel = arith::AndIOp::create(b_, loc, has_pool, several);
    LLVM::LLVMFuncOp task = TaskOf(call);
    mlir::scf::IfOp::create(
        b_, loc, parallel,
        [&](OpBuilder& b, Location at) {
          for (auto [i, operand] :
               llvm::enumerate(llvm::ArrayRef<Value>(operands).drop_back(2))) {
            Value slot =
                LLVM::GEPOp::create(b, at, ptr_, b.getI64Type(), context,
                                    llvm::ArrayRef<LLVM::GEPArg>{int32_t(i)});
            Value stored = operand.getType() == ptr_
                               ? operand
                               : arith::IndexCastOp::create(
                                     b, at, b.getI64Type(), operand);
            LLVM::StoreOp::create(b, at, stored, slot);
          }
          Value address =
              LLVM::AddressOfOp::create(b, at, ptr_, task.getName());
          Value n = arith::IndexCastOp::create(b, at, b.getI64Type(), count);
          auto type = LLVM::LLVMFunctionType::get(
              LLVM::LLVMVoidType::get(b.getContext()),
              {ptr_, b.getI64Type(), ptr_, ptr_});
          LLVM::CallOp::create(
              b, at, type,
              mlir::ValueRange{fields[kParallelFor], fields[kPool], n, address,
                               context});
          mlir::scf::YieldOp::create(b, at);
        },
        [&](OpBuilder& b, Location at) {
          direct(b, at);
          mlir::scf::YieldOp::create(b, at);
        });
    call.erase();
  }

  // void task(void* context, int64_t begin, int64_t end): unpacks the context
  // and calls the kernel. One for each kernel.
  LLVM::LLVMFuncOp TaskOf(mlir::func::CallOp call) {
    std::string name = ("task_" + call.getCallee()).str();
    if (auto known = module_.lookupSymbol<LLVM::LLVMFuncOp>(name)) return known;
    OpBuilder::InsertionGuard guard(b_);
    b_.setInsertionPointToEnd(module_.getBody());
    Location loc = call.getLoc();
    auto i64 = b_.getI64Type();
    auto type = LLVM::LLVMFunctionType::get(
        LLVM::LLVMVoidType::get(b_.getContext()), {ptr_, i64, i64});
    auto task =
        LLVM::LLVMFuncOp::create(b_, loc, name, type, LLVM::Linkage::Internal);
    mlir::Block* body = task.addEntryBlock(b_);
    b_.setInsertionPointToStart(body);
    SmallVector<Value> operands;
    unsigned n = call.getNumOperands();
    for (unsigned i = 0; i + 2 < n; ++i) {
      bool is_index = call.getOperand(i).getType().isIndex();
      Value value = LoadAt(loc, is_index ? Type(i64) : Type(ptr_),
                           body->getArgument(0), i);
      if (is_index)
        value = arith::IndexCastOp::create(b_, loc, b_.getIndexType(), value);
      operands.push_back(value);
    }
    for (unsigned i : {1u, 2u}) {
      operands.push_back(arith::IndexCastOp::create(b_, loc, b_.getIndexType(),
                                                    body->getArgument(i)));
    }
    mlir::func::CallOp::create(b_, loc, call.getCalleeAttr(), mlir::TypeRange{},
                               operands);
    LLVM::ReturnOp::create(b_, loc, Value());
    return task;
  }

  mlir::ModuleOp module_;
  std::string prefix_;
  OpBuilder b_;
  Type ptr_;
};

class LowerEntryPass
    : public mlir::PassWrapper<LowerEntryPass,
                               mlir::OperationPass<mlir::ModuleOp>> {
 public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(LowerEntryPass)
  LowerEntryPass() = default;
  explicit LowerEntryPass(const std::string& prefix) { prefix_ = prefix; }
  LowerEntryPass(const LowerEntryPass& other) : PassWrapper(other) {
    prefix_ = other.prefix_.getValue();
  }
  llvm::StringRef getArgument() const override { return "lower-entry"; }
  llvm::StringRef getDescription() const override {
    return "give kernels and entry functions their binary interface";
  }
  void getDependentDialects(mlir::DialectRegistry& registry) const override {
    RegisterLoweringDialects(registry);
  }
  void runOnOperation() override {
    EntryLowering(getOperation(), prefix_).Run();
  }

 private:
  Option<std::string> prefix_{*this, "prefix",
                              llvm::cl::desc("prefix of the entry symbols")};
};

}  // namespace

std::unique_ptr<mlir::Pass> CreateLowerEntryPass(const std::string& prefix) {
  return std::make_unique<LowerEntryPass>(prefix);
}

}  // namespace keratin
