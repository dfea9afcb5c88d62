#include "compiler/pipeline/describe.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "ir/dialect/dialect.h"
#include "ir/trace/module.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace keratin {
namespace {

constexpr char kVersion[] = "0.1";

void Describe(proto::Tensor& tensor, const std::string& name, DType dtype,
              const Shape& shape) {
  tensor.set_name(name);
  tensor.set_dtype(std::string(DTypeName(dtype)));
  for (const Dim& dim : shape) tensor.add_dims(dim.ToString());
}

void Describe(proto::Tensor& tensor, const std::string& name, mlir::Type type) {
  llvm::SmallVector<Dim, 6> dims = ir::DimsOf(type);
  Describe(tensor, name, DTypeOf(mlir::getElementTypeOrSelf(type)),
           Shape(std::vector<Dim>(dims.begin(), dims.end())));
}

std::string TextOf(mlir::Attribute attribute) {
  auto text = mlir::dyn_cast_or_null<mlir::StringAttr>(attribute);
  return text ? text.getValue().str() : "";
}

// Where a symbol's value is read: the first axis that has just this size.
bool AddSymbol(const std::string& name, Manifest& manifest) {
  const std::string size = Dim::Symbol(name).ToString();
  for (int input = 0; input < manifest.inputs_size(); ++input) {
    const auto& dims = manifest.inputs(input).dims();
    for (int axis = 0; axis < dims.size(); ++axis) {
      if (dims[axis] != size) continue;
      proto::Symbol& symbol = *manifest.add_symbols();
      symbol.set_name(name);
      symbol.set_input(input);
      symbol.set_axis(axis);
      return true;
    }
  }
  return false;
}

// Every size that a call must find to be at least 0: what the trace says, those
// of the tensors that are made, and what slices leave of the axes that they
// read.
void AddNotNegative(mlir::ModuleOp module, Manifest& manifest) {
  std::set<std::string> sizes;
  auto add = [&](const Dim& dim) {
    if (dim.ok() && !dim.IsConstant() && !dim.IsKnownNonNegative())
      sizes.insert(dim.ToString());
  };
  if (auto stated =
          module->getAttrOfType<mlir::ArrayAttr>("keratin.not_negative")) {
    for (mlir::Attribute size : stated) sizes.insert(TextOf(size));
  }
  module.walk([&](mlir::Operation* op) {
    if (op->use_empty()) return;
    for (mlir::Type type : op->getResultTypes()) {
      if (!mlir::isa<mlir::RankedTensorType>(type)) continue;
      for (const Dim& dim : ir::DimsOf(type)) add(dim);
    }
    auto slice = mlir::dyn_cast<ir::SliceOp>(op);
    if (!slice) return;
    for (auto [size, start, limit] :
         llvm::zip(ir::DimsOf(slice.getX().getType()),
                   slice.getStart().getDims(), slice.getLimit().getDims())) {
      add(start);
      add(size - limit);
    }
  });
  for (const std::string& size : sizes) manifest.add_not_negative(size);
}

void AddValue(proto::Value* value, proto::Value::Kind kind, int index) {
  value->set_kind(kind);
  value->set_index(index);
}

int IndexOf(mlir::Attribute attribute) {
  return static_cast<int>(mlir::cast<mlir::IntegerAttr>(attribute).getInt());
}

}  // namespace

