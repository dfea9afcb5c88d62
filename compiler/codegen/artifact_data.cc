#include "compiler/codegen/artifact_data.h"

#include <algorithm>
#include <map>
#include <utility>

#include "compiler/codegen/emit_dim.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include "runtime/shape.h"

namespace keratin {
namespace {

constexpr uint64_t kPage = 4096;
constexpr uint64_t kLine = 64;

using Builder = llvm::IRBuilder<>;

llvm::StringRef Ref(absl::string_view text) {
  return llvm::StringRef(text.data(), text.size());
}

// The sizes that the functions compute with.
struct Sizes {
  Dim call_workspace, prepare_workspace;
  std::vector<std::pair<Dim, Dim>> equal;
  std::vector<Dim> not_negative;
};

absl::Status Read(const std::string& text, Dim& dim) {
  if (text.empty()) return absl::OkStatus();
  absl::StatusOr<Dim> parsed = Dim::Parse(text);
  if (parsed.ok()) dim = *parsed;
  return parsed.status();
}

absl::StatusOr<Sizes> SizesOf(const Manifest& manifest) {
  Sizes sizes;
  absl::Status status =
      Read(manifest.call().workspace_size(), sizes.call_workspace);
  if (status.ok()) {
    status = Read(manifest.prepare().workspace_size(), sizes.prepare_workspace);
  }
  for (const proto::Assumption& assumption : manifest.assumptions()) {
    sizes.equal.emplace_back();
    if (status.ok()) status = Read(assumption.left(), sizes.equal.back().first);
    if (status.ok()) {
      status = Read(assumption.right(), sizes.equal.back().second);
    }
  }
  for (const std::string& text : manifest.not_negative()) {
    sizes.not_negative.emplace_back();
    if (status.ok()) status = Read(text, sizes.not_negative.back());
  }
  if (!status.ok()) return status;
  return sizes;
}

class Writer {
 public:
  Writer(llvm::Module& module, const ArtifactData& data, const Sizes& sizes)
      : module_(module),
        data_(data),
        manifest_(data.manifest),
        sizes_(sizes),
        context_(module.getContext()),
        pointer_(llvm::PointerType::get(context_, 0)),
        i32_(llvm::Type::getInt32Ty(context_)),
        i64_(llvm::Type::getInt64Ty(context_)) {}

  void Write() {
    prepare_ = Localize("_prepare");
    call_ = Localize("_call");
    const std::string bytes = manifest_.SerializeAsString();
    llvm::Constant* manifest = Bytes("manifest", bytes, kLine);
    llvm::Constant* null = llvm::ConstantPointerNull::get(pointer_);
    const bool embedded =
        manifest_.weights().place() == proto::Weights::EMBEDDED;
    if (embedded) weights_ = Bytes("weights", data_.weights, kPage);
    llvm::Constant* state = data_.state.empty() ? null : State();
    auto* model = Struct({llvm::ConstantInt::get(i64_, KERATIN_ABI_VERSION),
                          manifest, llvm::ConstantInt::get(i64_, bytes.size()),
                          prepare_, call_, embedded ? weights_ : null, state,
                          llvm::ConstantInt::get(i64_, data_.state.size())},
                         Name("_model"));
    if (data_.library) {
      new llvm::GlobalVariable(module_, pointer_, true,
                               llvm::GlobalValue::ExternalLinkage, model,
                               "keratin_library");
    }
    WriteWorkspaceSize();
    llvm::Function* call = WriteCall();
    if (manifest_.weights().place() == proto::Weights::ARGUMENTS) {
      WriteStatelessCall(WritePrepare(), call);
    } else {
      WriteInitialState(state);
    }
  }

 private:
  std::string Name(const std::string& suffix) const {
    return manifest_.name() + suffix;
  }
  bool block_is_given() const {
    return manifest_.weights().place() != proto::Weights::EMBEDDED;
  }

