#include "layers/saving/json.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace keratin {
namespace {

constexpr int kMaxDepth = 512;

// Python writes numbers that JSON lacks by these words.
struct NumberWord {
  absl::string_view word;
  double value;
};
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr NumberWord kNumberWords[] = {
    {"NaN", std::numeric_limits<double>::quiet_NaN()},
    {"Infinity", kInfinity},
    {"-Infinity", -kInfinity}};
// What a string begins with that stands for such a word.
constexpr char kMark = '\x01';

// The text as JSON: each of those words, outside strings, as a marked string.
std::string MarkNumberWords(absl::string_view text) {
  std::string marked;
  bool in_string = false;
  while (!text.empty()) {
    const NumberWord* found = nullptr;
    if (!in_string) {
      for (const NumberWord& number : kNumberWords) {
        if (absl::StartsWith(text, number.word)) found = &number;
      }
    }
    size_t taken = 1;
    if (found != nullptr) {
      absl::StrAppend(&marked, "\"\\u0001", found->word, "\"");
      taken = found->word.size();
    } else {
      if (text[0] == '"') in_string = !in_string;
      if (in_string && text[0] == '\\' && text.size() > 1) taken = 2;
      absl::StrAppend(&marked, text.substr(0, taken));
    }
    text.remove_prefix(taken);
  }
  return marked;
}

// Builds Values as the text is read, so that no depth of nesting can exhaust
// the stack.
class Reader : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return Add(Value()); }
  bool boolean(bool value) override { return Add(Value(value)); }
  bool number_integer(number_integer_t value) override {
    return Add(Value(static_cast<int64_t>(value)));
  }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > std::numeric_limits<int64_t>::max())
      return Add(Value(static_cast<double>(value)));
    return Add(Value(static_cast<int64_t>(value)));
  }
  bool number_float(number_float_t value, const string_t&) override {
    return Add(Value(static_cast<double>(value)));
  }
  bool string(string_t& value) override {
    if (!value.empty() && value[0] == kMark) {
      for (const NumberWord& number : kNumberWords) {
        if (absl::string_view(value).substr(1) == number.word)
          return Add(Value(number.value));
      }
    }
    return Add(Value(std::string(value)));
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return Open(true); }
  bool start_array(std::size_t) override { return Open(false); }
  bool key(string_t& value) override {
    if (!value.empty() && value[0] == kMark) {
      error_ =
          absl::StrCat("has the key ", value.substr(1), ", which is no string");
      return false;
    }
    stack_.back().keys.push_back(value);
    return true;
  }
  bool end_object() override {
    Frame frame = Pop();
    Value::Entries entries;
    for (size_t k = 0; k < frame.items.size(); ++k)
      entries.emplace_back(std::move(frame.keys[k]), std::move(frame.items[k]));
    return Add(Value::Dict(std::move(entries)));
  }
  bool end_array() override { return Add(Value::List(Pop().items)); }
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::json::exception&) override {
    if (error_.empty()) error_ = absl::StrCat("is not JSON at byte ", position);
    return false;
  }

  const std::string& error() const { return error_; }
  Value Take() { return std::move(result_); }

 private:
  struct Frame {
    bool is_object;
    std::vector<std::string> keys;
    Value::Items items;
  };
  bool Open(bool is_object) {
    if (stack_.size() >= kMaxDepth) {
      error_ = absl::StrCat("is nested deeper than ", kMaxDepth, " levels");
      return false;
    }
    stack_.push_back({is_object, {}, {}});
    return true;
  }
  Frame Pop() {
    Frame frame = std::move(stack_.back());
    stack_.pop_back();
    return frame;
  }
  bool Add(Value value) {
    if (stack_.empty()) {
      result_ = std::move(value);
    } else {
      stack_.back().items.push_back(std::move(value));
    }
    return true;
  }

  std::vector<Frame> stack_;
  Value result_;
  std::string error_;
};

void Append(const Value& value, std::string& text) {
  if (value.is_none()) {
    text += "null";
  } else if (value.is_bool()) {
    text += value.as_bool() ? "true" : "false";
  } else if (value.is_int()) {
    absl::StrAppend(&text, value.as_int());
  } else if (value.is_double() && !std::isfinite(value.as_double())) {
    text += std::isnan(value.as_double()) ? "NaN"
            : value.as_double() > 0       ? "Infinity"
                                          : "-Infinity";
  } else if (value.is_double()) {
    // The shortest text that is this number again, and a float.
    text += nlohmann::json(value.as_double()).dump();
  } else if (value.is_string()) {
    text += nlohmann::json(value.as_string())
                .dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  } else if (value.is_dict()) {
    text += "{";
    bool first = true;
    for (const auto& [key, entry] : value.entries()) {
      if (!std::exchange(first, false)) text += ", ";
      Append(Value(key), text);
      text += ": ";
      Append(entry, text);
    }
    text += "}";
  } else if (value.is_sequence()) {
    text += "[";
    for (size_t k = 0; k < value.items().size(); ++k) {
      if (k > 0) text += ", ";
      Append(value.items()[k], text);
    }
    text += "]";
  } else {
    text += "null";  // a tensor has no place in a configuration
  }
}

}  // namespace

std::string WriteJson(const Value& value) {
  std::string text;
  Append(value, text);
  return text;
}

absl::StatusOr<Value> ParseJson(const std::string& text,
                                const std::string& what) {
  Reader reader;
  if (!nlohmann::json::sax_parse(MarkNumberWords(text), &reader) ||
      !reader.error().empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        what, " ", reader.error().empty() ? "is not JSON" : reader.error()));
  }
  return reader.Take();
}

}  // namespace keratin
