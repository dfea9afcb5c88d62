// Index arithmetic that is folded as it is built, so that kernels come out
// small and no pass has to clean up after the emitter.
//
// Invariant: constants stand once each, at the start of the function; what is
// known when compiling makes no operation.
//
//   IndexBuilder index(builder, &function.front());
//   index.symbols["batch"] = function.getArgument(2);
//   Value bytes = index.Of(loc, Dim::Symbol("batch") * Dim(4));
#ifndef KERATIN_PASSES_CODEGEN_INDEX_BUILDER_H_
#define KERATIN_PASSES_CODEGEN_INDEX_BUILDER_H_

#include <cstdint>
#include <map>
#include <optional>

#include "llvm/ADT/StringMap.h"
#include "mlir/IR/Builders.h"
#include "runtime/shape.h"

namespace keratin {

class IndexBuilder {
 public:
  // Operations are built where `builder` stands, constants in `entry`.
  IndexBuilder(mlir::OpBuilder& builder, mlir::Block* entry)
      : builder_(builder), entry_(entry) {}

  // The value of each symbol that Of may meet.
  llvm::StringMap<mlir::Value> symbols;

  mlir::Value Constant(int64_t value);
  mlir::Value Add(mlir::Location loc, mlir::Value a, mlir::Value b);
  mlir::Value Sub(mlir::Location loc, mlir::Value a, mlir::Value b);
  mlir::Value Mul(mlir::Location loc, mlir::Value a, mlir::Value b);
  mlir::Value Min(mlir::Location loc, mlir::Value a, mlir::Value b);
  // Of a value that is not negative, by a positive number.
  mlir::Value Divide(mlir::Location loc, mlir::Value a, int64_t by);
  mlir::Value Remainder(mlir::Location loc, mlir::Value a, int64_t by);
  // The value of `dim` at run time.
  mlir::Value Of(mlir::Location loc, const Dim& dim);

 private:
  mlir::OpBuilder& builder_;
  mlir::Block* entry_;
  std::map<int64_t, mlir::Value> constants_;
};

// The number that an index value always is.
std::optional<int64_t> ConstantIndex(mlir::Value value);

}  // namespace keratin

#endif  // KERATIN_PASSES_CODEGEN_INDEX_BUILDER_H_
