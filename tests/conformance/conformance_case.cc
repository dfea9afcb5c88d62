#include "tests/conformance/conformance_case.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "runtime/npy.h"

namespace keratin::conformance {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::string Text(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>()
                                                   : "";
}

std::vector<std::string> Texts(const Json& json, const char* key) {
  std::vector<std::string> texts;
  const auto found = json.find(key);
  if (found == json.end() || !found->is_array()) return texts;
  for (const Json& item : *found)
    texts.push_back(item.is_string() ? item.get<std::string>() : "");
  return texts;
}

// Of a note that says "call quantize('int8')".
std::string ModeOf(const std::string& note) {
  const std::string call = "call quantize('";
  const size_t at = note.find(call);
  if (at == std::string::npos) return "";
  const size_t begin = at + call.size();
  return note.substr(begin, note.find('\'', begin) - begin);
}

// A step after loading that is not taken.
std::string MissingStep(const Case& c) {
  return c.Has("steps.jsonl") || c.Has("optimizer.json") ? "training steps"
                                                         : "";
}

}  // namespace

bool Case::Has(const std::string& name) const {
  std::error_code error;
  return fs::exists(File(name), error);
}

absl::StatusOr<std::vector<std::string>> FindCases(const std::string& root) {
  std::vector<std::string> folders;
  std::error_code error;
  fs::recursive_directory_iterator it(
      root, fs::directory_options::follow_directory_symlink, error);
  if (error) {
    return absl::NotFoundError(
        absl::StrCat("cannot read ", root, ": ", error.message()));
  }
  for (const fs::recursive_directory_iterator end; it != end;) {
    const fs::path path = it->path();
    if (path.filename() == "case.json")
      folders.push_back(path.parent_path().string());
    it.increment(error);
    if (error) {
      return absl::UnavailableError(
          absl::StrCat("cannot read what is in or after ", path.string(), ": ",
                       error.message()));
    }
  }
  if (folders.empty()) {
    return absl::NotFoundError(absl::StrCat(
        "there is no case in ", root, ": no folder in it holds a case.json"));
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

absl::StatusOr<Case> ReadCase(const std::string& folder) {
  Case c;
  c.folder = folder;
  std::ifstream file(c.File("case.json"));
  const Json json = Json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    return absl::DataLossError(
        absl::StrCat(c.File("case.json"), " is not a JSON object"));
  }
  c.id = Text(json, "id");
  c.layer = Text(json, "layer");
  for (const char* key : {"rtol", "atol"}) {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_number()) {
      return absl::DataLossError(
          absl::StrCat(c.File("case.json"), " has no number \"", key, "\""));
    }
  }
  c.rtol = json["rtol"].get<double>();
  c.atol = json["atol"].get<double>();
  const auto training = json.find("training");
  if (c.id.empty() || c.layer.empty() || training == json.end() ||
      !training->is_boolean()) {
    return absl::DataLossError(absl::StrCat(
        c.File("case.json"), " lacks one of \"id\", \"layer\", \"training\""));
  }
  c.training = training->get<bool>();
  c.note = Text(json, "note");
  c.input_dtypes = Texts(json, "input_dtypes");
  c.output_dtypes = Texts(json, "output_dtypes");
  c.quantize = ModeOf(c.note);
  c.missing_step = MissingStep(c);
  return c;
}

absl::StatusOr<std::vector<Array>> ReadNumbered(const std::string& path,
                                                const std::string& prefix) {
  absl::StatusOr<NamedArrays> read = ReadNpz(path);
  if (!read.ok()) return read.status();
  std::vector<Array> arrays;
  for (size_t i = 0;; ++i) {
    const std::string name = absl::StrCat(prefix, i);
    const auto found =
        std::find_if(read->begin(), read->end(),
                     [&](const auto& entry) { return entry.first == name; });
    if (found == read->end()) break;
    arrays.push_back(found->second);
  }
  const auto ours = std::count_if(
      read->begin(), read->end(),
      [&](const auto& e) { return absl::StartsWith(e.first, prefix); });
  if (static_cast<size_t>(ours) != arrays.size()) {
    return absl::DataLossError(absl::StrCat(
        path, " does not number its arrays ", prefix, "0, ", prefix, "1, ..."));
  }
  return arrays;
}

}  // namespace keratin::conformance
