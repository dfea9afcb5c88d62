#include "layers/core/input_layer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "layers/base/dtype_policy.h"
#include "layers/base/names.h"
#include "layers/base/node.h"

namespace keratin {

KERATIN_REGISTER_LAYER("keras", InputLayer);

Shape NameUnknownSizes(const Shape& shape, const std::string& name) {
  Shape named;
  for (const Dim& size : shape) {
    const int axis = named.rank();
    named.push_back(!size.IsConstant(kNone) ? size
                    : axis == 0 ? Dim::Symbol("batch")
                                : Dim::Symbol(absl::StrCat(name, "_", axis)));
  }
  return named;
}

absl::StatusOr<Shape> ShapeOf(const Value& value) {
  Shape shape;
  bool wrong = !value.is_sequence();
  if (!wrong) {
    for (const Value& size : value.items()) {
      wrong =
          wrong || !(size.is_none() || (size.is_int() && size.as_int() >= 0));
      shape.push_back(Dim(size.is_int() ? size.as_int() : kNone));
    }
  }
  if (!wrong) return shape;
  return absl::InvalidArgumentError(absl::StrCat(
      "must be a shape, a list of sizes or None, not ", value.ToString()));
}

Value ShapeValue(const Shape& shape) {
  Value::Items sizes;
  for (const Dim& dim : shape) {
    const std::optional<int64_t> size = dim.AsConstant();
    sizes.push_back(size.has_value() && *size >= 0 ? Value(*size) : Value());
  }
  return Value::List(std::move(sizes));
}

absl::Status InputLayer::Set(const InputOptions& options) {
  if (options.shape.has_value() == options.batch_shape.has_value()) {
    return absl::InvalidArgumentError(
        options.shape.has_value()
            ? "an Input takes 'shape' or 'batch_shape', not both"
            : "an Input needs a 'shape'");
  }
  Shape shape;
  if (options.batch_shape.has_value()) {
    if (options.batch_size.has_value()) {
      return absl::InvalidArgumentError(
          "an Input takes 'batch_size' or 'batch_shape', not both");
    }
    shape = *options.batch_shape;
  } else {
    shape.push_back(Dim(options.batch_size.value_or(kNone)));
    for (const Dim& size : *options.shape) shape.push_back(size);
  }
  shape_ = std::move(shape);
  dtype_ = options.dtype == DType::kInvalid ? config::floatx() : options.dtype;
  optional_ = options.optional;
  written_dtype_ = Value(std::string(DTypeName(dtype_)));
  return absl::OkStatus();
}

void InputLayer::Describe(Fields& fields) {
  fields("batch_shape", written_shape_)("batch_input_shape", written_shape_)(
      "dtype", written_dtype_)("sparse", sparse_)("ragged", ragged_)("optional",
                                                                     optional_);
}

absl::Status InputLayer::Configured() {
  if (written_shape_.is_sequence()) {
    absl::StatusOr<Shape> shape = ShapeOf(written_shape_);
    if (!shape.ok()) return shape.status();
    shape_ = *std::move(shape);
  } else if (shape_.empty()) {
    // Set by nothing: a file that lacks it.
    return absl::InvalidArgumentError("an input needs a 'batch_shape'");
  }
  shape_ = NameUnknownSizes(shape_, name());
  if (sparse_ || ragged_) {
    return absl::UnimplementedError(absl::StrCat("input '", name(), "' is ",
                                                 sparse_ ? "sparse" : "ragged",
                                                 ", which is not supported"));
  }
  if (written_dtype_.is_string()) {
    auto dtype = ParseDType(written_dtype_.as_string());
    if (!dtype.ok()) {
      return absl::UnimplementedError(absl::StrCat(
          "input '", name(), "' has the dtype '", written_dtype_.as_string(),
          "', which is not supported"));
    }
    dtype_ = *dtype;
  } else if (!written_dtype_.is_none()) {
    DTypePolicy policy;
    absl::Status status = Read(written_dtype_, policy);
    if (!status.ok()) return status;
    dtype_ = policy.compute_dtype();
  }
  return absl::OkStatus();
}

Value InputLayer::GetConfig() {
  return Value::Dict({{"batch_shape", ShapeValue(shape_)},
                      {"dtype", std::string(DTypeName(dtype_))},
                      {"sparse", sparse_},
                      {"ragged", ragged_},
                      {"name", name()},
                      {"optional", optional_}});
}

// Its value comes from outside.
Value InputLayer::CallWith(const CallContext&, const Arguments&) {
  return Value(Fail(absl::StrCat("the input '", name(), "' is not called")));
}

KerasTensor InputLayer::output() {
  std::shared_ptr<Node> node = MakeNode({});
  node->layer = shared_from_this();
  return KerasTensor(shape_, dtype_, std::move(node), 0);
}

KerasTensor Input(const InputOptions& options) {
  auto layer = std::make_shared<InputLayer>();
  absl::Status status = layer->Set(options);
  if (!status.ok()) return KerasTensor::Failed(status);
  layer->Start(typeid(InputLayer), {.name = options.name});
  if (!layer->status().ok()) return KerasTensor::Failed(layer->status());
  return layer->output();
}

}  // namespace keratin
