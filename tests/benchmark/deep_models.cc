// How the time to compile grows with the depth of a model: Sequential models of
// equal Dense layers. Prints a table of milliseconds: what each phase adds, the
// whole, and a first and a second eager call.
//
//   bazel run -c opt //tests/benchmark:deep_models -- 100 250 500 1000
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "compiler/api/keratin.h"
#include "layers/core/dense.h"
#include "layers/core/input_layer.h"
#include "layers/models/sequential.h"
#include "runtime/array.h"

namespace keratin {
namespace {

class Clock {
 public:
  // Since it was asked last.
  double Milliseconds() {
    const auto now = std::chrono::steady_clock::now();
    const std::chrono::duration<double, std::milli> passed = now - before_;
    before_ = now;
    return passed.count();
  }

 private:
  std::chrono::steady_clock::time_point before_ =
      std::chrono::steady_clock::now();
};

void Check(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  std::exit(1);
}

void Measure(int layers) {
  Clock clock;
  std::vector<Sequential::Item> items = {Input({.shape = {{16}}})};
  for (int k = 0; k < layers; ++k)
    items.emplace_back(Dense({.units = 16, .activation = "relu"}));
  Sequential model(items);
  Check(model->status());
  Check(model->BuildAll());
  std::printf("%6d %9.1f", layers, clock.Milliseconds());
  double before = 0;
  for (const char* phase : {"trace", "graph", "kernels", "buffers"}) {
    clock.Milliseconds();
    Check(DumpPhase(*model, phase).status());
    const double now = clock.Milliseconds();
    std::printf(" %9.1f", now - before);
    before = now;
  }
  clock.Milliseconds();
  Check(Compile(*model).status());
  const double whole = clock.Milliseconds();
  std::printf(" %9.1f %9.1f", whole - before, whole);
  const Array x = Array::Zeros(DType::kFloat32, {1, 16});
  Check(model->GetWeights().status());
  clock.Milliseconds();
  Check(model(x).status());
  std::printf(" %9.1f", clock.Milliseconds());
  Check(model(x).status());
  std::printf(" %9.3f\n", clock.Milliseconds());
}

}  // namespace
}  // namespace keratin

int main(int argc, char** argv) {
  std::printf("%6s %9s %9s %9s %9s %9s %9s %9s %9s %9s\n", "layers", "build",
              "trace", "+graph", "+kernels", "+buffers", "+code", "compile",
              "eager 1st", "eager 2nd");
  for (int k = 1; k < argc; ++k) keratin::Measure(std::atoi(argv[k]));
}
