#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "compiler/api/keratin.h"
#include "compiler/api/lower_model.h"
#include "compiler/codegen/emit.h"
#include "compiler/codegen/jit.h"
#include "compiler/codegen/machine.h"
#include "compiler/pipeline/pipeline.h"
#include "ir/trace/module.h"
#include "llvm/Support/raw_ostream.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "passes/codegen/passes.h"
#include "passes/lowering/passes.h"

namespace keratin {
namespace {

constexpr char kVersion[] = "0.1";
constexpr char kPrefix[] = "model";

// The model traced, in a context that knows every dialect of the pipeline.
absl::StatusOr<TracedModule> TraceModel(Model& model,
                                        const CompileOptions& options) {
  auto trace = model.TraceStatelessCall(
      {.training = options.training, .batch = options.batch});
  if (!trace.ok()) return trace.status();
  TracedModule traced = TakeModule(**trace);
  mlir::DialectRegistry registry;
  RegisterKernelDialects(registry);
  RegisterLoweringDialects(registry);
  RegisterCodegenDialects(registry);
  traced.context->appendDialectRegistry(registry);
  traced.context->loadAllAvailableDialects();
  return traced;
}

std::string Text(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream, mlir::OpPrintingFlags().enableDebugInfo(true, true));
  return text;
}

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

// What the traced function says: variables, inputs, symbols, assumptions.
void DescribeSignature(mlir::ModuleOp module, const Machine& machine,
                       bool training, const std::string& name,
                       const std::string& prefix, Manifest& manifest) {
  manifest.set_format_version(kManifestFormatVersion);
  manifest.set_compiler_version(kVersion);
  manifest.set_name(prefix);
  manifest.set_model_name(name);
  manifest.set_training(training);
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
      const int number = manifest.inputs_size();
      Describe(*manifest.add_inputs(), path, type);
      llvm::SmallVector<Dim, 6> dims = ir::DimsOf(type);
      for (size_t axis = 0; axis < dims.size(); ++axis) {
        const std::string symbol(dims[axis].AsSymbol());
        bool known = symbol.empty();
        for (const auto& other : manifest.symbols()) {
          known = known || other.name() == symbol;
        }
        if (known) continue;
        proto::Symbol& added = *manifest.add_symbols();
        added.set_name(symbol);
        added.set_input(number);
        added.set_axis(axis);
      }
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
}

void AddValue(proto::Value* value, proto::Value::Kind kind, int index) {
  value->set_kind(kind);
  value->set_index(index);
}

int IndexOf(mlir::Attribute attribute) {
  return static_cast<int>(mlir::cast<mlir::IntegerAttr>(attribute).getInt());
}

// What split-prepare made: the arguments and results of both entry functions.
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

}  // namespace

absl::StatusOr<TracedModule> LowerModel(Model& model, const Machine& machine,
                                        const CompileOptions& options,
                                        const std::string& prefix,
                                        Manifest& manifest) {
  auto traced = TraceModel(model, options);
  if (!traced.ok()) return traced.status();
  DescribeSignature(*traced->module, machine, options.training, model.name(),
                    prefix, manifest);
  PipelineOptions pipeline;
  pipeline.prefix = prefix;
  pipeline.dump_directory = options.dump_ir;
  pipeline.at_phase = [&](const std::string& phase, mlir::ModuleOp module) {
    if (phase == "graph") DescribeEntries(module, manifest);
    if (phase == "buffers") DescribeWorkspaces(module, manifest);
    return absl::OkStatus();
  };
  absl::Status status = RunPipeline(*traced->module, machine, pipeline);
  if (!status.ok()) return status;
  return traced;
}

absl::StatusOr<Executable> Compile(Model& model,
                                   const CompileOptions& options) {
  auto machine = MachineFor(options.march);
  if (!machine.ok()) return machine.status();
  Manifest manifest;
  auto lowered = LowerModel(model, *machine, options, kPrefix, manifest);
  if (!lowered.ok()) return lowered.status();
  return LoadLowered(*lowered, *machine, kPrefix, std::move(manifest));
}

absl::StatusOr<Executable> LoadLowered(const TracedModule& lowered,
                                       const Machine& machine,
                                       const std::string& prefix,
                                       Manifest manifest) {
  auto object = EmitCode(*lowered.module, machine, CodeKind::kObject);
  if (!object.ok()) return object.status();
  auto jit = Jit::Load(*object, machine);
  if (!jit.ok()) return jit.status();
  EntryPoints entries;
  for (auto [name, entry] : {std::pair{"_prepare", &entries.prepare},
                             std::pair{"_call", &entries.call}}) {
    auto address = (*jit)->Lookup(absl::StrCat(prefix, name));
    if (!address.ok()) return address.status();
    *entry = reinterpret_cast<keratin_entry>(*address);
  }
  return Executable::Create(std::move(manifest), entries,
                            std::shared_ptr<const void>(std::move(*jit)));
}

absl::StatusOr<std::string> DumpPhase(Model& model, const std::string& phase,
                                      const CompileOptions& options) {
  auto machine = MachineFor(options.march);
  if (!machine.ok()) return machine.status();
  if (phase == "llvm" || phase == "object") {
    Manifest manifest;
    auto lowered = LowerModel(model, *machine, options, kPrefix, manifest);
    if (!lowered.ok()) return lowered.status();
    return EmitCode(*lowered->module, *machine,
                    phase == "llvm" ? CodeKind::kLlvmIr : CodeKind::kAssembly);
  }
  auto traced = TraceModel(model, options);
  if (!traced.ok()) return traced.status();
  std::string text;
  PipelineOptions pipeline;
  pipeline.prefix = kPrefix;
  pipeline.dump_directory = options.dump_ir;
  pipeline.at_phase = [&](const std::string& reached, mlir::ModuleOp module) {
    if (reached != phase) return absl::OkStatus();
    text = Text(module);
    return absl::CancelledError("the phase is reached");
  };
  absl::Status status = RunPipeline(*traced->module, *machine, pipeline);
  if (!status.ok() && !absl::IsCancelled(status)) return status;
  if (text.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("there is no phase '", phase,
                     "'; the phases are trace, graph, kernels, buffers, llvm "
                     "and object"));
  }
  return text;
}

}  // namespace keratin