absl::Status DescribeSignature(mlir::ModuleOp module, const Machine& machine,
                               Manifest& manifest) {
  manifest.set_format_version(kManifestFormatVersion);
  manifest.set_compiler_version(kVersion);
  manifest.set_model_name(module.getName().value_or("").str());
  manifest.mutable_target()->set_triple(machine.triple);
  manifest.mutable_target()->set_cpu(machine.cpu);
  for (const std::string& feature : machine.isa) {
    manifest.mutable_target()->add_features(feature);
  }
  auto function = module.lookupSymbol<mlir::func::FuncOp>("stateless_call");
  for (unsigned k = 0; k < function.getNumArguments(); ++k) {
    const std::string kind = TextOf(function.getArgAttr(k, "keratin.kind"));
    const std::string path = TextOf(function.getArgAttr(k, "keratin.name"));
    mlir::Type type = function.getArgument(k).getType();
    if (kind == "input") {
      Describe(*manifest.add_inputs(), path, type);
      continue;
    }
    proto::Tensor& variable = *manifest.add_variables();
    Describe(variable, path.substr(path.rfind('/') + 1), type);
    variable.set_path(path);
    variable.set_trainable(kind == "trainable");
  }
  if (auto assumed = module->getAttrOfType<mlir::ArrayAttr>("keratin.assume")) {
    for (mlir::Attribute pair : assumed) {
      auto sides = mlir::cast<mlir::ArrayAttr>(pair);
      proto::Assumption& assumption = *manifest.add_assumptions();
      assumption.set_left(TextOf(sides[0]));
      assumption.set_right(TextOf(sides[1]));
    }
  }
  AddNotNegative(module, manifest);
  for (const std::string& symbol : ir::SymbolsOf(module)) {
    if (!AddSymbol(symbol, manifest)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the size '", symbol, "' of model '", manifest.model_name(),
          "' is the size of no input's axis"));
    }
  }
  return absl::OkStatus();
}

void DescribeEntries(mlir::ModuleOp module, Manifest& manifest) {
  auto prepare = module.lookupSymbol<mlir::func::FuncOp>("prepare");
  auto call = module.lookupSymbol<mlir::func::FuncOp>("call");
  for (unsigned k = 0; k < prepare.getNumArguments(); ++k) {
    AddValue(manifest.mutable_prepare()->add_arguments(),
             proto::Value::VARIABLE,
             IndexOf(prepare.getArgAttr(k, "keratin.index")));
  }
  int prepared = 0, inputs = 0;
  for (unsigned k = 0; k < call.getNumArguments(); ++k) {
    const std::string kind = TextOf(call.getArgAttr(k, "keratin.kind"));
    proto::Value* value = manifest.mutable_call()->add_arguments();
    if (kind == "prepared") {
      AddValue(manifest.mutable_prepare()->add_results(),
               proto::Value::PREPARED, prepared);
      Describe(*manifest.add_prepared(), absl::StrCat("prepared_", prepared),
               call.getArgument(k).getType());
      AddValue(value, proto::Value::PREPARED, prepared++);
    } else if (kind == "state") {
      const int index = IndexOf(call.getArgAttr(k, "keratin.index"));
      manifest.add_state(index);
      AddValue(value, proto::Value::VARIABLE, index);
    } else {
      AddValue(value, proto::Value::INPUT, inputs++);
    }
  }
  for (unsigned k = 0; k < call.getNumResults(); ++k) {
    const std::string kind = TextOf(call.getResultAttr(k, "keratin.kind"));
    const std::string name = TextOf(call.getResultAttr(k, "keratin.name"));
    mlir::Type type = call.getFunctionType().getResult(k);
    proto::Value* value = manifest.mutable_call()->add_results();
    if (kind == "output") {
      AddValue(value, proto::Value::OUTPUT, manifest.outputs_size());
      Describe(*manifest.add_outputs(), name, type);
    } else if (kind == "loss") {
      AddValue(value, proto::Value::LOSS, manifest.losses_size());
      Describe(*manifest.add_losses(), name, type);
    } else {
      AddValue(value, proto::Value::VARIABLE,
               IndexOf(call.getResultAttr(k, "keratin.index")));
    }
  }
}

void DescribeWorkspaces(mlir::ModuleOp module, Manifest& manifest) {
  for (auto [name, entry] : {std::pair{"prepare", manifest.mutable_prepare()},
                             std::pair{"call", manifest.mutable_call()}}) {
    auto function = module.lookupSymbol<mlir::func::FuncOp>(name);
    if (function) {
      entry->set_workspace_size(TextOf(function->getAttr("keratin.workspace")));
    }
  }
}

}  // namespace keratin
