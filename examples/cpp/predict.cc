// Compiles a .keras file just in time and calls it on a batch of two images.
//
//   bazel run -c opt //examples:predict -- $PWD/examples/digits/digits.keras
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/api/keratin.h"
#include "layers/base/variable.h"

namespace {

using keratin::Array;

// The saved values of variables.
std::vector<Array> ValuesOf(const std::vector<keratin::Variable*>& variables) {
  std::vector<Array> values;
  for (const keratin::Variable* variable : variables)
    values.push_back(variable->array().value_or(Array()));
  return values;
}

absl::StatusOr<Array> Predict(const std::string& path, const Array& images) {
  auto model = keratin::Load(path);
  if (!model.ok()) return model.status();
  auto exe = keratin::Compile(**model, {.march = "native"});
  if (!exe.ok()) return exe.status();
  auto results = exe->StatelessCall(
      ValuesOf((*model)->trainable_variables()),
      ValuesOf((*model)->non_trainable_variables()), {images});
  if (!results.ok()) return results.status();
  return results->outputs[0];
}

}  // namespace

int main(int argc, char** argv) {
  const std::string path = argc > 1 ? argv[1] : "examples/digits/digits.keras";
  const Array images = Array::Zeros(keratin::DType::kFloat32, {{2, 8, 8, 1}});
  const absl::StatusOr<Array> probabilities = Predict(path, images);
  if (!probabilities.ok()) {
    std::fprintf(stderr, "%s\n", probabilities.status().ToString().c_str());
    return 1;
  }
  std::printf("%s\n", probabilities->ToString().c_str());
  return 0;
}
