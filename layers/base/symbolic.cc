#include "layers/base/symbolic.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "ir/trace/trace.h"
#include "layers/base/call_scope.h"
#include "layers/base/config.h"

namespace keratin {
namespace {

// Puts KerasTensors into a trace: each is an argument, and bears its mask.
// Arrays beside them are constants.
class Binder {
 public:
  Binder(Trace& trace, CallScope& scope) : trace_(trace), scope_(scope) {}

  Value operator()(const Value& leaf) {
    if (leaf.is_array()) return Value(ConstantOf(leaf.as_array()));
    if (!leaf.is_keras_tensor()) return leaf;
    const KerasTensor& tensor = leaf.as_keras_tensor();
    auto [it, is_new] = bound_.try_emplace(tensor.id());
    if (!is_new) return Value(it->second);
    const std::string name = tensor.name().empty()
                                 ? absl::StrCat("input_", bound_.size() - 1)
                                 : tensor.name();
    it->second = Argument(name, tensor.dtype(), tensor.shape());
    if (tensor.mask() != nullptr) {
      scope_.SetMask(it->second,
                     Argument(name + "_mask", DType::kBool, *tensor.mask()));
    }
    return Value(it->second);
  }

 private:
  Tensor Argument(const std::string& name, DType dtype, const Shape& shape) {
    return trace_.Argument({.kind = "input",
                            .name = name,
                            .dtype = dtype,
                            .shape = shape,
                            .notes = {}});
  }

  Trace& trace_;
  CallScope& scope_;
  std::map<const void*, Tensor> bound_;
};

absl::Status FirstError(const Arguments& arguments) {
  absl::Status status;
  arguments.ForEachLeaf([&](const Value& leaf) {
    if (status.ok() && leaf.is_keras_tensor())
      status = leaf.as_keras_tensor().status();
    if (status.ok() && leaf.is_tensor()) {
      status = absl::InvalidArgumentError(
          "a call mixes tensors of a graph with those of a trace");
    }
  });
  return status;
}

}  // namespace

// JAX has no numbers of 64 bits unless it is told to.
Tensor ConstantOf(const Array& array) {
  Trace* trace = Trace::Current();
  if (trace == nullptr) return Tensor();
  DType dtype = array.dtype();
  if (dtype == DType::kInt64) dtype = DType::kInt32;
  if (dtype == DType::kUInt64) dtype = DType::kUInt32;
  if (dtype == DType::kFloat64 && config::floatx() != DType::kFloat64)
    dtype = DType::kFloat32;
  absl::StatusOr<Array> narrow = array.Cast(dtype);
  return narrow.ok() ? trace->Dense(*narrow) : trace->Error(narrow.status());
}

absl::StatusOr<Value> TraceSpec(
    const std::string& name, const Arguments& arguments,
    const std::function<Value(const Arguments&)>& call) {
  absl::Status status = FirstError(arguments);
  if (!status.ok()) return status;
  std::unique_ptr<Trace> trace = Trace::Create(name);
  CallScope scope(*trace);
  Binder bind(*trace, scope);
  const Value result = call(arguments.Map(bind));
  if (!trace->status().ok()) return trace->status();
  return result.MapLeaves([&](const Value& leaf) {
    if (!leaf.is_tensor()) return leaf;
    const Tensor& tensor = leaf.as_tensor();
    KerasTensor spec(tensor.shape(), tensor.dtype());
    if (Tensor mask = scope.MaskOf(tensor); mask.ok())
      spec.set_mask(mask.shape());
    return Value(spec);
  });
}

Value OutputsOf(const std::shared_ptr<const Node>& node, const Value& spec) {
  int number = 0;
  return spec.MapLeaves([&](const Value& leaf) {
    if (!leaf.is_keras_tensor()) return leaf;
    const KerasTensor& bare = leaf.as_keras_tensor();
    KerasTensor tensor(bare.shape(), bare.dtype(), node, number++);
    if (bare.mask() != nullptr) tensor.set_mask(*bare.mask());
    return Value(tensor);
  });
}

}  // namespace keratin
