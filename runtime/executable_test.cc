// Executables: a small library by hand, called rightly and wrongly.
#include "runtime/executable.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "runtime/content_hash.h"

namespace keratin {
namespace {

// Bazel runs tests in the runfiles of the workspace.
constexpr char kLibrary[] = "runtime/libdemo.so";

Executable Demo() { return *Executable::LoadLibrary(kLibrary); }

Array Floats(std::initializer_list<int64_t> sizes, float value) {
  Array array = Array::Uninitialized(
      DType::kFloat32, absl::MakeConstSpan(sizes.begin(), sizes.size()));
  float* data = array.mutable_data<float>();
  std::fill(data, data + array.elements(), value);
  return array;
}

// The demo's functions, to be had under other manifests.
EntryPoints DemoEntryPoints() {
  EntryPoints entry_points;
  entry_points.prepare = [](const keratin_call*) { return 0; };
  entry_points.call = [](const keratin_call*) { return 0; };
  entry_points.weights = &entry_points;
  entry_points.initial_state = {&entry_points};
  return entry_points;
}

// The same functions as a model that is linked in.
keratin_model Model(const std::string& manifest) {
  static const void* const state[] = {&state};
  return {KERATIN_ABI_VERSION,
          reinterpret_cast<const unsigned char*>(manifest.data()),
          manifest.size(),
          [](const keratin_call*) { return 0; },
          [](const keratin_call*) { return 0; },
          reinterpret_cast<const unsigned char*>(state),
          state,
          1};
}

std::string Refusal(Manifest manifest) {
  return std::string(
      Executable::Create(std::move(manifest), DemoEntryPoints(), nullptr)
          .status()
          .message());
}

TEST(ExecutableTest, LoadsAndCallsALibrary) {
  absl::StatusOr<Executable> exe = Executable::LoadLibrary(kLibrary);
  ASSERT_TRUE(exe.ok()) << exe.status();
  EXPECT_EQ(exe->inputs()[1].shape.ToString(), "(batch, seq)");
  EXPECT_EQ(exe->outputs()[0].shape.ToString(), "(batch, 2*seq)");
  EXPECT_EQ(exe->trainable().size(), 1u);
  EXPECT_EQ(exe->non_trainable()[1].path, "demo/count");
  EXPECT_EQ(exe->state().size(), 1u);

  const std::vector<Array> state = *exe->InitialState();
  EXPECT_EQ(state[0].AtFlat(0), 7);
  absl::StatusOr<CallResults> results = exe->Call(
      *exe->EmbeddedPrepared(), state, {Floats({2, 3}, 1), Floats({2, 3}, 10)});
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ(results->outputs[0].ToString(),
            "float32 (2, 6) [2, 2, 2, 20, 20, 20, 2, 2, 2, 20, ...]");
  EXPECT_EQ(results->state[0].AtFlat(0), 8);
  EXPECT_EQ(results->losses[0].AtFlat(0), 5);
  EXPECT_EQ(state[0].AtFlat(0), 7);
}

TEST(ExecutableTest, StatelessCallIsPrepareAndCall) {
  const Executable exe = Demo();
  const Array kernel = Floats({4}, 3), scale = Floats({4}, 2);
  const Array count = Array::Scalar<int32_t>(1);
  absl::StatusOr<StatelessResults> results = exe.StatelessCall(
      {kernel}, {scale, count}, {Floats({1, 1}, 1), Floats({1, 1}, 2)});
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ(results->outputs[0].ToString(), "float32 (1, 2) [6, 12]");
  ASSERT_EQ(results->non_trainable.size(), 2u);
  EXPECT_EQ(results->non_trainable[0].raw_data(), scale.raw_data());
  EXPECT_EQ(results->non_trainable[1].AtFlat(0), 2);
  EXPECT_EQ((*exe.StateOf({kernel}, {scale, count}))[0].AtFlat(0), 1);
}

TEST(ExecutableTest, CallIntoReusesWhatItIsGiven) {
  const Executable exe = Demo();
  const Prepared prepared = *exe.EmbeddedPrepared();
  const std::vector<Array> state = *exe.InitialState();
  const std::vector<Array> inputs = {Floats({2, 3}, 1), Floats({2, 3}, 1)};
  std::vector<Array> results = *exe.AllocateResults(inputs);
  ASSERT_EQ(results.size(), 3u);
  Workspace workspace;
  const void* output = results[0].raw_data();
  ASSERT_TRUE(
      exe.CallInto(prepared, state, inputs, absl::MakeSpan(results), workspace)
          .ok());
  const void* scratch = workspace.data();
  ASSERT_TRUE(exe.CallInto(prepared, state, inputs, absl::MakeSpan(results),
                           workspace, {.threads = 1})
                  .ok());
  EXPECT_EQ(results[0].raw_data(), output);
  EXPECT_EQ(workspace.data(), scratch);
  // A result that someone else holds stays as it is for them.
  const Array kept = results[0];
  ASSERT_TRUE(exe.CallInto(prepared, state,
                           {Floats({2, 3}, 4), Floats({2, 3}, 4)},
                           absl::MakeSpan(results), workspace)
                  .ok());
  EXPECT_EQ(kept.AtFlat(0), 2);
  EXPECT_EQ(results[0].AtFlat(0), 8);

  std::vector<Array> wrong = results;
  wrong[0] = Floats({2, 5}, 0);
  EXPECT_EQ(
      exe.CallInto(prepared, state, inputs, absl::MakeSpan(wrong), workspace)
          .message(),
      "the output 'out' is float32 (2, 6), but the array given for it "
      "is float32 (2, 5)");
  wrong.pop_back();
  EXPECT_EQ(
      exe.CallInto(prepared, state, inputs, absl::MakeSpan(wrong), workspace)
          .message(),
      "the model gives 1 outputs, 1 written variables and 1 losses, but "
      "2 arrays were given for them");
}

TEST(ExecutableTest, MismatchesAreOneSentence) {
  const Executable exe = Demo();
  const Prepared prepared = *exe.EmbeddedPrepared();
  const std::vector<Array> state = *exe.InitialState();
  auto message = [&](const std::vector<Array>& inputs) {
    return std::string(exe.Call(prepared, state, inputs).status().message());
  };
  EXPECT_EQ(message({Floats({2, 3}, 0)}),
            "the model takes 2 inputs ('x', 'y'), but 1 was given");
  EXPECT_EQ(message({Floats({2, 3}, 0), Floats({2, 4}, 0)}),
            "input 'x' has 3 in axis 1, but 'seq' is 4 as input 'y' says");
  EXPECT_EQ(message({Floats({2, 3}, 0), Floats({3, 3}, 0)}),
            "input 'y' has 3 in axis 0, but 'batch' is 2 as input 'x' says");
  EXPECT_EQ(message({Floats({2, 3}, 0), Floats({2}, 0)}),
            "input 'y' has shape (2,), but the model takes 2 dimensions, "
            "(batch, seq)");
  EXPECT_EQ(message({Floats({2, 3}, 0), Array::Zeros(DType::kInt8, {2, 3})}),
            "input 'y' is int8, but the model takes float32: cast it first");
  EXPECT_EQ(message({Floats({13, 1}, 0), Floats({13, 1}, 0)}),
            "'call' of model 'demo' failed with code 4");
  const std::vector<Array> inputs = {Floats({1, 1}, 0), Floats({1, 1}, 0)};
  EXPECT_EQ(exe.Call(Prepared(), state, inputs).status().message(),
            "the prepared variables are of another model: call Prepare of "
            "this one");
  EXPECT_EQ(exe.Call(prepared, {}, inputs).status().message(),
            "the model has 1 written variable, but 0 were given");
  EXPECT_EQ(exe.Prepare({Floats({3}, 0)}, {}).status().message(),
            "trainable variable 0, 'demo/kernel', is float32 (4,) in the "
            "model, but float32 (3,) was given");
  EXPECT_EQ(exe.OpenWeights("x").status().message(),
            "model 'demo' has no weights file: its variables are embedded");
}

TEST(ExecutableTest, SizesWithoutACall) {
  const Executable exe = Demo();
  const std::vector<int64_t> sizes = {5, 2};
  EXPECT_EQ((*exe.OutputSizes({sizes, sizes}))[0],
            (std::vector<int64_t>{5, 4}));
  EXPECT_EQ(*exe.BindSymbols({sizes, sizes}), (std::vector<int64_t>{5, 2}));
  EXPECT_EQ(*exe.WorkspaceSize({5, 2}), 80);
  EXPECT_FALSE(exe.WorkspaceSize({5}).ok());
  EXPECT_FALSE(exe.WorkspaceSize({INT64_MAX, 2}).ok());
}

TEST(ExecutableTest, CallsAtOnceDoNotMeet) {
  const Executable exe = Demo();
  const Prepared prepared = *exe.EmbeddedPrepared();
  const std::vector<Array> state = *exe.InitialState();
  std::vector<std::thread> threads;
  for (int t = 1; t <= 4; ++t) {
    threads.emplace_back([&, t] {
      const std::vector<Array> inputs = {Floats({t, 8}, t), Floats({t, 8}, t)};
      std::vector<Array> results = *exe.AllocateResults(inputs);
      Workspace workspace;
      for (int i = 0; i < 300; ++i) {
        ASSERT_TRUE(exe.CallInto(prepared, state, inputs,
                                 absl::MakeSpan(results), workspace)
                        .ok());
        for (int64_t k = 0; k < results[0].elements(); ++k) {
          ASSERT_EQ(results[0].AtFlat(k), 2 * t);
        }
        ASSERT_EQ(exe.Call(prepared, state, inputs)->state[0].AtFlat(0), 8);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(ExecutableTest, LibrariesThatAreNoneSayWhy) {
  EXPECT_EQ(Executable::LoadLibrary("/no/such.so").status().message(),
            "cannot open '/no/such.so': No such file or directory");
  EXPECT_EQ(Executable::LoadLibrary(".").status().message(),
            "'./.' is not a file");
  const std::string text = absl::StrCat(testing::TempDir(), "/text.so");
  std::ofstream(text) << "not a library";
  EXPECT_TRUE(
      absl::EndsWith(Executable::LoadLibrary(text).status().message(),
                     "' is no shared library of 64 bits, or is cut short"));
}

TEST(ExecutableTest, TargetsAreChecked) {
  Manifest manifest = Demo().manifest();
  manifest.mutable_target()->set_triple("riscv64-unknown-linux-gnu");
  EXPECT_TRUE(absl::StartsWith(
      Refusal(manifest),
      "the model was compiled for riscv64, but this machine is "));
  manifest.clear_target();
  manifest.mutable_target()->add_features("antigravity");
  EXPECT_EQ(Refusal(manifest),
            "the model was compiled for a CPU with antigravity, which this "
            "machine lacks: compile it with another --march");
  manifest.clear_target();
  manifest.set_format_version(99);
  EXPECT_EQ(Refusal(manifest),
            "the artifact has format version 99, but this runtime reads 1: "
            "use a newer runtime");
}

TEST(ExecutableTest, ManifestsThatContradictThemselvesAreRefused) {
  const Manifest good = Demo().manifest();
  EXPECT_EQ(Refusal(good), "");
  auto refused = [&good](auto change) {
    Manifest manifest = good;
    change(manifest);
    const std::string message = Refusal(manifest);
    return absl::StrContains(message, "the manifest is damaged") ||
           absl::StrContains(message, "lacks");
  };
  EXPECT_TRUE(refused([](Manifest& m) { m.clear_call(); }));
  EXPECT_TRUE(refused([](Manifest& m) { m.set_state(0, 9); }));
  EXPECT_TRUE(refused([](Manifest& m) { m.add_state(1); }));
  EXPECT_TRUE(refused([](Manifest& m) { m.clear_state(); }));
  EXPECT_TRUE(refused(
      [](Manifest& m) { m.mutable_symbols(0)->set_input(4000000000u); }));
  EXPECT_TRUE(refused([](Manifest& m) { m.mutable_symbols(0)->set_axis(1); }));
  EXPECT_TRUE(
      refused([](Manifest& m) { m.mutable_symbols(0)->set_name("seq"); }));
  EXPECT_TRUE(refused([](Manifest& m) { m.clear_symbols(); }));
  EXPECT_TRUE(refused(
      [](Manifest& m) { m.mutable_variables(0)->set_dims(0, "batch"); }));
  EXPECT_TRUE(
      refused([](Manifest& m) { m.mutable_variables(0)->set_dims(0, "-1"); }));
  EXPECT_TRUE(refused([](Manifest& m) {
    m.mutable_variables(0)->set_dims(0, "9223372036854775807");
  }));
  EXPECT_TRUE(refused(
      [](Manifest& m) { m.mutable_inputs(0)->set_dtype("complex64"); }));
  EXPECT_TRUE(
      refused([](Manifest& m) { m.mutable_outputs(0)->set_dims(0, "(("); }));
  EXPECT_TRUE(refused(
      [](Manifest& m) { m.mutable_variables(2)->set_trainable(true); }));
  EXPECT_TRUE(refused([](Manifest& m) {
    m.mutable_call()->mutable_arguments(0)->set_index(3000000000u);
  }));
  EXPECT_TRUE(refused([](Manifest& m) {
    m.mutable_prepare()->mutable_arguments(1)->set_index(2);
  }));
  EXPECT_TRUE(refused(
      [](Manifest& m) { m.mutable_prepare()->set_workspace_size("batch"); }));
  EXPECT_TRUE(
      refused([](Manifest& m) { m.add_prepared()->set_dtype("bool"); }));
  EXPECT_FALSE(Executable::Create(Model("\xff\xff")).ok());
  std::string bytes = good.SerializeAsString();
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x15);
    (void)Executable::Create(Model(damaged)).ok();
  }
  keratin_model newer = Model(bytes);
  newer.abi_version = 9;
  EXPECT_EQ(Executable::Create(newer).status().message(),
            "the model has interface version 9, but this runtime calls 1: "
            "compile it with a compiler of the same version");
}

TEST(ExecutableTest, AssumptionsAreCheckedAtEntry) {
  Manifest manifest = Demo().manifest();
  manifest.add_assumptions()->set_left("2*batch");
  manifest.mutable_assumptions(0)->set_right("seq + 1");
  absl::StatusOr<Executable> exe =
      Executable::Create(manifest, DemoEntryPoints(), nullptr);
  ASSERT_TRUE(exe.ok()) << exe.status();
  const std::vector<int64_t> good = {2, 3}, bad = {2, 4};
  EXPECT_TRUE(exe->BindSymbols({good, good}).ok());
  EXPECT_EQ(exe->BindSymbols({bad, bad}).status().message(),
            "the model needs 2*batch and seq + 1 to be equal, but they are 4 "
            "and 5: 'batch' is 2 as input 'x' says, 'seq' is 4 as input 'y' "
            "says");
}

TEST(ExecutableTest, SizesThatWouldBeNegativeAreRefused) {
  Manifest manifest = Demo().manifest();
  manifest.add_not_negative("seq - 3");
  absl::StatusOr<Executable> exe =
      Executable::Create(manifest, DemoEntryPoints(), nullptr);
  ASSERT_TRUE(exe.ok()) << exe.status();
  const std::vector<int64_t> good = {2, 3}, bad = {2, 2};
  EXPECT_TRUE(exe->BindSymbols({good, good}).ok());
  EXPECT_EQ(exe->BindSymbols({bad, bad}).status().message(),
            "inputs of these sizes are too small for the model: it needs "
            "seq - 3 to be at least 0, but it is -1: 'seq' is 2 as input 'y' "
            "says");
}

TEST(ExecutableTest, WeightsFilesAreCheckedAgainstTheManifest) {
  std::string bytes(128, '\0');
  const float w[4] = {1, 2, 3, 4};
  std::memcpy(bytes.data() + 64, w, sizeof(w));
  const std::string path = absl::StrCat(testing::TempDir(), "/demo.weights");
  std::ofstream(path, std::ios::binary) << bytes;
  Manifest manifest = Demo().manifest();
  proto::Weights& weights = *manifest.mutable_weights();
  weights.set_place(proto::Weights::FILE);
  weights.set_size(bytes.size());
  weights.set_hash(ContentHash(bytes.data(), bytes.size()));
  weights.set_prepared_offsets(0, 64);
  auto open = [&] {
    return Executable::Create(manifest, DemoEntryPoints(), nullptr)
        ->OpenWeights(path);
  };
  absl::StatusOr<Prepared> prepared = open();
  ASSERT_TRUE(prepared.ok()) << prepared.status();
  EXPECT_EQ(prepared->buffers()[0].AtFlat(3), 4);
  for (uint64_t offset : {uint64_t{1}, uint64_t{128}, ~uint64_t{63}}) {
    weights.set_prepared_offsets(0, offset);
    EXPECT_TRUE(absl::StrContains(open().status().message(),
                                  "does not fit its weights"));
  }
  weights.set_prepared_offsets(0, 64);
  weights.set_hash(1);
  EXPECT_TRUE(absl::StrContains(open().status().message(),
                                "does not match the manifest's hash"));
  weights.set_size(127);
  EXPECT_TRUE(absl::StrContains(open().status().message(),
                                "it has 128 bytes, but 127 were expected"));
}

}  // namespace
}  // namespace keratin