  llvm::Function* Localize(const std::string& suffix) {
    llvm::Function* function = module_.getFunction(kEntryPrefix + suffix);
    function->setLinkage(llvm::GlobalValue::InternalLinkage);
    return function;
  }

  llvm::GlobalVariable* Bytes(const std::string& name, absl::string_view bytes,
                              uint64_t alignment) {
    auto* content = llvm::ConstantDataArray::getRaw(
        Ref(bytes), bytes.size(), llvm::Type::getInt8Ty(context_));
    auto* global = new llvm::GlobalVariable(module_, content->getType(), true,
                                            llvm::GlobalValue::InternalLinkage,
                                            content, name);
    global->setAlignment(llvm::Align(alignment));
    return global;
  }

  llvm::GlobalVariable* Struct(llvm::ArrayRef<llvm::Constant*> fields,
                               const std::string& name) {
    auto* content = llvm::ConstantStruct::getAnon(context_, fields);
    return new llvm::GlobalVariable(module_, content->getType(), true,
                                    llvm::GlobalValue::ExternalLinkage, content,
                                    name);
  }

  // The addresses of the saved values.
  llvm::GlobalVariable* State() {
    std::vector<llvm::Constant*> values;
    for (absl::string_view bytes : data_.state) {
      values.push_back(Bytes("state", bytes, kLine));
    }
    auto* type = llvm::ArrayType::get(pointer_, values.size());
    return new llvm::GlobalVariable(
        module_, type, true, llvm::GlobalValue::InternalLinkage,
        llvm::ConstantArray::get(type, values), "states");
  }

  llvm::Function* Function(const std::string& suffix, llvm::Type* result,
                           llvm::ArrayRef<llvm::Type*> arguments) {
    auto* function = llvm::Function::Create(
        llvm::FunctionType::get(result, arguments, false),
        llvm::GlobalValue::ExternalLinkage, Name(suffix), module_);
    function->addFnAttr(llvm::Attribute::NoUnwind);
    llvm::BasicBlock::Create(context_, "", function);
    return function;
  }

  void WriteInitialState(llvm::Constant* states) {
    llvm::Function* function = Function("_initial_state", pointer_, {i64_});
    Builder b(&function->getEntryBlock());
    llvm::Value* k = function->getArg(0);
    auto* inside = llvm::BasicBlock::Create(context_, "", function);
    auto* outside = llvm::BasicBlock::Create(context_, "", function);
    b.CreateCondBr(b.CreateICmpULT(k, b.getInt64(data_.state.size())), inside,
                   outside);
    b.SetInsertPoint(inside);
    b.CreateRet(b.CreateLoad(pointer_, b.CreateGEP(pointer_, states, {k})));
    b.SetInsertPoint(outside);
    b.CreateRet(llvm::ConstantPointerNull::get(pointer_));
  }

  // The values of the symbols: the function's arguments from `first`.
  DimSymbols Symbols(llvm::Function* function, unsigned first) {
    DimSymbols symbols;
    for (const proto::Symbol& symbol : manifest_.symbols()) {
      symbols[symbol.name()] = function->getArg(first++);
    }
    return symbols;
  }

  // Of what a caller does with the block's workspace.
  void WriteWorkspaceSize() {
    llvm::Function* function =
        Function("_workspace_size", i64_,
                 std::vector<llvm::Type*>(manifest_.symbols_size(), i64_));
    Builder b(&function->getEntryBlock());
    llvm::Value* size = EmitDim(b, sizes_.call_workspace, Symbols(function, 0));
    if (manifest_.weights().place() == proto::Weights::ARGUMENTS) {
      size = b.CreateBinaryIntrinsic(llvm::Intrinsic::smax, size,
                                     EmitDim(b, sizes_.prepare_workspace, {}));
    }
    b.CreateRet(size);
  }

