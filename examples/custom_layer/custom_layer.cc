// Layers of one's own: called on data, called with explicit state, and compiled
// ahead of time.
//
//   bazel run //examples/custom_layer
#include <iostream>

#include "compiler/api/keratin.h"
#include "examples/custom_layer/compute_sum.h"
#include "examples/custom_layer/simple_dense.h"

KERATIN_REGISTER_LAYER("examples", SimpleDense);
KERATIN_REGISTER_LAYER("examples", ComputeSum);

namespace {

absl::Status Run() {
  using keratin::Array;
  const Array ones = Array::FromVector<float>({2, 2}, {1, 1, 1, 1});

  // Calling it builds it.
  auto linear = keratin::Make<SimpleDense>({.units = 4});
  absl::StatusOr<Array> y = linear(ones);
  if (!y.ok()) return y.status();
  std::cout << linear->name() << ": " << *y << "\n";

  auto sum = keratin::Make<ComputeSum>();
  for (int call = 0; call < 2; ++call) {
    absl::StatusOr<Array> total = sum(ones);
    if (!total.ok()) return total.status();
    std::cout << sum->name() << ": " << *total << "\n";
  }

  // With state that comes in and goes out; the layer's own stays.
  auto stateless = sum->StatelessCall({}, {Array::Scalar(100.0f)},
                                      {{keratin::Value(ones)}, {}});
  if (!stateless.ok()) return stateless.status();
  std::cout << "from 100: " << stateless->non_trainable[0] << "\n";

  // Ahead of time: custom_layer.o and its C header.
  keratin::Sequential model({keratin::Input({.shape = {{2}}}), linear});
  return keratin::WriteObject(*model, "custom_layer.o");
}

}  // namespace

int main() {
  const absl::Status status = Run();
  if (!status.ok()) std::cerr << status << "\n";
  return status.ok() ? 0 : 1;
}
