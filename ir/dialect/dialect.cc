#include "ir/dialect/dialect.h"

#include "ir/ops/lowering.h"
#include "llvm/ADT/TypeSwitch.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/FoldInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

// Generated code wants this order.
// clang-format off
#include "ir/dialect/dialect.cc.inc"
#define GET_ATTRDEF_CLASSES
#include "ir/dialect/attributes.cc.inc"
#include "ir/dialect/interfaces.cc.inc"
#include "ir/ops/op_shards.h.inc"
// clang-format on

namespace keratin::ir {
namespace {

using llvm::SmallVector;
using mlir::failure;
using mlir::LogicalResult;
using mlir::success;

// Fails with what is wrong with the text of a Dim.
mlir::FailureOr<Dim> ParseDim(
    llvm::StringRef text,
    llvm::function_ref<mlir::InFlightDiagnostic()> error) {
  auto dim = Dim::Parse(absl::string_view(text.data(), text.size()));
  if (dim.ok()) return *dim;
  error() << "'" << text
          << "' is not a size: " << std::string(dim.status().message());
  return failure();
}

// Constants of a body stay in it: passes copy bodies as they are.
struct KeepConstants : mlir::DialectFoldInterface {
  using DialectFoldInterface::DialectFoldInterface;
  bool shouldMaterializeInto(mlir::Region* region) const final {
    return mlir::isa<ComputeOp, ScanOp>(region->getParentOp());
  }
};

}  // namespace

void KeratinDialect::initialize() {
  addInterfaces<KeepConstants>();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "ir/dialect/attributes.cc.inc"
      >();
  registerKeratinDialectOperations(this);
}

DimsAttr DimsAttr::get(mlir::MLIRContext* context, llvm::ArrayRef<Dim> dims) {
  mlir::Builder builder(context);
  SmallVector<mlir::Attribute> elements;
  for (const Dim& dim : dims) {
    if (dim.IsConstant()) {
      elements.push_back(builder.getI64IntegerAttr(dim.AsConstant().value()));
    } else {
      elements.push_back(builder.getStringAttr(dim.ToString()));
    }
  }
  return get(context, elements);
}

SmallVector<Dim, 6> DimsAttr::getDims() const {
  SmallVector<Dim, 6> dims;
  for (mlir::Attribute element : getElements()) {
    if (auto number = mlir::dyn_cast<mlir::IntegerAttr>(element)) {
      dims.push_back(number.getInt());
    } else {
      llvm::StringRef text = mlir::cast<mlir::StringAttr>(element).getValue();
      dims.push_back(*Dim::Parse(
          absl::string_view(text.data(), text.size())));  // verified
    }
  }
  return dims;
}

LogicalResult DimsAttr::verify(
    llvm::function_ref<mlir::InFlightDiagnostic()> error,
    llvm::ArrayRef<mlir::Attribute> elements) {
  for (mlir::Attribute element : elements) {
    if (mlir::isa<mlir::IntegerAttr>(element)) continue;
    auto text = mlir::dyn_cast<mlir::StringAttr>(element);
    if (!text)
      return error() << "a size is a number or a string, not " << element;
    if (failed(ParseDim(text.getValue(), error))) return failure();
  }
  return success();
}

mlir::Attribute DimsAttr::parse(mlir::AsmParser& parser, mlir::Type) {
  SmallVector<mlir::Attribute> elements;
  auto element = [&]() -> mlir::ParseResult {
    int64_t number;
    auto integer = parser.parseOptionalInteger(number);
    if (integer.has_value()) {
      if (failed(*integer)) return failure();
      elements.push_back(parser.getBuilder().getI64IntegerAttr(number));
      return success();
    }
    std::string text;
    if (failed(parser.parseString(&text))) return failure();
    elements.push_back(parser.getBuilder().getStringAttr(text));
    return success();
  };
  const llvm::SMLoc where = parser.getCurrentLocation();
  if (failed(parser.parseCommaSeparatedList(
          mlir::AsmParser::Delimiter::LessGreater, element)))
    return {};
  return getChecked([&] { return parser.emitError(where); },
                    parser.getContext(),
                    llvm::ArrayRef<mlir::Attribute>(elements));
}

void DimsAttr::print(mlir::AsmPrinter& printer) const {
  printer << "<";
  llvm::interleaveComma(getElements(), printer, [&](mlir::Attribute element) {
    if (auto number = mlir::dyn_cast<mlir::IntegerAttr>(element)) {
      printer << number.getInt();
    } else {
      printer.printAttributeWithoutType(element);
    }
  });
  printer << ">";
}

SmallVector<Dim, 6> DimsOf(mlir::Type type) {
  auto tensor = mlir::cast<mlir::RankedTensorType>(type);
  SmallVector<Dim, 6> unknown;
  if (auto encoding = mlir::dyn_cast_or_null<DimsAttr>(tensor.getEncoding()))
    unknown = encoding.getDims();
  SmallVector<Dim, 6> dims;
  size_t next = 0;
  for (int64_t size : tensor.getShape()) {
    if (!mlir::ShapedType::isDynamic(size)) {
      dims.push_back(size);
    } else if (next < unknown.size()) {
      dims.push_back(unknown[next++]);
    } else {
      dims.push_back(Dim::Symbol("unnamed"));
    }
  }
  return dims;
}

mlir::RankedTensorType TensorOf(llvm::ArrayRef<Dim> shape, mlir::Type element) {
  SmallVector<int64_t> sizes;
  SmallVector<Dim> unknown;
  for (const Dim& dim : shape) {
    sizes.push_back(dim.IsConstant() ? dim.AsConstant().value()
                                     : mlir::ShapedType::kDynamic);
    if (!dim.IsConstant()) unknown.push_back(dim);
  }
  mlir::Attribute encoding;
  if (!unknown.empty()) encoding = DimsAttr::get(element.getContext(), unknown);
  return mlir::RankedTensorType::get(sizes, element, encoding);
}

mlir::Type ScalarOf(mlir::Type type) {
  mlir::Type element = mlir::getElementTypeOrSelf(type);
  auto integer = mlir::dyn_cast<mlir::IntegerType>(element);
  return integer && !integer.isSignless()
             ? mlir::IntegerType::get(type.getContext(), integer.getWidth())
             : element;
}

int64_t StageOf(ComputeOp op) {
  auto stage = op->getAttrOfType<mlir::IntegerAttr>("keratin.stage");
  return stage ? stage.getInt() : 0;
}

void SetStage(ComputeOp op, int64_t stage) {
  op->setAttr("keratin.stage",
              mlir::Builder(op.getContext()).getI64IntegerAttr(stage));
}

std::string Fingerprint(KernelOp kernel) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  mlir::AsmState state(kernel, mlir::OpPrintingFlags().useLocalScope());
  stream << kernel.getShared();
  for (mlir::Type type : kernel.getBody().getArgumentTypes())
    stream << " " << type;
  stream << "\n";
  for (mlir::Operation& op : kernel.getBody().front()) {
    op.print(stream, state);
    stream << "\n";
  }
  return text;
}

