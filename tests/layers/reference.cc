#include "tests/layers/reference.h"

#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "layers/saving/json.h"

namespace keratin {

Value Reference(const std::string& path) {
  static const auto* all = [] {
    // Whichever the test has.
    Value::Entries entries;
    for (const char* name :
         {"reference.json", "state_reference.json",
          "quantization_reference.json", "policy_reference.json",
          "summary_reference.json", "model_reference.json"}) {
      std::ifstream file(absl::StrCat("tests/layers/", name));
      if (!file) continue;
      std::stringstream text;
      text << file.rdbuf();
      auto parsed = ParseJson(text.str(), name);
      if (!parsed.ok() || !parsed->is_dict()) continue;
      for (auto& entry : parsed->entries()) entries.push_back(std::move(entry));
    }
    return new Value(Value::Dict(std::move(entries)));
  }();
  const Value* at = all;
  for (const auto& key : absl::StrSplit(path, '/')) {
    at = at == nullptr ? nullptr : at->Find(key);
  }
  if (at != nullptr) return *at;
  // Compared with anything, this differs.
  std::fprintf(stderr,
               "the references have no '%s'; regenerate them: "
               "KERAS_BACKEND=jax python tests/layers/make_reference.py, "
               "make_state_reference.py, make_quantization_reference.py, "
               "make_policy_reference.py, make_summary_reference.py or "
               "make_model_reference.py\n",
               path.c_str());
  return Value(absl::StrCat("no reference ", path));
}

std::string FirstDifference(const Value& got, const Value& want,
                            const std::string& at) {
  const std::string both =
      absl::StrCat(at, ": got ", got.ToString(), ", Keras ", want.ToString());
  if (got.is_dict() && want.is_dict()) {
    for (const auto& [key, value] : want.entries()) {
      const Value* mine = got.Find(key);
      if (mine == nullptr) return absl::StrCat(at, "/", key, ": is missing");
      std::string below =
          FirstDifference(*mine, value, absl::StrCat(at, "/", key));
      if (!below.empty()) return below;
    }
    for (const auto& [key, value] : got.entries()) {
      if (want.Find(key) == nullptr)
        return absl::StrCat(at, "/", key, ": Keras has none");
    }
    return "";
  }
  if (got.is_sequence() && want.is_sequence()) {
    if (got.items().size() != want.items().size()) return both;
    for (size_t k = 0; k < got.items().size(); ++k) {
      std::string below = FirstDifference(got.items()[k], want.items()[k],
                                          absl::StrCat(at, "/", k));
      if (!below.empty()) return below;
    }
    return "";
  }
  if (got.is_number() && want.is_number())
    return got.as_double() == want.as_double() ? "" : both;
  return got.ToString() == want.ToString() && got.is_dict() == want.is_dict()
             ? ""
             : both;
}

std::string FarFrom(const Array& got, const Value& want, double tolerance) {
  const Value::Items items =
      want.is_sequence() ? want.items() : Value::Items{want};
  if (got.elements() != static_cast<int64_t>(items.size()))
    return absl::StrCat(got.elements(), " elements, Keras ", items.size());
  for (int64_t k = 0; k < got.elements(); ++k) {
    const double expected = items[k].as_double();
    if (!(std::abs(got.AtFlat(k) - expected) <= tolerance))
      return absl::StrCat("element ", k, " is ", got.AtFlat(k), ", Keras ",
                          expected);
  }
  return "";
}

Array ArrayOf(const Value& recorded) {
  std::vector<int64_t> sizes;
  for (const Value& size : recorded.Find("shape")->items())
    sizes.push_back(size.as_int());
  std::vector<double> data;
  for (const Value& number : recorded.Find("data")->items())
    data.push_back(number.is_none() ? std::nan("") : number.as_double());
  const DType dtype = *ParseDType(recorded.Find("dtype")->as_string());
  return *Array::FromVector<double>(sizes, data).Cast(dtype);
}

std::vector<Array> ArraysOf(const Value& recorded) {
  std::vector<Array> arrays;
  for (const Value& one : recorded.items()) arrays.push_back(ArrayOf(one));
  return arrays;
}

std::vector<std::string> StringsOf(const Value& recorded) {
  std::vector<std::string> strings;
  for (const Value& one : recorded.items()) strings.push_back(one.as_string());
  return strings;
}

}  // namespace keratin
