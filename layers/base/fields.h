// Fields: the description of a configuration, written once.
//
// A layer names its fields in Describe; the same lines read them from a
// configuration (a missing one keeps its value, one of a wrong kind is an
// error) and write them into one. Keys that no field reads are reported.
//
//   void Describe(Fields& f) override {
//     f("units", units_)("activation", activation_)("use_bias", use_bias_);
//   }
#ifndef KERATIN_LAYERS_BASE_FIELDS_H_
#define KERATIN_LAYERS_BASE_FIELDS_H_

#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "layers/base/value.h"
#include "runtime/dtype.h"

namespace keratin {

// From and to configuration values; each kind of field has a pair of these.
absl::Status Read(const Value& value, bool& field);
absl::Status Read(const Value& value, int64_t& field);
absl::Status Read(const Value& value, double& field);
absl::Status Read(const Value& value, std::string& field);
absl::Status Read(const Value& value, Value& field);
absl::Status Read(const Value& value, std::vector<int64_t>& field);
// Sizes of a shape; None is one that is not known.
absl::Status Read(const Value& value,
                  std::vector<std::optional<int64_t>>& field);
inline Value Written(bool field) { return field; }
inline Value Written(int64_t field) { return field; }
inline Value Written(double field) { return field; }
inline Value Written(const std::string& field) { return field; }
inline Value Written(const Value& field) { return field; }
Value Written(const std::vector<int64_t>& field);
Value Written(const std::vector<std::optional<int64_t>>& field);

template <typename T>
absl::Status Read(const Value& value, std::optional<T>& field) {
  if (value.is_none()) {
    field.reset();
    return absl::OkStatus();
  }
  T content{};
  absl::Status status = Read(value, content);
  if (status.ok()) field = std::move(content);
  return status;
}
template <typename T>
Value Written(const std::optional<T>& field) {
  return field.has_value() ? Written(*field) : Value();
}

// Whether a field that was made in C++ is good; kinds that can be made wrong
// have a function of their own.
template <typename T>
absl::Status Check(const T&) {
  return absl::OkStatus();
}

// An error of the field of that name unless its value is positive.
absl::Status CheckPositive(const char* field, int64_t value);

// An integer or several, always written as a list; or none. Keras: 2 or (2, 2)
// or None.
class Ints {
 public:
  Ints() = default;                                                  // none
  Ints(int64_t value) : values_{value} {}                            // NOLINT
  Ints(std::initializer_list<int64_t> values) : values_(values) {}   // NOLINT
  Ints(std::vector<int64_t> values) : values_(std::move(values)) {}  // NOLINT

  bool is_none() const { return values_.empty(); }
  const std::vector<int64_t>& values() const { return values_; }
  int64_t operator[](int place) const { return values_[place]; }
  int64_t largest() const;  // 0 if there is none

  // Makes one integer `count` of them; an error that begins with the name of
  // the field if there are then not as many, or one is less than `least`.
  // Keras: standardize_tuple.
  absl::Status Spread(const char* field, int count, int64_t least = 1);

 private:
  std::vector<int64_t> values_;
};
absl::Status Read(const Value& value, Ints& field);
Value Written(const Ints& field);

// An axis or several, written as it was given. Keras: axis=-1 or (1, 2).
class Axis {
 public:
  Axis() = default;                // none, where one is required
  Axis(int axis) : axes_{axis} {}  // NOLINT(google-explicit-constructor)
  Axis(std::initializer_list<int64_t> axes) : axes_(axes), is_list_(true) {}
  explicit Axis(std::vector<int64_t> axes)
      : axes_(std::move(axes)), is_list_(true) {}
  const std::vector<int64_t>& axes() const { return axes_; }
  // From now on written as a list, as some layers do once they are built.
  void MakeList() { is_list_ = true; }

  friend absl::Status Read(const Value& value, Axis& field);
  friend Value Written(const Axis& field);

 private:
  std::vector<int64_t> axes_;
  bool is_list_ = false;
};
absl::Status Read(const Value& value, Axis& field);
Value Written(const Axis& field);

// Found for each kind of field beside its definition.
template <typename T>
Value WrittenOf(const T& field) {
  return Written(field);
}

class Fields {
 public:
  // Reads from a configuration.
  explicit Fields(const Value& config) : config_(&config) {}
  // Writes into a new one; its status says which field was made wrong.
  Fields() = default;

  bool reading() const { return config_ != nullptr; }

  template <typename T>
  Fields& operator()(const char* key, T& field) {
    if (!reading()) {
      absl::Status status = Check(field);
      if (!status.ok() && status_.ok()) {
        status_ = absl::Status(status.code(),
                               absl::StrCat("'", key, "' ", status.message()));
      }
      written_.Set(key, ::keratin::WrittenOf(field));
      return *this;
    }
    read_.insert(key);
    const Value* value = config_->Find(key);
    if (value == nullptr || !status_.ok()) return *this;
    absl::Status status = Read(*value, field);
    if (!status.ok()) {
      status_ = absl::Status(status.code(),
                             absl::StrCat("'", key, "' ", status.message()));
    }
    return *this;
  }

  // A key that has no default: an error where the configuration lacks it.
  Fields& Required(const char* key);
  // A key that is written in every configuration, with that value unless
  // something else wrote it before.
  Fields& Written(const char* key, const Value& value);
  // A key that older files have and that means nothing now.
  Fields& Legacy(const char* key);
  // A key that is read and kept, but only its default `only` is supported.
  Fields& Only(const char* key, const Value& only);

  const absl::Status& status() const { return status_; }
  // The written configuration.
  Value TakeConfig() { return std::move(written_); }
  // Keys of the configuration that no field has read.
  std::vector<std::string> UnreadKeys() const;

 private:
  const Value* config_ = nullptr;
  Value written_ = Value::Dict({});
  std::set<std::string> read_;
  absl::Status status_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_FIELDS_H_