void ComputeOp::build(mlir::OpBuilder& builder, mlir::OperationState& state,
                      mlir::TypeRange results, mlir::ValueRange inputs,
                      mlir::ValueRange captures, llvm::ArrayRef<Dim> domain,
                      llvm::ArrayRef<int64_t> reductions,
                      llvm::ArrayRef<mlir::AffineMap> maps,
                      llvm::ArrayRef<llvm::StringRef> combiners,
                      llvm::function_ref<SmallVector<mlir::Value>(
                          mlir::OpBuilder&, mlir::Location, mlir::ValueRange)>
                          body) {
  build(builder, state, results, inputs, captures,
        DimsAttr::get(builder.getContext(), domain), reductions,
        builder.getAffineMapArrayAttr(maps),
        builder.getStrArrayAttr(combiners));
  mlir::OpBuilder::InsertionGuard guard(builder);
  mlir::Block* block = builder.createBlock(state.regions[0].get());
  for (mlir::Value input : inputs)
    block->addArgument(ScalarOf(input.getType()), state.location);
  for (mlir::Value capture : captures)
    block->addArgument(capture.getType(), state.location);
  YieldOp::create(builder, state.location,
                  body(builder, state.location, block->getArguments()));
}

LogicalResult ComputeOp::verify() {
  const SmallVector<Dim, 6> extents = getExtents();
  const unsigned rank = extents.size();
  if (getMaps().size() != getInputs().size() + getNumResults()) {
    return emitOpError() << "has " << getMaps().size() << " maps for "
                         << getInputs().size() << " inputs and "
                         << getNumResults() << " results";
  }
  if (getCombiners().size() != getNumResults())
    return emitOpError("needs one combiner for each result");
  for (int64_t dim : getReductions()) {
    if (dim < 0 || dim >= rank)
      return emitOpError() << "reduces dimension " << dim
                           << " of a domain of rank " << rank;
  }
  for (size_t input = 0; input < getInputs().size(); ++input) {
    auto type =
        mlir::cast<mlir::RankedTensorType>(getInputs()[input].getType());
    mlir::AffineMap map = getMap(input);
    if (map.getNumDims() != rank || map.getNumResults() != type.getRank()) {
      return emitOpError() << "has the map " << mlir::AffineMapAttr::get(map)
                           << " for input " << input << " of type " << type
                           << " over a domain of rank " << rank;
    }
  }
  for (unsigned result = 0; result < getNumResults(); ++result) {
    mlir::AffineMap map = getResultMap(result);
    SmallVector<Dim, 6> shape = DimsOf(getResult(result).getType());
    if (map.getNumResults() != shape.size() || map.getNumDims() != rank ||
        shape.size() + getReductions().size() != rank) {
      return emitOpError() << "has the map " << mlir::AffineMapAttr::get(map)
                           << " for result " << result
                           << ", which does not cover its parallel dimensions";
    }
    for (auto [axis, expr] : llvm::enumerate(map.getResults())) {
      auto dim = mlir::dyn_cast<mlir::AffineDimExpr>(expr);
      if (!dim || llvm::is_contained(getReductions(),
                                     static_cast<int64_t>(dim.getPosition()))) {
        return emitOpError()
               << "has the map " << mlir::AffineMapAttr::get(map)
               << " for result " << result
               << ", which is not a permutation of its parallel dimensions";
      }
      if (!(extents[dim.getPosition()] == shape[axis])) {
        return emitOpError()
               << "has extent " << extents[dim.getPosition()].ToString()
               << " where axis " << axis << " of result " << result << " has "
               << shape[axis].ToString();
      }
    }
    if (getCombiner(result) == "none" && !getReductions().empty())
      return emitOpError("reduces without a combiner");
  }
  mlir::Block& block = getBody().front();
  if (block.getNumArguments() != getInputs().size() + getCaptures().size())
    return emitOpError("has a body with the wrong number of arguments");
  for (size_t input = 0; input < getInputs().size(); ++input) {
    if (block.getArgument(input).getType() !=
        ScalarOf(getInputs()[input].getType())) {
      return emitOpError() << "has the body argument " << input << " of type "
                           << block.getArgument(input).getType() << " for "
                           << getInputs()[input].getType();
    }
  }
  auto yield = mlir::dyn_cast<YieldOp>(block.getTerminator());
  if (!yield || yield.getValues().size() != getNumResults())
    return emitOpError(
        "has a body that does not yield one scalar for each result");
  for (unsigned result = 0; result < getNumResults(); ++result) {
    if (yield.getValues()[result].getType() !=
        ScalarOf(getResult(result).getType())) {
      return emitOpError() << "yields " << yield.getValues()[result].getType()
                           << " for result " << result << " of type "
                           << getResult(result).getType();
    }
  }
  return success();
}

