// What a call of a layer makes of its arguments before it computes: Keras's
// CallSpec.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "ir/trace/ops.h"
#include "layers/base/layer.h"

namespace keratin {

Arguments Layer::CastInputs(const Arguments& given) const {
  if (!casts_inputs() || !autocast_) return given;
  CallScope* scope = CallScope::Current();
  const DType compute = compute_dtype();
  return given.Map([&](const Value& leaf) {
    if (!leaf.is_tensor()) return leaf;
    const Tensor& tensor = leaf.as_tensor();
    if (!tensor.ok() || !IsFloating(tensor.dtype()) ||
        tensor.dtype() == compute)
      return leaf;
    Tensor cast = trace::Convert(tensor, compute);
    scope->SetMask(cast, scope->MaskOf(tensor));
    return Value(cast);
  });
}

// As Python binds arguments to parameters, and Keras then refuses: plain values
// by position, and nests of tensors and plain values.
absl::Status Layer::CheckArguments(const Arguments& arguments) const {
  const CallSignature call = signature();
  const std::vector<std::string>& names = call.arguments;
  const auto is_tensor = [](const Value& leaf) {
    return leaf.is_tensor() || leaf.is_array() || leaf.is_keras_tensor();
  };
  const size_t given = arguments.positional.size();
  if (given > names.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("it takes ", names.size(),
                     " arguments by position, and is called with ", given));
  }
  std::vector<bool> found(names.size());
  absl::Status status;
  for (size_t k = 0; k < given; ++k) {
    found[k] = true;
    arguments.positional[k].ForEachLeaf([&](const Value& leaf) {
      if (is_tensor(leaf) || leaf.is_none() || !status.ok()) return;
      status = absl::InvalidArgumentError(absl::StrCat(
          "only tensors are passed by position, and '", names[k], "' has ",
          leaf.ToString(), "; pass plain values by name"));
    });
  }
  if (!status.ok()) return status;
  for (const auto& [name, argument] : arguments.keyword) {
    const size_t place =
        std::find(names.begin(), names.end(), name) - names.begin();
    if (place == names.size() && !call.takes_others) {
      return absl::InvalidArgumentError(
          absl::StrCat("it takes no argument '", name, "'; it takes ",
                       absl::StrJoin(names, ", ")));
    }
    if (place < names.size() && found[place]) {
      return absl::InvalidArgumentError(
          absl::StrCat("its argument '", name, "' is given twice"));
    }
    if (place < names.size()) found[place] = true;
    bool tensors = false, others = false;
    argument.ForEachLeaf([&](const Value& leaf) {
      tensors = tensors || is_tensor(leaf);
      others = others || !(is_tensor(leaf) || leaf.is_none());
    });
    if (tensors && others) {
      return absl::InvalidArgumentError(absl::StrCat(
          "its argument '", name,
          "' mixes tensors and plain values: ", argument.ToString(),
          "; a nest holds the ones or the "
          "others"));
    }
  }
  for (int k = 0; k < call.required; ++k) {
    if (!found[k]) {
      return absl::InvalidArgumentError(
          absl::StrCat("it is called without its argument '", names[k], "'"));
    }
    if (call.takes_none || !input_spec_.empty()) continue;
    arguments.Find(k, names[k])->ForEachLeaf([&](const Value& leaf) {
      if (!leaf.is_none() || !status.ok()) return;
      status = absl::InvalidArgumentError(absl::StrCat(
          "its argument '", names[k], "' has None where a tensor belongs"));
    });
  }
  return status;
}

// With the first argument by position, if it is given by name.
Arguments Layer::WithFirstArgument(const Arguments& given) const {
  const std::vector<std::string> names = signature().arguments;
  if (!given.positional.empty() || names.empty()) return given;
  Arguments arguments = given;
  std::erase_if(arguments.keyword, [&](auto& entry) {
    if (entry.first != names[0]) return false;
    arguments.positional.push_back(std::move(entry.second));
    return true;
  });
  return arguments;
}

absl::Status Layer::CheckInputs(const Arguments& arguments) const {
  if (input_spec_.empty() || arguments.positional.empty())
    return absl::OkStatus();
  return CheckInputSpec(input_spec_, arguments.positional[0], name_);
}

Value::Entries Layer::TensorArguments(const Arguments& arguments) const {
  const std::vector<std::string> names = signature().arguments;
  Value::Entries found;
  for (size_t k = 0; k < arguments.positional.size(); ++k) {
    if (!arguments.positional[k].tensors().empty())
      found.emplace_back(k < names.size() ? names[k] : "",
                         arguments.positional[k]);
  }
  for (const auto& [name, argument] : arguments.keyword) {
    if (name != "mask" && !argument.tensors().empty())
      found.emplace_back(name, argument);
  }
  return found;
}

// As Keras: where several arguments have tensors, the masks that those of
// `<name>` bear are passed as `<name>_mask`, if the call takes that and is not
// given it.
void Layer::AddMasks(Arguments& arguments) const {
  const Value::Entries tensors = TensorArguments(arguments);
  if (tensors.size() < 2) return;
  const std::vector<std::string> names = signature().arguments;
  for (const auto& [name, argument] : tensors) {
    const std::string taken_as = name + "_mask";
    const auto place = std::find(names.begin(), names.end(), taken_as);
    if (place == names.end()) continue;
    const size_t position = place - names.begin();
    const Value* given = arguments.Find(position, taken_as);
    if (given != nullptr && !given->is_none()) continue;
    bool any = false;
    Value masks = argument.MapLeaves([&](const Value& leaf) {
      if (!leaf.is_tensor()) return Value();
      const Tensor mask = CallScope::Current()->MaskOf(leaf.as_tensor());
      any = any || mask.ok();
      return mask.ok() ? Value(mask) : Value();
    });
    if (!any) continue;
    if (given == nullptr) {
      arguments.keyword.emplace_back(taken_as, std::move(masks));
    } else if (position < arguments.positional.size()) {
      arguments.positional[position] = std::move(masks);
    } else {
      for (auto& [key, value] : arguments.keyword) {
        if (key == taken_as) value = masks;
      }
    }
  }
}

}  // namespace keratin