  // An array of pointers on the stack.
  llvm::Value* Pointers(Builder& b, const std::vector<llvm::Value*>& values) {
    llvm::Value* array = b.CreateAlloca(
        llvm::ArrayType::get(pointer_, std::max<size_t>(values.size(), 1)));
    for (size_t k = 0; k < values.size(); ++k) {
      b.CreateStore(values[k], b.CreateConstGEP1_64(pointer_, array, k));
    }
    return array;
  }

  // A call of very many pointers is one block of stores; LLVM schedules it in a
  // time that grows with the square of their number, unless it is left alone.
  static void LeaveIfLong(llvm::Function* function, size_t pointers) {
    constexpr size_t kLong = 256;
    if (pointers < kLong) return;
    function->addFnAttr(llvm::Attribute::NoInline);
    function->addFnAttr(llvm::Attribute::OptimizeNone);
  }

  // Calls an entry function; `tail` are workspace, parallel_for and pool.
  llvm::Value* Enter(Builder& b, llvm::Function* entry,
                     const std::vector<llvm::Value*>& arguments,
                     const std::vector<llvm::Value*>& results,
                     llvm::Value* dims, llvm::ArrayRef<llvm::Value*> tail) {
    std::vector<llvm::Value*> fields = {Pointers(b, arguments),
                                        Pointers(b, results), dims};
    fields.insert(fields.end(), tail.begin(), tail.end());
    return b.CreateCall(entry, {Pointers(b, fields)});
  }

  llvm::Value* BufferIn(Builder& b, llvm::Value* block, uint32_t k) {
    return b.CreateConstGEP1_64(b.getInt8Ty(), block,
                                manifest_.weights().prepared_offsets(k));
  }

  // What a call takes besides the block: pointers, sizes, workspace, pool.
  std::vector<llvm::Type*> CallArguments(bool state_is_given) const {
    const int pointers = (state_is_given ? manifest_.state_size() : 0) +
                         manifest_.inputs_size() +
                         manifest_.call().results_size();
    std::vector<llvm::Type*> types(pointers, pointer_);
    types.insert(types.end(), manifest_.symbols_size(), i64_);
    types.insert(types.end(), 3, pointer_);
    return types;
  }

  // NAME_call([block,] state..., inputs..., results..., sizes..., workspace,
  // parallel_for, pool).
  llvm::Function* WriteCall() {
    std::vector<llvm::Type*> types = CallArguments(true);
    if (block_is_given()) types.insert(types.begin(), pointer_);
    llvm::Function* function = Function("_call", i32_, types);
    Builder b(&function->getEntryBlock());
    unsigned next = 0;
    llvm::Value* block = weights_;
    if (block_is_given()) block = function->getArg(next++);
    std::vector<llvm::Value*> arguments, results;
    for (const proto::Value& value : manifest_.call().arguments()) {
      arguments.push_back(value.kind() == proto::Value::PREPARED
                              ? BufferIn(b, block, value.index())
                              : function->getArg(next++));
    }
    for (int k = 0; k < manifest_.call().results_size(); ++k) {
      results.push_back(function->getArg(next++));
    }
    const DimSymbols symbols = Symbols(function, next);
    llvm::Value* dims = b.CreateAlloca(
        llvm::ArrayType::get(i64_, std::max(manifest_.symbols_size(), 1)));
    llvm::Value* good = b.getTrue();
    for (int k = 0; k < manifest_.symbols_size(); ++k) {
      llvm::Value* size = function->getArg(next++);
      b.CreateStore(size, b.CreateConstGEP1_64(i64_, dims, k));
      good = b.CreateAnd(good, b.CreateICmpSGE(size, b.getInt64(0)));
    }
    for (const auto& [left, right] : sizes_.equal) {
      good = b.CreateAnd(good, b.CreateICmpEQ(EmitDim(b, left, symbols),
                                              EmitDim(b, right, symbols)));
    }
    for (const Dim& size : sizes_.not_negative) {
      good = b.CreateAnd(
          good, b.CreateICmpSGE(EmitDim(b, size, symbols), b.getInt64(0)));
    }
    auto* fits = llvm::BasicBlock::Create(context_, "", function);
    auto* differs = llvm::BasicBlock::Create(context_, "", function);
    b.CreateCondBr(good, fits, differs);
    b.SetInsertPoint(differs);
    b.CreateRet(b.getInt32(1));
    b.SetInsertPoint(fits);
    b.CreateRet(Enter(b, call_, arguments, results, dims,
                      {function->getArg(next), function->getArg(next + 1),
                       function->getArg(next + 2)}));
    LeaveIfLong(function, arguments.size() + results.size());
    return function;
  }