Dim DimOp::getDim() {
  llvm::StringRef text = getExpression();
  return *Dim::Parse(absl::string_view(text.data(), text.size()));  // verified
}

LogicalResult DimOp::verify() {
  return ParseDim(getExpression(), [&] { return emitOpError(); });
}

LogicalResult ScanOp::verify() {
  mlir::Block& block = getBody().front();
  const size_t carried = getInitial().size();
  if (getLength().size() != 1) return emitOpError("needs one length");
  if (block.getNumArguments() != 1 + carried + getSequences().size()) {
    return emitOpError() << "has a body of " << block.getNumArguments()
                         << " arguments, and needs the step, " << carried
                         << " carried values and " << getSequences().size()
                         << " slices";
  }
  auto yield = mlir::dyn_cast<YieldOp>(block.getTerminator());
  if (!yield || yield.getValues().size() != getNumResults() ||
      getNumResults() < carried) {
    return emitOpError(
        "has a body that does not yield the carried values and the stacked "
        "slices");
  }
  for (size_t k = 0; k < carried; ++k) {
    mlir::Type type = getInitial()[k].getType();
    if (block.getArgument(1 + k).getType() != type ||
        yield.getValues()[k].getType() != type ||
        getResult(k).getType() != type) {
      return emitOpError() << "changes the type of carried value " << k
                           << " from " << type << " to "
                           << yield.getValues()[k].getType();
    }
  }
  if (!getConditional()) return success();
  auto flag =
      carried == 0
          ? mlir::RankedTensorType()
          : mlir::dyn_cast<mlir::RankedTensorType>(getInitial()[0].getType());
  if (!flag || flag.getRank() != 0 || !flag.getElementType().isInteger(1))
    return emitOpError("is conditional and does not carry a flag first");
  if (getNumResults() != carried)
    return emitOpError("is conditional and has stacked results");
  return success();
}

std::vector<std::string> SymbolsOf(mlir::Operation* module) {
  std::vector<std::string> symbols;
  if (auto names = module->getAttrOfType<mlir::ArrayAttr>("keratin.symbols")) {
    for (auto name : names.getAsRange<mlir::StringAttr>())
      symbols.push_back(name.str());
    return symbols;
  }
  for (mlir::Operation& op : module->getRegion(0).front()) {
    auto function = mlir::dyn_cast<mlir::FunctionOpInterface>(op);
    if (!function || !mlir::SymbolTable::getSymbolName(&op) ||
        mlir::SymbolTable::getSymbolVisibility(&op) !=
            mlir::SymbolTable::Visibility::Public)
      continue;
    for (mlir::Type type : function.getArgumentTypes()) {
      if (!mlir::isa<mlir::RankedTensorType>(type)) continue;
      for (const Dim& dim : DimsOf(type)) {
        for (const std::string& symbol : dim.Symbols()) {
          if (!llvm::is_contained(symbols, symbol)) symbols.push_back(symbol);
        }
      }
    }
  }
  return symbols;
}

Dim ScanOp::getFlops() {
  Dim flops = 0;
  for (mlir::Operation& op : getBody().front()) {
    if (auto cost = mlir::dyn_cast<CostOpInterface>(op))
      flops = flops + cost.getFlops();
  }
  return flops * getLength().getDims()[0];
}

}  // namespace keratin::ir
