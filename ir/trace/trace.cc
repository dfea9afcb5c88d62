#include "ir/trace/trace.h"

#include "absl/strings/str_cat.h"
#include "ir/trace/module.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"

namespace keratin {
namespace {

thread_local Trace* current_trace = nullptr;

mlir::Value ValueOf(const Tensor& tensor) {
  return mlir::Value::getFromOpaquePointer(tensor.id());
}

std::vector<Dim> DimsIn(const Shape& shape) { return shape.dims(); }

}  // namespace

bool Tensor::ok() const { return value_ != nullptr; }

Trace* Tensor::trace() const {
  std::shared_ptr<Trace*> trace = trace_.lock();
  return trace == nullptr ? nullptr : *trace;
}

Trace::Trace()
    : state_(std::make_unique<State>()),
      self_(std::make_shared<Trace*>(this)) {}

Trace::~Trace() {
  if (current_trace == this) current_trace = nullptr;
}

std::unique_ptr<Trace> Trace::Create(const std::string& name) {
  std::unique_ptr<Trace> trace(new Trace());
  State& state = *trace->state_;
  state.context = std::make_shared<mlir::MLIRContext>(
      mlir::MLIRContext::Threading::DISABLED);
  state.context
      ->loadDialect<ir::KeratinDialect, mlir::func::FuncDialect,
                    mlir::arith::ArithDialect, mlir::math::MathDialect>();
  state.builder = std::make_unique<mlir::OpBuilder>(state.context.get());
  mlir::Location loc =
      mlir::NameLoc::get(mlir::StringAttr::get(state.context.get(), name));
  state.module = mlir::ModuleOp::create(loc, name);
  state.builder->setInsertionPointToEnd(state.module->getBody());
  state.function =
      mlir::func::FuncOp::create(*state.builder, loc, "stateless_call",
                                 state.builder->getFunctionType({}, {}));
  state.open.push_back(state.function.addEntryBlock());
  state.builder->setInsertionPointToEnd(state.open.back());
  return trace;
}

Trace* Trace::Current() { return current_trace; }

Trace::Scope::Scope(Trace& trace) : previous_(current_trace) {
  current_trace = &trace;
}
Trace::Scope::~Scope() { current_trace = previous_; }

Trace::LayerScope::LayerScope(std::string path) : trace_(current_trace) {
  if (trace_ == nullptr) return;
  previous_ = std::move(trace_->layer_path_);
  trace_->layer_path_ = std::move(path);
}
Trace::LayerScope::~LayerScope() {
  if (trace_ != nullptr) trace_->layer_path_ = std::move(previous_);
}

Tensor Trace::Error(absl::Status status) {
  if (status_.ok()) {
    status_ = layer_path_.empty()
                  ? std::move(status)
                  : absl::Status(status.code(),
                                 absl::StrCat("layer '", layer_path_,
                                              "': ", status.message()));
  }
  return Tensor();
}

Tensor Trace::Wrap(const void* opaque) {
  mlir::Value value = mlir::Value::getFromOpaquePointer(opaque);
  Tensor tensor;
  tensor.trace_ = self_;
  tensor.value_ = opaque;
  tensor.dtype_ = DTypeOf(mlir::getElementTypeOrSelf(value.getType()));
  llvm::SmallVector<Dim, 6> dims = ir::DimsOf(value.getType());
  tensor.shape_ = Shape(std::vector<Dim>(dims.begin(), dims.end()));
  return tensor;
}

bool Trace::Usable(absl::Span<const Tensor> tensors) {
  if (!status_.ok()) return false;
  const std::vector<mlir::Block*>& open = state_->open;
  if (open.empty()) {
    Error(absl::FailedPreconditionError(
        "the trace has returned; nothing can be added to it"));
    return false;
  }
  for (const Tensor& tensor : tensors) {
    if (!tensor.ok()) {
      // Poisoned: the first error is noted already, unless it has no value at
      // all.
      if (status_.ok()) {
        Error(absl::InvalidArgumentError(
            "an operand has no value; give every tensor argument a value"));
      }
      return false;
    }
    if (tensor.trace() != this) {
      Error(absl::FailedPreconditionError(
          "a tensor is used outside of the trace that made it; keep no tensor "
          "beyond the call of its layer"));
      return false;
    }
    if (!llvm::is_contained(open, ValueOf(tensor).getParentBlock())) {
      Error(absl::FailedPreconditionError(
          "a tensor made inside the body of a scan is used outside of it; "
          "return it from the body instead"));
      return false;
    }
  }
  return true;
}

bool Trace::CanMake(const Shape& shape, DType dtype) {
  if (!Usable({})) return false;
  std::string wrong;
  if (dtype == DType::kInvalid) wrong = "it has no dtype";
  for (const Dim& dim : shape) {
    if (!dim.ok()) wrong = "a size overflows or divides by zero";
    if (dim.IsConstant() && *dim.AsConstant() < 0) wrong = "a size is negative";
  }
  if (wrong.empty()) return true;
  Error(absl::InvalidArgumentError(absl::StrCat(
      "a tensor of shape ", shape.ToString(), " cannot be made: ", wrong)));
  return false;
}

Tensor Trace::Argument(const ArgumentSpec& spec) {
  State& state = *state_;
  if (!Usable({})) return Tensor();
  if (!spec.shape.ok() || spec.dtype == DType::kInvalid) {
    return Error(absl::InvalidArgumentError(absl::StrCat(
        "argument '", spec.name, "' has no valid shape and dtype")));
  }
  mlir::Type type = ir::TensorOf(DimsIn(spec.shape),
                                 ElementType(spec.dtype, state.context.get()));
  mlir::Builder& builder = *state.builder;
  const unsigned number = state.function.getNumArguments();
  mlir::DictionaryAttr attributes = builder.getDictionaryAttr({});
  llvm::SmallVector<mlir::NamedAttribute> notes;
  notes.push_back(
      builder.getNamedAttr("keratin.kind", builder.getStringAttr(spec.kind)));
  notes.push_back(
      builder.getNamedAttr("keratin.name", builder.getStringAttr(spec.name)));
  for (const auto& [key, value] : spec.notes) {
    notes.push_back(
        builder.getNamedAttr("keratin." + key, builder.getStringAttr(value)));
  }
  attributes = builder.getDictionaryAttr(notes);
  if (failed(state.function.insertArgument(
          number, type, attributes,
          mlir::NameLoc::get(builder.getStringAttr(spec.name))))) {
    return Error(absl::InternalError("the argument could not be added"));
  }
  return Wrap(state.function.getArgument(number).getAsOpaquePointer());
}

absl::Status Trace::Return(absl::Span<const ResultSpec> results) {
  State& state = *state_;
  if (!Usable({})) return status_;
  llvm::SmallVector<mlir::Value> values;
  llvm::SmallVector<mlir::Type> types;
  for (const ResultSpec& result : results) {
    if (!Usable({result.value})) return status_;
    values.push_back(ValueOf(result.value));
    types.push_back(values.back().getType());
  }
  if (!status_.ok()) return status_;
  mlir::OpBuilder& builder = *state.builder;
  mlir::func::ReturnOp::create(builder, state.function.getLoc(), values);
  state.function.setType(
      builder.getFunctionType(state.function.getArgumentTypes(), types));
  for (unsigned k = 0; k < results.size(); ++k) {
    state.function.setResultAttr(k, "keratin.kind",
                                 builder.getStringAttr(results[k].kind));
    state.function.setResultAttr(k, "keratin.name",
                                 builder.getStringAttr(results[k].name));
    if (results[k].variable >= 0) {
      state.function.setResultAttr(
          k, "keratin.index", builder.getI64IntegerAttr(results[k].variable));
    }
  }
  llvm::SmallVector<mlir::Attribute> assumptions;
  for (const auto& [a, b] : state.assumptions)
    assumptions.push_back(builder.getStrArrayAttr({a, b}));
  (*state.module)->setAttr("keratin.assume", builder.getArrayAttr(assumptions));
  llvm::SmallVector<mlir::Attribute> not_negative;
  for (const std::string& size : state.not_negative)
    not_negative.push_back(builder.getStringAttr(size));
  (*state.module)
      ->setAttr("keratin.not_negative", builder.getArrayAttr(not_negative));
  // Their order is settled here, for every pass and for the manifest.
  llvm::SmallVector<mlir::Attribute> symbols;
  for (const std::string& symbol : ir::SymbolsOf(*state.module))
    symbols.push_back(builder.getStringAttr(symbol));
  (*state.module)->setAttr("keratin.symbols", builder.getArrayAttr(symbols));
  state.open.clear();
  return status_;
}

bool Trace::AssumeEqual(const Dim& a, const Dim& b) {
  if (a == b) return true;
  if (a.IsConstant() && b.IsConstant()) return false;
  std::pair<std::string, std::string> pair{a.ToString(), b.ToString()};
  for (const auto& known : state_->assumptions) {
    if (known == pair) return true;
  }
  state_->assumptions.push_back(std::move(pair));
  return true;
}

bool Trace::AssumeNotNegative(const Dim& size) {
  if (const std::optional<int64_t> known = size.AsConstant())
    return *known >= 0;
  if (!size.IsKnownNonNegative()) state_->not_negative.insert(size.ToString());
  return true;
}

Trace::Position Trace::position() const {
  mlir::Block* block = state_->builder->getBlock();
  return block == nullptr || block->empty() ? nullptr : &block->back();
}

void Trace::MarkRematerialized(Position begin) {
  mlir::OpBuilder& builder = *state_->builder;
  mlir::Block* block = builder.getBlock();
  if (block == nullptr || block->empty()) return;
  auto* last =
      static_cast<mlir::Operation*>(const_cast<void*>(begin));  // NOLINT
  mlir::Operation* op = last == nullptr ? &block->front() : last->getNextNode();
  if (op == nullptr) return;
  const auto group = builder.getI64IntegerAttr(rematerialized_++);
  for (; op != nullptr; op = op->getNextNode())
    op->setDiscardableAttr("keratin.remat", group);
}

Tensor Trace::Build(
    const char* name, absl::Span<const Tensor> operands,
    absl::Span<const std::pair<const char*, Attribute>> attributes) {
  if (!Usable(operands)) return Tensor();
  State& state = *state_;
  mlir::OpBuilder& builder = *state.builder;
  mlir::MLIRContext* context = state.context.get();
  mlir::Location loc = mlir::NameLoc::get(builder.getStringAttr(layer_path_));
  mlir::OperationState op(loc, name);
  for (const Tensor& operand : operands) op.addOperands(ValueOf(operand));
  for (const auto& [key, value] : attributes) {
    mlir::Attribute attribute;
    if (auto* number = std::get_if<int64_t>(&value))
      attribute = builder.getI64IntegerAttr(*number);
    if (auto* text = std::get_if<std::string>(&value))
      attribute = builder.getStringAttr(*text);
    if (auto* dtype = std::get_if<DType>(&value))
      attribute = mlir::TypeAttr::get(ElementType(*dtype, context));
    if (auto* shape = std::get_if<Shape>(&value)) {
      if (!shape->ok())
        return Error(absl::InvalidArgumentError(absl::StrCat(
            op.name.getStringRef().str(), " has an invalid shape")));
      attribute =
          ir::DimsAttr::get(context, llvm::ArrayRef<Dim>(shape->dims()));
    }
    if (auto* numbers = std::get_if<std::vector<int64_t>>(&value))
      attribute = builder.getDenseI64ArrayAttr(*numbers);
    op.addAttribute(key, attribute);
  }

  // What inference and the verifier have to say becomes the trace's error.
  std::string complaint;
  mlir::ScopedDiagnosticHandler handler(context,
                                        [&](mlir::Diagnostic& diagnostic) {
                                          if (complaint.empty())
                                            complaint = diagnostic.str();
                                          return mlir::success();
                                        });
  auto failed_with = [&] {
    return Error(absl::InvalidArgumentError(absl::StrCat(
        op.name.stripDialect().str(), " ",
        complaint.empty() ? "cannot be applied to its operands" : complaint)));
  };
  auto info = op.name.getRegisteredInfo();
  // Properties hold attributes alone: nothing needs to be destroyed.
  std::vector<char> storage(info->getOpPropertyByteSize() + 16);
  mlir::OpaqueProperties properties(nullptr);
  if (info->getOpPropertyByteSize() > 0) {
    void* aligned =
        storage.data() +
        (16 - reinterpret_cast<uintptr_t>(storage.data()) % 16) % 16;
    properties = mlir::OpaqueProperties(aligned);
    info->initOpProperties(properties, nullptr);
    mlir::DictionaryAttr dictionary = op.attributes.getDictionary(context);
    if (failed(info->setOpPropertiesFromAttribute(
            op.name, properties, dictionary,
            [&] { return mlir::emitError(loc); }))) {
      return failed_with();
    }
  }
  llvm::SmallVector<mlir::Type> types;
  auto* interface = info->getInterface<mlir::InferTypeOpInterface>();
  const bool inferred = succeeded(interface->inferReturnTypes(
      context, loc, op.operands, op.attributes.getDictionary(context),
      properties, mlir::RegionRange(), types));
  if (!inferred) return failed_with();
  op.addTypes(types);
  mlir::Operation* created = builder.create(op);
  if (failed(mlir::verify(created, false))) {
    created->erase();
    return failed_with();
  }
  return Wrap(created->getResult(0).getAsOpaquePointer());
}

Tensor Trace::Full(const Shape& shape, double value, DType dtype) {
  if (!CanMake(shape, dtype)) return Tensor();
  mlir::OpBuilder& builder = *state_->builder;
  mlir::Type element = ElementType(dtype, state_->context.get());
  if (!mlir::isa<mlir::FloatType>(element)) {
    // Out of range, the nearest integer; of NaN, 0.
    const double limit = 9223372036854775808.0;
    const int64_t number = value != value   ? 0
                           : value >= limit ? INT64_MAX
                           : value < -limit ? INT64_MIN
                                            : static_cast<int64_t>(value);
    return FullInteger(shape, dtype == DType::kBool ? value != 0 : number,
                       dtype);
  }
  mlir::Location loc = mlir::NameLoc::get(builder.getStringAttr(layer_path_));
  auto full = ir::FullOp::create(
      builder, loc, builder.getFloatAttr(element, value), element,
      ir::DimsAttr::get(state_->context.get(),
                        llvm::ArrayRef<Dim>(shape.dims())));
  return Wrap(full->getResult(0).getAsOpaquePointer());
}

Tensor Trace::FullInteger(const Shape& shape, int64_t value, DType dtype) {
  if (!CanMake(shape, dtype)) return Tensor();
  mlir::OpBuilder& builder = *state_->builder;
  mlir::Type element = ElementType(dtype, state_->context.get());
  if (mlir::isa<mlir::FloatType>(element))
    return Full(shape, static_cast<double>(value), dtype);
  mlir::Location loc = mlir::NameLoc::get(builder.getStringAttr(layer_path_));
  mlir::Type scalar = ir::ScalarOf(element);
  if (dtype == DType::kBool) value = value != 0;
  auto full = ir::FullOp::create(
      builder, loc,
      mlir::IntegerAttr::get(scalar,
                             llvm::APInt(64, value, true)
                                 .sextOrTrunc(scalar.getIntOrFloatBitWidth())),
      element,
      ir::DimsAttr::get(state_->context.get(),
                        llvm::ArrayRef<Dim>(shape.dims())));
  return Wrap(full->getResult(0).getAsOpaquePointer());
}

Tensor Trace::Dense(const Array& values) {
  if (!Usable({})) return Tensor();
  if (!values.ok())
    return Error(absl::InvalidArgumentError("a constant has no values"));
  mlir::OpBuilder& builder = *state_->builder;
  mlir::Type element = ElementType(values.dtype(), state_->context.get());
  auto type = mlir::RankedTensorType::get(
      llvm::ArrayRef<int64_t>(values.sizes().data(), values.sizes().size()),
      element);
  mlir::DenseElementsAttr content;
  if (values.dtype() == DType::kBool) {
    content = mlir::DenseElementsAttr::get(
        type, llvm::ArrayRef<bool>(values.data<bool>(), values.elements()));
  } else {
    content = mlir::DenseElementsAttr::getFromRawBuffer(
        type, llvm::ArrayRef<char>(static_cast<const char*>(values.raw_data()),
                                   values.bytes()));
  }
  mlir::Location loc = mlir::NameLoc::get(builder.getStringAttr(layer_path_));
  auto constant = ir::ConstantOp::create(builder, loc, type, content);
  return Wrap(constant->getResult(0).getAsOpaquePointer());
}

std::vector<Tensor> Trace::Scan(absl::Span<const Tensor> initial,
                                absl::Span<const Tensor> sequences,
                                const Dim& length, bool reverse,
                                const ScanBody& body, bool conditional) {
  if (!Usable(initial) || !Usable(sequences)) return {};
  if (!CanMake({length}, DType::kInt32)) return {};
  mlir::OpBuilder& builder = *state_->builder;
  mlir::MLIRContext* context = state_->context.get();
  mlir::Location loc = mlir::NameLoc::get(builder.getStringAttr(layer_path_));
  llvm::SmallVector<mlir::Value> first, walked;
  for (const Tensor& tensor : initial) first.push_back(ValueOf(tensor));
  for (const Tensor& tensor : sequences) {
    walked.push_back(ValueOf(tensor));
    if (tensor.rank() == 0 || !AssumeEqual(tensor.dim(0), length)) {
      Error(absl::InvalidArgumentError(
          absl::StrCat("a sequence of shape ", tensor.shape().ToString(),
                       " is walked for ", length.ToString(), " steps")));
      return {};
    }
  }
  // The body is traced into a block that becomes the operation's region.
  auto block = std::make_unique<mlir::Block>();
  block->addArgument(mlir::RankedTensorType::get({}, builder.getI32Type()),
                     loc);
  for (mlir::Value value : first) block->addArgument(value.getType(), loc);
  for (mlir::Value value : walked) {
    llvm::SmallVector<Dim, 6> dims = ir::DimsOf(value.getType());
    block->addArgument(
        ir::TensorOf(llvm::ArrayRef<Dim>(dims).drop_front(),
                     mlir::getElementTypeOrSelf(value.getType())),
        loc);
  }
  std::vector<Tensor> arguments;
  for (mlir::BlockArgument argument : block->getArguments())
    arguments.push_back(Wrap(argument.getAsOpaquePointer()));
  absl::Span<const Tensor> all(arguments);
  auto place = builder.saveInsertionPoint();
  builder.setInsertionPointToEnd(block.get());
  state_->open.push_back(block.get());
  auto [carried, slices] = body(all[0], all.subspan(1, initial.size()),
                                all.subspan(1 + initial.size()));
  llvm::SmallVector<mlir::Value> yielded;
  llvm::SmallVector<mlir::Type> types;
  const bool usable =
      Usable(carried) && Usable(slices) && carried.size() == initial.size();
  if (usable) {
    for (size_t k = 0; k < carried.size(); ++k) {
      yielded.push_back(ValueOf(carried[k]));
      types.push_back(first[k].getType());
    }
    for (const Tensor& slice : slices) {
      yielded.push_back(ValueOf(slice));
      std::vector<Dim> dims = slice.shape().dims();
      dims.insert(dims.begin(), length);
      types.push_back(ir::TensorOf(dims, ElementType(slice.dtype(), context)));
    }
    ir::YieldOp::create(builder, loc, yielded);
  }
  builder.restoreInsertionPoint(place);
  state_->open.pop_back();
  std::vector<Tensor> results;
  if (!usable) {
    Error(absl::InvalidArgumentError(
        absl::StrCat("the body of a scan returns ", carried.size(),
                     " carried values where ", initial.size(), " are needed")));
    // Operations of the body may be used by nothing else.
    block->dropAllDefinedValueUses();
    return results;
  }
  auto scan = ir::ScanOp::create(
      builder, loc, types, first, walked,
      ir::DimsAttr::get(context, llvm::ArrayRef<Dim>{length}), reverse,
      conditional);
  scan.getBody().push_back(block.release());
  std::string complaint;
  mlir::ScopedDiagnosticHandler handler(context,
                                        [&](mlir::Diagnostic& diagnostic) {
                                          if (complaint.empty())
                                            complaint = diagnostic.str();
                                          return mlir::success();
                                        });
  if (failed(scan.verifyInvariants())) {
    Error(absl::InvalidArgumentError(absl::StrCat("scan ", complaint)));
    scan.erase();
    return results;
  }
  for (mlir::Value result : scan->getResults())
    results.push_back(Wrap(result.getAsOpaquePointer()));
  return results;
}

mlir::Type ElementType(DType dtype, mlir::MLIRContext* context) {
  auto integer = [&](unsigned width, bool is_unsigned) -> mlir::Type {
    return mlir::IntegerType::get(context, width,
                                  is_unsigned ? mlir::IntegerType::Unsigned
                                              : mlir::IntegerType::Signless);
  };
  switch (dtype) {
    case DType::kBool:
      return integer(1, false);
    case DType::kInt8:
      return integer(8, false);
    case DType::kInt16:
      return integer(16, false);
    case DType::kInt32:
      return integer(32, false);
    case DType::kInt64:
      return integer(64, false);
    case DType::kUInt8:
      return integer(8, true);
    case DType::kUInt16:
      return integer(16, true);
    case DType::kUInt32:
      return integer(32, true);
    case DType::kUInt64:
      return integer(64, true);
    case DType::kFloat16:
      return mlir::Float16Type::get(context);
    case DType::kBFloat16:
      return mlir::BFloat16Type::get(context);
    case DType::kFloat64:
      return mlir::Float64Type::get(context);
    case DType::kFloat8E4M3FN:
      return mlir::Float8E4M3FNType::get(context);
    case DType::kFloat8E5M2:
      return mlir::Float8E5M2Type::get(context);
    case DType::kFloat32:
    case DType::kInvalid:
      break;
  }
  return mlir::Float32Type::get(context);
}

DType DTypeOf(mlir::Type element) {
  for (int k = static_cast<int>(DType::kBool);
       k <= static_cast<int>(DType::kFloat8E5M2); ++k) {
    const DType dtype = static_cast<DType>(k);
    if (ElementType(dtype, element.getContext()) == element) return dtype;
  }
  return DType::kInvalid;
}

TracedModule TakeModule(Trace& trace) {
  Trace::State& state = trace.state();
  return {state.context, std::move(state.module)};
}

}  // namespace keratin
