// The MLIR module behind a trace: for the compiler and for tests.
#ifndef KERATIN_IR_TRACE_MODULE_H_
#define KERATIN_IR_TRACE_MODULE_H_

#include <memory>
#include <set>
#include <string>

#include "ir/dialect/dialect.h"
#include "ir/trace/trace.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"

namespace keratin {

struct Trace::State {
  std::shared_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::func::FuncOp function;
  std::unique_ptr<mlir::OpBuilder> builder;
  std::vector<std::pair<std::string, std::string>> assumptions;
  std::set<std::string> not_negative;
  // The function's block, and those of the scans whose bodies are being
  // traced, whose values may be used now; empty once the trace has returned.
  std::vector<mlir::Block*> open;
};

// The finished module; the trace must have returned without an error. The
// context lives as long as any holder.
struct TracedModule {
  std::shared_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};
TracedModule TakeModule(Trace& trace);

// The element type of a dtype; bool is i1, unsigned integers are unsigned.
mlir::Type ElementType(DType dtype, mlir::MLIRContext* context);
// kInvalid for a type that no dtype has.
DType DTypeOf(mlir::Type element);

}  // namespace keratin

#endif  // KERATIN_IR_TRACE_MODULE_H_
