#include "layers/base/fields.h"

#include <algorithm>
#include <utility>

namespace keratin {
namespace {

absl::Status Wrong(const char* expected, const Value& value) {
  return absl::InvalidArgumentError(
      absl::StrCat("must be ", expected, ", not ", value.ToString()));
}

}  // namespace

absl::Status Read(const Value& value, bool& field) {
  if (!value.is_bool()) return Wrong("True or False", value);
  field = value.as_bool();
  return absl::OkStatus();
}

absl::Status Read(const Value& value, int64_t& field) {
  if (!value.is_int()) return Wrong("an integer", value);
  field = value.as_int();
  return absl::OkStatus();
}

absl::Status Read(const Value& value, double& field) {
  if (!value.is_number()) return Wrong("a number", value);
  field = value.as_double();
  return absl::OkStatus();
}

absl::Status Read(const Value& value, std::string& field) {
  if (!value.is_string()) return Wrong("a text", value);
  field = value.as_string();
  return absl::OkStatus();
}

absl::Status Read(const Value& value, Value& field) {
  field = value;
  return absl::OkStatus();
}

absl::Status Read(const Value& value, std::vector<int64_t>& field) {
  if (value.is_int()) {
    field = {value.as_int()};
    return absl::OkStatus();
  }
  if (!value.is_sequence()) return Wrong("a list of integers", value);
  field.clear();
  for (const Value& item : value.items()) {
    if (!item.is_int()) return Wrong("a list of integers", value);
    field.push_back(item.as_int());
  }
  return absl::OkStatus();
}

Value Written(const std::vector<int64_t>& field) {
  Value::Items items(field.begin(), field.end());
  return Value::List(std::move(items));
}

absl::Status Read(const Value& value,
                  std::vector<std::optional<int64_t>>& field) {
  field.clear();
  const Value::Items items =
      value.is_sequence() ? value.items() : Value::Items{value};
  for (const Value& item : items) {
    if (!item.is_int() && !(item.is_none() && value.is_sequence()))
      return Wrong("a list of sizes", value);
    field.push_back(item.is_int() ? std::optional<int64_t>(item.as_int())
                                  : std::nullopt);
  }
  return absl::OkStatus();
}

Value Written(const std::vector<std::optional<int64_t>>& field) {
  Value::Items items;
  for (const std::optional<int64_t>& size : field)
    items.push_back(Written(size));
  return Value::List(std::move(items));
}

absl::Status CheckPositive(const char* field, int64_t value) {
  if (value > 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("'", field, "' must be a positive integer, not ", value));
}

int64_t Ints::largest() const {
  return values_.empty() ? 0
                         : *std::max_element(values_.begin(), values_.end());
}

absl::Status Ints::Spread(const char* field, int count, int64_t least) {
  const std::vector<int64_t> given = values_;
  if (values_.size() == 1) values_.resize(count, values_.front());
  if (static_cast<int>(values_.size()) == count &&
      *std::min_element(values_.begin(), values_.end()) >= least)
    return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "'", field, "' must be ",
      least > 0 ? "a positive integer" : "an integer not below 0",
      count == 1 ? "" : absl::StrCat(", or ", count, " of them"), ", not ",
      (given.size() == 1 ? Value(given[0]) : Written(Ints(given))).ToString()));
}

absl::Status Read(const Value& value, Ints& field) {
  std::vector<int64_t> values;
  absl::Status status =
      value.is_none() ? absl::OkStatus() : Read(value, values);
  if (status.ok()) field = Ints(std::move(values));
  return status;
}

Value Written(const Ints& field) {
  return field.is_none() ? Value() : Written(field.values());
}

absl::Status Read(const Value& value, Axis& field) {
  field.is_list_ = value.is_sequence();
  return Read(value, field.axes_);
}

Value Written(const Axis& field) {
  return field.is_list_ || field.axes_.size() != 1 ? Written(field.axes_)
                                                   : Value(field.axes_[0]);
}

Fields& Fields::Written(const char* key, const Value& value) {
  if (!reading() && written_.Find(key) == nullptr) written_.Set(key, value);
  return *this;
}

Fields& Fields::Legacy(const char* key) {
  if (reading()) read_.insert(key);
  return *this;
}

Fields& Fields::Required(const char* key) {
  if (reading() && status_.ok() && config_->Find(key) == nullptr) {
    status_ = absl::InvalidArgumentError(
        absl::StrCat("the configuration lacks '", key, "'"));
  }
  return *this;
}

Fields& Fields::Only(const char* key, const Value& only) {
  if (!reading()) {
    written_.Set(key, only);
    return *this;
  }
  read_.insert(key);
  const Value* value = config_->Find(key);
  if (value != nullptr && status_.ok() &&
      value->ToString() != only.ToString()) {
    status_ = absl::UnimplementedError(
        absl::StrCat("'", key, "' = ", value->ToString(),
                     " is not supported, only ", only.ToString()));
  }
  return *this;
}

std::vector<std::string> Fields::UnreadKeys() const {
  std::vector<std::string> unread;
  if (!reading() || !config_->is_dict()) return unread;
  for (const auto& [key, value] : config_->entries()) {
    if (!read_.contains(key)) unread.push_back(key);
  }
  return unread;
}

}  // namespace keratin
