// Our half of round_trip.py: writes the layer of every contract case as a
// model with inputs and outputs, and loads what the real Keras saved of it.
//
//   round_trip write FOLDER
//   round_trip check FOLDER
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "compiler/api/keratin.h"
#include "runtime/npy.h"
#include "tests/layers/contract.h"

namespace keratin {
namespace {

// FOLDER/Conv2D_channels_first
std::string PathOf(const std::string& folder, std::string name) {
  std::replace(name.begin(), name.end(), '/', '_');
  return absl::StrCat(folder, "/", name);
}

std::vector<Array> InputsOf(const std::string& name) {
  std::vector<Array> arrays;
  ConcreteArguments(name).ForEachLeaf(
      [&](const Value& leaf) { arrays.push_back(leaf.as_array()); });
  return arrays;
}

NamedArrays Numbered(const std::vector<Array>& arrays) {
  NamedArrays named;
  for (const Array& array : arrays)
    named.emplace_back(absl::StrCat(named.size()), array);
  return named;
}

absl::StatusOr<std::vector<Array>> OutputsOf(Model& model,
                                             const std::vector<Array>& inputs) {
  auto results = model.CallOnArrays(
      {{Value::List(Value::Items(inputs.begin(), inputs.end()))}, {}});
  if (!results.ok()) return results.status();
  return results->outputs.arrays();
}

absl::Status Write(const std::string& folder, const std::string& name) {
  const LayerPtr layer = MakeContractLayer(name);
  const Arguments inputs = SymbolicArguments(name);
  Value::Items tensors;
  inputs.ForEachLeaf([&](const Value& leaf) { tensors.push_back(leaf); });
  auto model =
      MakeModel(Value::List(tensors), layer(inputs), {.name = "model"});
  if (!model.ok()) return model.status();
  const std::string path = PathOf(folder, name);
  absl::Status status = Save(**model, path + ".keras");
  if (!status.ok()) return status;
  const std::vector<Array> data = InputsOf(name);
  auto outputs = OutputsOf(**model, data);
  if (!outputs.ok()) return outputs.status();
  status = WriteNpz(path + ".in.npz", Numbered(data));
  if (!status.ok()) return status;
  return WriteNpz(path + ".out.npz", Numbered(*outputs));
}

absl::Status Check(const std::string& folder, const std::string& name) {
  const std::string path = PathOf(folder, name);
  auto model = Load(path + ".again.keras");
  if (!model.ok()) return model.status();
  auto outputs = OutputsOf(**model, InputsOf(name));
  if (!outputs.ok()) return outputs.status();
  auto want = ReadNpz(path + ".out.npz");
  if (!want.ok()) return want.status();
  if (outputs->size() != want->size())
    return absl::InternalError("gives another number of outputs");
  for (size_t k = 0; k < want->size(); ++k) {
    if (!(*outputs)[k].Identical((*want)[k].second))
      return absl::InternalError(absl::StrCat("gives another output ", k));
  }
  return absl::OkStatus();
}

int Main(const std::string& verb, const std::string& folder) {
  int failed = 0;
  for (const std::string& name : ContractNames()) {
    const absl::Status status =
        verb == "write" ? Write(folder, name) : Check(folder, name);
    if (status.ok()) continue;
    ++failed;
    std::printf("%s: %s\n", name.c_str(), status.ToString().c_str());
  }
  std::printf("%s: %d failed\n", verb.c_str(), failed);
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace keratin

int main(int argc, char** argv) {
  const std::string verb = argc == 3 ? argv[1] : "";
  if (verb != "write" && verb != "check") {
    std::fprintf(stderr, "usage: round_trip write|check FOLDER\n");
    return 2;
  }
  return keratin::Main(verb, argv[2]);
}