  llvm::Value* VariableAt(Builder& b, llvm::Value* variables, uint32_t k) {
    return b.CreateLoad(pointer_, b.CreateConstGEP1_64(pointer_, variables, k));
  }

  // NAME_prepare(variables, block, workspace, parallel_for, pool).
  llvm::Function* WritePrepare() {
    llvm::Function* function =
        Function("_prepare", i32_, std::vector<llvm::Type*>(5, pointer_));
    Builder b(&function->getEntryBlock());
    std::vector<llvm::Value*> arguments, results;
    for (const proto::Value& value : manifest_.prepare().arguments()) {
      arguments.push_back(VariableAt(b, function->getArg(0), value.index()));
    }
    for (const proto::Value& value : manifest_.prepare().results()) {
      results.push_back(BufferIn(b, function->getArg(1), value.index()));
    }
    // It reads no size, but the field wants an address.
    llvm::Value* no_dims = Pointers(b, {});
    b.CreateRet(
        Enter(b, prepare_, arguments, results, no_dims,
              {function->getArg(2), function->getArg(3), function->getArg(4)}));
    LeaveIfLong(function, arguments.size() + results.size());
    return function;
  }

  // NAME_stateless_call(variables, block, inputs..., results..., sizes...,
  // workspace, parallel_for, pool).
  void WriteStatelessCall(llvm::Function* prepare, llvm::Function* call) {
    std::vector<llvm::Type*> types = CallArguments(false);
    types.insert(types.begin(), 2, pointer_);
    llvm::Function* function = Function("_stateless_call", i32_, types);
    Builder b(&function->getEntryBlock());
    llvm::Value* variables = function->getArg(0);
    llvm::Value* block = function->getArg(1);
    const unsigned count = types.size();
    llvm::Value* failed = b.CreateCall(
        prepare, {variables, block, function->getArg(count - 3),
                  function->getArg(count - 2), function->getArg(count - 1)});
    auto* next = llvm::BasicBlock::Create(context_, "", function);
    auto* end = llvm::BasicBlock::Create(context_, "", function);
    b.CreateCondBr(b.CreateICmpNE(failed, b.getInt32(0)), end, next);
    b.SetInsertPoint(end);
    b.CreateRet(failed);
    b.SetInsertPoint(next);
    std::vector<llvm::Value*> arguments = {block};
    for (uint32_t index : manifest_.state()) {
      arguments.push_back(VariableAt(b, variables, index));
    }
    for (unsigned k = 2; k < count; ++k) {
      arguments.push_back(function->getArg(k));
    }
    b.CreateRet(b.CreateCall(call, arguments));
  }

  llvm::Module& module_;
  const ArtifactData& data_;
  const Manifest& manifest_;
  const Sizes& sizes_;
  llvm::LLVMContext& context_;
  llvm::PointerType* pointer_;
  llvm::IntegerType* i32_;
  llvm::IntegerType* i64_;
  llvm::Function* prepare_ = nullptr;
  llvm::Function* call_ = nullptr;
  llvm::Constant* weights_ = nullptr;
};

}  // namespace

absl::Status AddArtifactData(llvm::Module& module, const ArtifactData& data) {
  absl::StatusOr<Sizes> sizes = SizesOf(data.manifest);
  if (!sizes.ok()) return sizes.status();
  Writer(module, data, *sizes).Write();
  return absl::OkStatus();
}

}  // namespace keratin
