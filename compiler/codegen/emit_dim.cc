#include "compiler/codegen/emit_dim.h"

namespace keratin {
namespace {

llvm::Value* EmitAtom(llvm::IRBuilder<>& b, const DimAtom& atom,
                      const DimSymbols& symbols) {
  if (atom.kind == DimAtom::Kind::kSymbol) return symbols.at(atom.symbol);
  llvm::Value* result = EmitDim(b, atom.operands[0], symbols);
  for (size_t k = 1; k < atom.operands.size(); ++k) {
    llvm::Value* other = EmitDim(b, atom.operands[k], symbols);
    switch (atom.kind) {
      case DimAtom::Kind::kMax:
        result = b.CreateBinaryIntrinsic(llvm::Intrinsic::smax, result, other);
        break;
      case DimAtom::Kind::kMin:
        result = b.CreateBinaryIntrinsic(llvm::Intrinsic::smin, result, other);
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
                     : b.CreateSub(quotient, b.CreateZExt(off, b.getInt64Ty()));
      }
    }
  }
  return result;
}

}  // namespace

llvm::Value* EmitDim(llvm::IRBuilder<>& b, const Dim& dim,
                     const DimSymbols& symbols) {
  llvm::Value* sum = b.getInt64(dim.offset());
  for (const DimTerm& term : dim.terms()) {
    llvm::Value* product = b.getInt64(term.coefficient);
    for (const auto& factor : term.factors) {
      product = b.CreateMul(product, EmitAtom(b, *factor, symbols));
    }
    sum = b.CreateAdd(sum, product);
  }
  return sum;
}

}  // namespace keratin
