#include "layers/base/value.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace keratin {
namespace {

// Entries in the order of their keys, as Keras flattens dictionaries.
std::vector<const std::pair<std::string, Value>*> Sorted(
    const Value::Entries& entries) {
  std::vector<const std::pair<std::string, Value>*> sorted;
  for (const auto& entry : entries) sorted.push_back(&entry);
  std::sort(sorted.begin(), sorted.end(),
            [](auto* a, auto* b) { return a->first < b->first; });
  return sorted;
}

}  // namespace

const Value* Value::Find(absl::string_view key) const {
  if (!is_dict()) return nullptr;
  for (const auto& [name, value] : entries()) {
    if (key == name) return &value;
  }
  return nullptr;
}

void Value::Set(const std::string& key, Value value) {
  if (!is_dict()) data_ = Entries();
  for (auto& [name, old] : entries()) {
    if (name == key) {
      old = std::move(value);
      return;
    }
  }
  entries().emplace_back(key, std::move(value));
}

void Value::Remove(absl::string_view key) {
  if (!is_dict()) return;
  std::erase_if(entries(),
                [&](const auto& entry) { return key == entry.first; });
}

void Value::ForEachLeaf(const std::function<void(const Value&)>& visit) const {
  if (is_sequence()) {
    for (const Value& item : items()) item.ForEachLeaf(visit);
  } else if (is_dict()) {
    for (const auto* entry : Sorted(entries()))
      entry->second.ForEachLeaf(visit);
  } else {
    visit(*this);
  }
}

std::vector<Tensor> Value::tensors() const {
  std::vector<Tensor> found;
  ForEachLeaf([&](const Value& leaf) {
    if (leaf.is_tensor()) found.push_back(leaf.as_tensor());
  });
  return found;
}

std::vector<KerasTensor> Value::keras_tensors() const {
  std::vector<KerasTensor> found;
  ForEachLeaf([&](const Value& leaf) {
    if (leaf.is_keras_tensor()) found.push_back(leaf.as_keras_tensor());
  });
  return found;
}

std::vector<Array> Value::arrays() const {
  std::vector<Array> found;
  ForEachLeaf([&](const Value& leaf) {
    if (leaf.is_array()) found.push_back(leaf.as_array());
  });
  return found;
}

Value Value::MapLeaves(const std::function<Value(const Value&)>& map) const {
  if (is_sequence()) {
    Items mapped;
    for (const Value& item : items()) mapped.push_back(item.MapLeaves(map));
    return is_tuple() ? Tuple(std::move(mapped)) : List(std::move(mapped));
  }
  if (is_dict()) {
    Entries mapped = entries();
    for (const auto* entry : Sorted(entries())) {
      const size_t place = entry - entries().data();
      mapped[place].second = entry->second.MapLeaves(map);
    }
    return Dict(std::move(mapped));
  }
  return map(*this);
}

std::string Value::ToString() const {
  if (is_none()) return "None";
  if (is_bool()) return as_bool() ? "True" : "False";
  if (is_int()) return absl::StrCat(as_int());
  if (is_double()) return absl::StrCat(as_double());
  if (is_string()) return absl::StrCat("'", as_string().substr(0, 80), "'");
  if (is_tensor()) {
    return absl::StrCat("tensor", as_tensor().shape().ToString());
  }
  if (is_keras_tensor()) return as_keras_tensor().ToString();
  if (is_array()) return as_array().ToString();
  if (is_reference())
    return absl::StrCat("output of ", as_reference().operation);
  std::string text;
  int shown = 0;
  if (is_dict()) {
    for (const auto& [key, value] : entries()) {
      if (++shown > 6) break;
      absl::StrAppend(&text, shown > 1 ? ", '" : "'", key,
                      "': ", value.ToString());
    }
    return absl::StrCat("{", text, shown > 6 ? ", ...}" : "}");
  }
  for (const Value& item : items()) {
    if (++shown > 8) break;
    absl::StrAppend(&text, shown > 1 ? ", " : "", item.ToString());
  }
  if (shown > 8) absl::StrAppend(&text, ", ...");
  return is_tuple() ? absl::StrCat("(", text, ")")
                    : absl::StrCat("[", text, "]");
}

const Value* Arguments::Find(size_t position, absl::string_view name) const {
  if (position < positional.size()) return &positional[position];
  for (const auto& [key, value] : keyword) {
    if (name == key) return &value;
  }
  return nullptr;
}

std::vector<Tensor> Arguments::tensors() const {
  std::vector<Tensor> all;
  ForEachLeaf([&](const Value& leaf) {
    if (leaf.is_tensor()) all.push_back(leaf.as_tensor());
  });
  return all;
}

void Arguments::ForEachLeaf(
    const std::function<void(const Value&)>& visit) const {
  for (const Value& value : positional) value.ForEachLeaf(visit);
  for (const auto& [key, value] : keyword) value.ForEachLeaf(visit);
}

Arguments Arguments::Map(const std::function<Value(const Value&)>& map) const {
  Arguments mapped;
  for (const Value& value : positional) {
    mapped.positional.push_back(value.MapLeaves(map));
  }
  for (const auto& [key, value] : keyword) {
    mapped.keyword.emplace_back(key, value.MapLeaves(map));
  }
  return mapped;
}

}  // namespace keratin
