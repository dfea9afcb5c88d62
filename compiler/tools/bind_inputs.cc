#include "compiler/tools/bind_inputs.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "compiler/tools/image.h"

namespace keratin::tools {
namespace {

const Array* Find(const NamedArrays& arrays, absl::string_view name) {
  for (const auto& [key, array] : arrays)
    if (key == name) return &array;
  return nullptr;
}

std::string Quoted(absl::Span<const std::string> names) {
  if (names.empty()) return "none";
  const size_t shown = std::min<size_t>(names.size(), 8);
  std::string list = absl::StrJoin(names.subspan(0, shown), ", ",
                                   [](std::string* out, const std::string& n) {
                                     absl::StrAppend(out, "\"", n, "\"");
                                   });
  if (shown < names.size())
    absl::StrAppend(&list, " and ", names.size() - shown, " more");
  return list;
}

}  // namespace

absl::StatusOr<std::vector<Array>> BindInputs(
    absl::string_view source, const NamedArrays& arrays,
    absl::Span<const TensorSpec> inputs) {
  std::vector<std::string> names;
  std::vector<std::string> numbers;
  std::vector<std::string> numpy_names;
  for (size_t i = 0; i < inputs.size(); ++i) {
    names.push_back(inputs[i].name);
    numbers.push_back(absl::StrCat(i));
    numpy_names.push_back(absl::StrCat("arr_", i));
  }
  // The scheme of which most is there; by name where none is.
  const std::vector<std::string>* best = nullptr;
  ptrdiff_t most = -1;
  for (const auto* scheme : {&names, &numbers, &numpy_names}) {
    const ptrdiff_t found = std::count_if(
        scheme->begin(), scheme->end(),
        [&](const auto& name) { return Find(arrays, name) != nullptr; });
    if (found > most) {
      most = found;
      best = scheme;
    }
  }
  std::vector<std::string> missing;
  std::vector<Array> bound;
  for (const std::string& name : *best) {
    if (const Array* array = Find(arrays, name)) {
      bound.push_back(*array);
    } else {
      missing.push_back(name);
    }
  }
  std::vector<std::string> surplus;
  for (const auto& [key, array] : arrays) {
    if (std::find(best->begin(), best->end(), key) == best->end())
      surplus.push_back(key);
  }
  if (missing.empty() && surplus.empty()) return bound;
  std::string message =
      absl::StrCat(source, " does not fit the model's inputs");
  if (!missing.empty())
    absl::StrAppend(&message, ": missing ", Quoted(missing));
  if (!surplus.empty()) {
    absl::StrAppend(&message, missing.empty() ? ": surplus " : "; surplus ",
                    Quoted(surplus));
  }
  absl::StrAppend(&message, " (the inputs are ", Quoted(names),
                  "; name the arrays so, or 0, 1, ..., or arr_0, arr_1, ...)");
  return absl::InvalidArgumentError(message);
}

absl::StatusOr<std::vector<Array>> BindInputsBesideOut(
    absl::string_view source, NamedArrays arrays,
    absl::Span<const TensorSpec> inputs) {
  const bool is_input =
      std::any_of(inputs.begin(), inputs.end(),
                  [](const TensorSpec& input) { return input.name == "out"; });
  if (!is_input) {
    arrays.erase(std::remove_if(arrays.begin(), arrays.end(),
                                [](const auto& a) { return a.first == "out"; }),
                 arrays.end());
  }
  return BindInputs(source, arrays, inputs);
}

absl::StatusOr<std::vector<Array>> ReadInputs(
    const std::string& npz, absl::Span<const std::string> files,
    absl::Span<const TensorSpec> inputs) {
  NamedArrays arrays;
  if (!npz.empty()) {
    absl::StatusOr<NamedArrays> read = ReadNpz(npz);
    if (!read.ok()) return read.status();
    if (files.empty()) return BindInputs(npz, *read, inputs);
    arrays = *std::move(read);
  }
  for (const std::string& file : files) {
    const size_t equals = file.find('=');
    const std::string name = file.substr(0, equals);
    const std::string path =
        equals == std::string::npos ? "" : file.substr(equals + 1);
    if (name.empty() || path.empty()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--input=", file, " must be --input=NAME=FILE.npy or NAME=FILE.png"));
    }
    const auto input =
        std::find_if(inputs.begin(), inputs.end(),
                     [&](const TensorSpec& spec) { return spec.name == name; });
    if (input == inputs.end()) {
      std::vector<std::string> names;
      for (const TensorSpec& spec : inputs) names.push_back(spec.name);
      return absl::InvalidArgumentError(
          absl::StrCat("the model has no input \"", name, "\"; its inputs are ",
                       Quoted(names)));
    }
    if (Find(arrays, name) != nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat("input \"", name, "\" is given twice"));
    }
    absl::StatusOr<Array> array = absl::EndsWithIgnoreCase(path, ".png")
                                      ? ReadPngFor(path, *input)
                                      : ReadNpy(path);
    if (!array.ok()) return array.status();
    arrays.emplace_back(name, *std::move(array));
  }
  return BindInputs(npz.empty() ? "--input" : npz, arrays, inputs);
}

NamedArrays Numbered(absl::Span<const Array> arrays) {
  NamedArrays numbered;
  for (size_t i = 0; i < arrays.size(); ++i)
    numbered.emplace_back(absl::StrCat(i), arrays[i]);
  return numbered;
}

}  // namespace keratin::tools
