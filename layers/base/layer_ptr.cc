#include "layers/base/layer_ptr.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace keratin {

absl::Status Read(const Value& value, LayerPtr& field) {
  field = LayerPtr();
  if (value.is_none()) return absl::OkStatus();
  absl::StatusOr<std::unique_ptr<Layer>> layer =
      LayerRegistry::Deserialize(value);
  if (!layer.ok()) return layer.status();
  field = LayerPtr(std::shared_ptr<Layer>(*std::move(layer)));
  return absl::OkStatus();
}

Value Written(const LayerPtr& field) {
  return field ? LayerRegistry::Serialize(*field) : Value();
}

absl::Status Check(const LayerPtr& field) {
  if (!field || field->status().ok()) return absl::OkStatus();
  return absl::Status(field->status().code(),
                      absl::StrCat("is wrong: ", field->status().message()));
}

absl::Status Read(const Value& value, std::vector<LayerPtr>& field) {
  if (!value.is_sequence()) {
    return absl::InvalidArgumentError(
        absl::StrCat("must be a list of layers, not ", value.ToString()));
  }
  field.clear();
  for (const Value& item : value.items()) {
    absl::Status status = Read(item, field.emplace_back());
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

Value Written(const std::vector<LayerPtr>& field) {
  Value::Items layers;
  for (const LayerPtr& layer : field) layers.push_back(Written(layer));
  return Value::List(std::move(layers));
}

absl::Status Check(const std::vector<LayerPtr>& field) {
  for (const LayerPtr& layer : field) {
    absl::Status status = Check(layer);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace keratin
