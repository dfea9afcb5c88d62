// What changes how a layer computes without changing what it is: quantization,
// adaptation, rematerialization.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "ir/trace/trace.h"
#include "layers/base/issues.h"
#include "layers/base/layer.h"

namespace keratin {
namespace {

absl::Status At(const std::string& path, const absl::Status& status) {
  if (status.ok()) return status;
  return Issues::Within(absl::StrCat("layer '", path, "': "), status);
}

// Elements of all outputs, as Keras counts them: unknown sizes as 1.
int64_t SizeOf(const std::vector<Tensor>& outputs) {
  int64_t size = 0;
  for (const Tensor& output : outputs) {
    if (!output.ok()) continue;
    int64_t elements = 1;
    for (const Dim& dim : output.shape())
      elements *= std::max<int64_t>(dim.AsConstant().value_or(1), 1);
    size += elements;
  }
  return size;
}

}  // namespace

absl::Status Layer::CheckPolicy() const {
  absl::Status remat = RematScope::Check(remat_);
  if (!remat.ok()) return remat;
  const std::string& mode = own_policy_.quantization_mode();
  if (mode.empty()) return absl::OkStatus();
  const std::vector<std::string> modes = quantization_modes();
  if (std::find(modes.begin(), modes.end(), mode) != modes.end())
    return absl::OkStatus();
  return absl::UnimplementedError(absl::StrCat(
      "'dtype' is the quantized dtype policy '", own_policy_.name(),
      "', which is not supported by class '", class_name_, "'"));
}

void Layer::FindPolicy(const std::string& path) {
  absl::StatusOr<DTypePolicy> own = policy_.At(path);
  if (!own.ok()) return Refuse(own.status());
  own_policy_ = *std::move(own);
}

absl::Status Layer::set_dtype_policy(const DTypePolicy& policy) {
  if (!policy.status().ok()) return At(name_, policy.status());
  auto own = policy.At(path_);
  if (!own.ok()) return At(name_, own.status());
  const std::string mode = own->quantization_mode();
  if (built_ && !mode.empty() && quantization_mode().empty()) {
    absl::Status status = Quantize(QuantizationConfig(mode));
    if (!status.ok()) return status;
  }
  if (policy_.is_map() && !policy.is_map() && !path_.empty()) {
    policy_.SetAt(path_, policy);
  } else {
    policy_ = policy;
  }
  own_policy_ = *std::move(own);
  Changed();
  return At(name_, CheckPolicy());
}

absl::Status Layer::Quantize(const QuantizationConfig& config,
                             const QuantizeOptions& options) {
  const std::string& path = path_.empty() ? name_ : path_;
  auto object = ResolveQuantization(config);
  if (!object.ok()) return At(path, object.status());
  const std::string mode = (*object)->mode();
  const std::vector<std::string> modes = quantization_modes();
  if (std::find(modes.begin(), modes.end(), mode) == modes.end()) {
    return At(path, absl::UnimplementedError(absl::StrCat(
                        "class '", class_name_, "' cannot be quantized to ",
                        mode, modes.empty() ? "" : ", only to ",
                        absl::StrJoin(modes, ", "))));
  }
  if (options.type_check && typeid(*this) != quantized_class()) {
    return At(path, absl::UnimplementedError(absl::StrCat(
                        "class '", class_name_,
                        "' is derived from one that can be quantized; if it "
                        "computes the same, quantize it with type_check = "
                        "false")));
  }
  if (!built_) {
    return At(path, absl::FailedPreconditionError(
                        "it cannot be quantized before it is built; call it "
                        "on an Input or on data first"));
  }
  if (!quantization_mode().empty()) {
    return At(path, absl::FailedPreconditionError(absl::StrCat(
                        "it is already quantized, by the dtype policy '",
                        own_policy_.name(), "'")));
  }
  DTypePolicy policy(
      absl::StrCat((*object)->policy_mode(), "_from_", own_policy_.name()));
  if (!policy.status().ok()) return At(path, policy.status());
  locked_ = false;
  absl::Status status = QuantizeWeights(config, policy);
  locked_ = !grows();
  if (!status.ok()) return At(path, status);
  if (policy_.is_map()) {
    policy_.SetAt(path_, policy);
  } else {
    policy_ = policy;
  }
  own_policy_ = std::move(policy);
  Changed();
  return absl::OkStatus();
}

absl::Status Layer::QuantizeWeights(const QuantizationConfig&,
                                    const DTypePolicy&) {
  return absl::UnimplementedError("it has no weights to quantize");
}

absl::Status Layer::EnableLora(const LoraOptions& options) {
  const std::string& path = path_.empty() ? name_ : path_;
  if (!built_) {
    return At(path, absl::FailedPreconditionError(
                        "a low-rank adaptation cannot be enabled before it is "
                        "built; call it on an Input or on data first"));
  }
  locked_ = false;
  absl::Status status = AddLora(options);
  locked_ = !grows();
  Changed();
  return At(path, status);
}

absl::Status Layer::AddLora(const LoraOptions&) {
  return absl::UnimplementedError(
      absl::StrCat("class '", class_name_, "' has no low-rank adaptation"));
}

Value Layer::RematerializedCall(const CallContext& context,
                                const Arguments& arguments) {
  Trace& trace = *Trace::Current();
  const Trace::Position begin = trace.position();
  Value result = CallWith(context, arguments);
  const bool listed =
      std::find(remat_.layer_names.begin(), remat_.layer_names.end(), name_) !=
      remat_.layer_names.end();
  if (remat_.mode == "full" || (remat_.mode == "list_of_layers" && listed) ||
      (remat_.mode == "larger_than" &&
       SizeOf(result.tensors()) > remat_.output_size_threshold)) {
    trace.MarkRematerialized(begin);
  }
  return result;
}

}  // namespace keratin
