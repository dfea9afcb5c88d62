// A Dim as LLVM IR: 64-bit arithmetic on the values of its symbols. floordiv
// and mod round down, as Dim's do; what overflows wraps around.
//
//   // %batch * 4
//   EmitDim(b, Dim::Symbol("batch") * 4, {{"batch", batch}});
#ifndef KERATIN_COMPILER_CODEGEN_EMIT_DIM_H_
#define KERATIN_COMPILER_CODEGEN_EMIT_DIM_H_

#include <map>
#include <string>

#include "llvm/IR/IRBuilder.h"
#include "runtime/shape.h"

namespace keratin {

using DimSymbols = std::map<std::string, llvm::Value*>;

// Every symbol of `dim` must be in `symbols`.
llvm::Value* EmitDim(llvm::IRBuilder<>& b, const Dim& dim,
                     const DimSymbols& symbols);

}  // namespace keratin

#endif  // KERATIN_COMPILER_CODEGEN_EMIT_DIM_H_
