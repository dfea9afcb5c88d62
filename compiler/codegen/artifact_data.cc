#include "compiler/codegen/artifact_data.h"

#include <algorithm>

#include "llvm/IR/Constants.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"

namespace keratin {
namespace {

constexpr uint64_t kPage = 4096;
constexpr uint64_t kLine = 64;

llvm::StringRef Ref(absl::string_view text) {
  return llvm::StringRef(text.data(), text.size());
}

class Writer {
 public:
  Writer(llvm::Module& module, const ArtifactData& data)
      : module_(module), data_(data), context_(module.getContext()) {}

  void Write() {
    auto* i64 = llvm::Type::getInt64Ty(context_);
    Bytes(data_.name + "_manifest", data_.manifest, kLine, true);
    new llvm::GlobalVariable(module_, i64, true,
                             llvm::GlobalValue::ExternalLinkage,
                             llvm::ConstantInt::get(i64, data_.manifest.size()),
                             data_.name + "_manifest_size");
    if (data_.library) {
      Bytes("keratin_library_name",
            absl::string_view(data_.name.c_str(), data_.name.size() + 1), 1,
            true);
    }
    if (data_.embedded) {
      Pointers(data_.prepared, data_.name + "_prepared", true);
      if (!data_.state.empty()) WriteInitialState();
    }
    WriteWorkspaceSize();
  }

 private:
  llvm::GlobalVariable* Bytes(const std::string& name, absl::string_view bytes,
                              uint64_t alignment, bool visible) {
    auto* data = llvm::ConstantDataArray::getRaw(
        Ref(bytes), bytes.size(), llvm::Type::getInt8Ty(context_));
    auto* global =
        new llvm::GlobalVariable(module_, data->getType(), true,
                                 visible ? llvm::GlobalValue::ExternalLinkage
                                         : llvm::GlobalValue::InternalLinkage,
                                 data, name);
    global->setAlignment(llvm::Align(alignment));
    return global;
  }

  // const void* const NAME[]: the first buffer begins a page.
  llvm::GlobalVariable* Pointers(const std::vector<absl::string_view>& buffers,
                                 const std::string& name, bool visible) {
    auto* pointer = llvm::PointerType::get(context_, 0);
    std::vector<llvm::Constant*> elements;
    for (size_t k = 0; k < buffers.size(); ++k) {
      elements.push_back(Bytes(name + "_" + std::to_string(k), buffers[k],
                               k == 0 ? kPage : kLine, false));
    }
    // An array of no elements is no C.
    if (elements.empty()) {
      elements.push_back(llvm::ConstantPointerNull::get(pointer));
    }
    auto* type = llvm::ArrayType::get(pointer, elements.size());
    return new llvm::GlobalVariable(
        module_, type, true,
        visible ? llvm::GlobalValue::ExternalLinkage
                : llvm::GlobalValue::InternalLinkage,
        llvm::ConstantArray::get(type, elements), name);
  }

  llvm::Function* Function(const std::string& suffix, llvm::Type* result,
                           llvm::Type* argument) {
    auto* function = llvm::Function::Create(
        llvm::FunctionType::get(result, {argument}, false),
        llvm::GlobalValue::ExternalLinkage, data_.name + suffix, module_);
    function->addFnAttr(llvm::Attribute::NoUnwind);
    return function;
  }

  void WriteInitialState() {
    auto* pointer = llvm::PointerType::get(context_, 0);
    auto* i64 = llvm::Type::getInt64Ty(context_);
    auto* values = Pointers(data_.state, data_.name + "_state", false);
    auto* function = Function("_initial_state", pointer, i64);
    llvm::IRBuilder<> b(llvm::BasicBlock::Create(context_, "", function));
    llvm::Value* k = function->getArg(0);
    auto* inside = llvm::BasicBlock::Create(context_, "", function);
    auto* outside = llvm::BasicBlock::Create(context_, "", function);
    b.CreateCondBr(b.CreateICmpULT(k, b.getInt64(data_.state.size())), inside,
                   outside);
    b.SetInsertPoint(inside);
    b.CreateRet(b.CreateLoad(pointer, b.CreateGEP(pointer, values, {k})));
    b.SetInsertPoint(outside);
    b.CreateRet(llvm::ConstantPointerNull::get(pointer));
  }

  void WriteWorkspaceSize() {
    auto* i64 = llvm::Type::getInt64Ty(context_);
    auto* function =
        Function("_workspace_size", i64, llvm::PointerType::get(context_, 0));
    llvm::IRBuilder<> b(llvm::BasicBlock::Create(context_, "", function));
    b.CreateRet(Value(b, data_.workspace, function->getArg(0)));
  }

  llvm::Value* Value(llvm::IRBuilder<>& b, const Dim& dim, llvm::Value* dims) {
    llvm::Value* sum = b.getInt64(dim.offset());
    for (const DimTerm& term : dim.terms()) {
      llvm::Value* product = b.getInt64(term.coefficient);
      for (const auto& factor : term.factors) {
        product = b.CreateMul(product, Value(b, *factor, dims));
      }
      sum = b.CreateAdd(sum, product);
    }
    return sum;
  }

  llvm::Value* Value(llvm::IRBuilder<>& b, const DimAtom& atom,
                     llvm::Value* dims) {
    auto* i64 = b.getInt64Ty();
    if (atom.kind == DimAtom::Kind::kSymbol) {
      auto found =
          std::find(data_.symbols.begin(), data_.symbols.end(), atom.symbol);
      return b.CreateLoad(
          i64, b.CreateConstGEP1_64(i64, dims, found - data_.symbols.begin()));
    }
    llvm::Value* result = Value(b, atom.operands[0], dims);
    for (size_t k = 1; k < atom.operands.size(); ++k) {
      llvm::Value* other = Value(b, atom.operands[k], dims);
      switch (atom.kind) {
        case DimAtom::Kind::kMax:
          result =
              b.CreateBinaryIntrinsic(llvm::Intrinsic::smax, result, other);
          break;
        case DimAtom::Kind::kMin:
          result =
              b.CreateBinaryIntrinsic(llvm::Intrinsic::smin, result, other);
          break;
        default: {
          // Rounded down, the remainder with the sign of the divisor.
          llvm::Value* zero = b.getInt64(0);
          llvm::Value* quotient = b.CreateSDiv(result, other);
          llvm::Value* rest = b.CreateSRem(result, other);
          llvm::Value* off =
              b.CreateAnd(b.CreateICmpNE(rest, zero),
                          b.CreateICmpSLT(b.CreateXor(rest, other), zero));
          result = atom.kind == DimAtom::Kind::kMod
                       ? b.CreateSelect(off, b.CreateAdd(rest, other), rest)
                       : b.CreateSub(quotient, b.CreateZExt(off, i64));
        }
      }
    }
    return result;
  }

  llvm::Module& module_;
  const ArtifactData& data_;
  llvm::LLVMContext& context_;
};

}  // namespace

void AddArtifactData(llvm::Module& module, const ArtifactData& data) {
  Writer(module, data).Write();
}

}  // namespace keratin
