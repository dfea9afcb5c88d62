// Calls a compiled library from several threads at once, each with inputs of
// its own, and compares with what one thread computed before.
//
//   call_concurrently MODEL.so

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "runtime/array.h"
#include "runtime/executable.h"
#include "runtime/self_test.h"
#include "runtime/thread_pool.h"

namespace keratin {
namespace {

constexpr int kThreads = 4;
constexpr int kCalls = 25;

std::vector<Array> InputsOf(const Executable& exe, int seed) {
  std::vector<Array> inputs;
  for (const TensorSpec& spec : exe.inputs()) {
    std::vector<int64_t> sizes;
    for (const Dim& dim : spec.shape)
      sizes.push_back(dim.AsConstant().value_or(3 + seed));
    Array floats = Array::Uninitialized(DType::kFloat32, sizes);
    float* data = floats.mutable_data<float>();
    for (int64_t i = 0; i < floats.elements(); ++i)
      data[i] = static_cast<float>((i * 37 + seed * 11) % 256);
    inputs.push_back(*floats.Cast(spec.dtype));
  }
  return inputs;
}

int Main(const char* path) {
  const absl::StatusOr<Executable> exe = Executable::LoadLibrary(path);
  if (!exe.ok()) {
    std::fprintf(stderr, "%s\n", exe.status().ToString().c_str());
    return 1;
  }
  const absl::StatusOr<Prepared> prepared =
      exe->manifest().weights().place() == proto::Weights::FILE
          ? exe->OpenWeights(std::string(path) + ".weights")
          : exe->EmbeddedPrepared();
  const absl::StatusOr<std::vector<Array>> state = exe->InitialState();
  if (!prepared.ok() || !state.ok()) return 1;
  if (absl::Status status = RunSelfTest(*exe, *prepared, *state);
      !status.ok()) {
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    return 1;
  }
  ThreadPool shared(2);
  std::vector<std::string> errors(kThreads);
  const auto work = [&](int seed) {
    const std::vector<Array> inputs = InputsOf(*exe, seed);
    CallOptions options;
    options.threads = 1;
    const auto want = exe->Call(*prepared, *state, inputs, options);
    if (!want.ok()) {
      errors[seed] = want.status().ToString();
      return;
    }
    options.threads = 0;
    options.pool = &shared;
    for (int call = 0; call < kCalls; ++call) {
      const auto got = exe->Call(*prepared, *state, inputs, options);
      if (!got.ok()) {
        errors[seed] = got.status().ToString();
      } else if (!got->outputs[0].Identical(want->outputs[0])) {
        errors[seed] = "another result than before";
      }
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(work, i);
  for (std::thread& thread : threads) thread.join();
  for (const std::string& error : errors) {
    if (error.empty()) continue;
    std::fprintf(stderr, "%s\n", error.c_str());
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace keratin

int main(int argc, char** argv) {
  return argc == 2 ? keratin::Main(argv[1]) : 2;
}
