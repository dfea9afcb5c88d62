// Value: whatever travels through a call or stands in a configuration: nothing,
// a number, a text, a tensor (of a trace, of a graph, or concrete), or a nest
// of these.
//
// It is what Keras passes around as Python objects. Lists and tuples differ, as
// they do there, in how they are written back.
//
//   Value v = Value::List({x, y});  v.tensors() == {x, y}
#ifndef KERATIN_LAYERS_BASE_VALUE_H_
#define KERATIN_LAYERS_BASE_VALUE_H_

#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"
#include "ir/trace/tensor.h"
#include "layers/base/keras_tensor.h"
#include "runtime/array.h"

namespace keratin {

// A tensor of a model's graph, by the operation that makes it: Keras's
// `keras_history`.
struct TensorReference {
  std::string operation;
  int node = 0;
  int output = 0;

  friend bool operator==(const TensorReference&,
                         const TensorReference&) = default;
  friend auto operator<=>(const TensorReference&,
                          const TensorReference&) = default;
};

class Value {
 public:
  using Items = std::vector<Value>;
  using Entries = std::vector<std::pair<std::string, Value>>;

  Value() = default;
  Value(bool value) : data_(value) {}                        // NOLINT
  Value(int64_t value) : data_(value) {}                     // NOLINT
  Value(int value) : data_(int64_t{value}) {}                // NOLINT
  Value(double value) : data_(value) {}                      // NOLINT
  Value(std::string value) : data_(std::move(value)) {}      // NOLINT
  Value(const char* value) : data_(std::string(value)) {}    // NOLINT
  Value(Tensor value) : data_(std::move(value)) {}           // NOLINT
  Value(TensorReference value) : data_(std::move(value)) {}  // NOLINT
  Value(KerasTensor value) : data_(std::move(value)) {}      // NOLINT
  Value(Array value) : data_(std::move(value)) {}            // NOLINT
  static Value List(Items items) {
    return Value(Sequence{std::move(items), false});
  }
  static Value Tuple(Items items) {
    return Value(Sequence{std::move(items), true});
  }
  static Value Dict(Entries entries) { return Value(std::move(entries)); }

  bool is_none() const { return std::holds_alternative<std::monostate>(data_); }
  bool is_bool() const { return std::holds_alternative<bool>(data_); }
  bool is_int() const { return std::holds_alternative<int64_t>(data_); }
  bool is_double() const { return std::holds_alternative<double>(data_); }
  bool is_number() const { return is_int() || is_double(); }
  bool is_string() const { return std::holds_alternative<std::string>(data_); }
  bool is_tensor() const { return std::holds_alternative<Tensor>(data_); }
  bool is_reference() const {
    return std::holds_alternative<TensorReference>(data_);
  }
  bool is_keras_tensor() const {
    return std::holds_alternative<KerasTensor>(data_);
  }
  bool is_array() const { return std::holds_alternative<Array>(data_); }
  bool is_sequence() const { return std::holds_alternative<Sequence>(data_); }
  bool is_tuple() const {
    return is_sequence() && std::get<Sequence>(data_).tuple;
  }
  bool is_dict() const { return std::holds_alternative<Entries>(data_); }

  // The content; each wants a value of its kind.
  bool as_bool() const { return std::get<bool>(data_); }
  int64_t as_int() const { return std::get<int64_t>(data_); }
  double as_double() const {
    return is_int() ? static_cast<double>(as_int()) : std::get<double>(data_);
  }
  const std::string& as_string() const { return std::get<std::string>(data_); }
  const Tensor& as_tensor() const { return std::get<Tensor>(data_); }
  const TensorReference& as_reference() const {
    return std::get<TensorReference>(data_);
  }
  const KerasTensor& as_keras_tensor() const {
    return std::get<KerasTensor>(data_);
  }
  const Array& as_array() const { return std::get<Array>(data_); }
  const Items& items() const { return std::get<Sequence>(data_).items; }
  const Entries& entries() const { return std::get<Entries>(data_); }
  Entries& entries() { return std::get<Entries>(data_); }

  // The entry of a dictionary; null if it is none, or has no such key.
  const Value* Find(absl::string_view key) const;
  // Sets or adds an entry of a dictionary.
  void Set(const std::string& key, Value value);
  // Takes an entry out of a dictionary, if it has such a key.
  void Remove(absl::string_view key);

  // The tensors in it, lists in order and dictionaries by sorted key.
  std::vector<Tensor> tensors() const;
  std::vector<KerasTensor> keras_tensors() const;
  std::vector<Array> arrays() const;
  // Calls `visit` on each leaf, in the order of tensors().
  void ForEachLeaf(const std::function<void(const Value&)>& visit) const;
  // The same nest with each leaf replaced, in that order.
  Value MapLeaves(const std::function<Value(const Value&)>& map) const;

  // As Python would write it, shortened: for messages.
  std::string ToString() const;

 private:
  struct Sequence {
    Items items;
    bool tuple = false;
  };
  explicit Value(Sequence sequence) : data_(std::move(sequence)) {}
  explicit Value(Entries entries) : data_(std::move(entries)) {}

  std::variant<std::monostate, bool, int64_t, double, std::string, Tensor,
               TensorReference, KerasTensor, Array, Sequence, Entries>
      data_;
};

// The arguments of a call.
struct Arguments {
  std::vector<Value> positional;
  Value::Entries keyword;

  // The argument at a place or of a name; null if it is not given.
  const Value* Find(size_t position, absl::string_view name) const;
  // All tensors, positional ones first.
  std::vector<Tensor> tensors() const;
  // Calls `visit` on each leaf, positional arguments first.
  void ForEachLeaf(const std::function<void(const Value&)>& visit) const;
  Arguments Map(const std::function<Value(const Value&)>& map) const;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_VALUE_H_
