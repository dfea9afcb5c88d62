// Artifacts: the same bits however code is made and called, weights wherever
// they are, and what an artifact says of itself.
#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "compiler/api/keratin.h"
#include "gtest/gtest.h"
#include "runtime/self_test.h"
#include "runtime/thread_pool.h"

namespace keratin {
namespace {

struct Sample {
  const char* name;
  const char* path;
  bool training;
};

constexpr Sample kSamples[] = {
    {"digits", "examples/digits/digits.keras", false},
    {"digits_training", "examples/digits/digits.keras", true},
    {"small", "tests/e2e/testdata/good.keras", false},
    {"batch_normalization",
     "tests/conformance/cases/BatchNormalization/03_1cb97f28/model.keras",
     true},
    {"conv_float16", "tests/conformance/cases/Conv2D/05_492ab0c1/model.keras",
     false},
    {"dense_mixed_float16",
     "tests/conformance/cases/Dense/06_23148cc5/model.keras", false},
    {"dropout", "tests/conformance/cases/Dropout/02_e3767cf7/model.keras",
     true},
    {"layer_norm_float16",
     "tests/conformance/cases/LayerNormalization/03_70d86742/model.keras",
     false},
    {"softmax_mixed_bfloat16",
     "tests/conformance/cases/Softmax/03_8989fd18/model.keras", false},
};

std::vector<Array> ValuesOf(const std::vector<Variable*>& variables) {
  std::vector<Array> values;
  for (const Variable* variable : variables)
    values.push_back(*variable->array());
  return values;
}

class ArtifactTest : public testing::TestWithParam<Sample> {
 protected:
  void SetUp() override {
    absl::StatusOr<std::unique_ptr<Model>> model = Load(GetParam().path);
    ASSERT_TRUE(model.ok()) << model.status();
    model_ = *std::move(model);
    options_.compile.training = GetParam().training;
  }

  std::string Path(const std::string& suffix) const {
    return absl::StrCat(testing::TempDir(), "/", GetParam().name, suffix);
  }

  // The inputs of a self-test, with 3 for every size that is not known.
  std::vector<Array> Inputs(const Executable& exe) {
    absl::StatusOr<std::vector<Array>> inputs =
        SelfTestInputs(exe, std::vector<int64_t>(exe.symbols().size(), 3));
    EXPECT_TRUE(inputs.ok()) << inputs.status();
    return *inputs;
  }

  // Outputs, state and losses of one call.
  std::vector<Array> Results(const Executable& exe, const Prepared& prepared,
                             const std::vector<Array>& state, int threads) {
    ThreadPool pool(2);
    absl::StatusOr<CallResults> results = exe.Call(
        prepared, state, Inputs(exe), {.pool = &pool, .threads = threads});
    EXPECT_TRUE(results.ok()) << results.status();
    if (!results.ok()) return {};
    std::vector<Array> all = results->outputs;
    all.insert(all.end(), results->state.begin(), results->state.end());
    all.insert(all.end(), results->losses.begin(), results->losses.end());
    return all;
  }

  void ExpectSame(const std::vector<Array>& got,
                  const std::vector<Array>& want) {
    ASSERT_EQ(got.size(), want.size());
    for (size_t i = 0; i < want.size(); ++i) {
      EXPECT_TRUE(got[i].Identical(want[i]))
          << i << ": " << got[i] << " and " << want[i];
    }
  }

  // What this process compiles and computes itself, on one thread.
  std::vector<Array> JustInTime(int threads) {
    absl::StatusOr<Executable> exe = Compile(*model_, options_.compile);
    EXPECT_TRUE(exe.ok()) << exe.status();
    if (!exe.ok()) return {};
    const std::vector<Array> trainable =
        ValuesOf(model_->trainable_variables());
    const std::vector<Array> others =
        ValuesOf(model_->non_trainable_arguments());
    absl::StatusOr<Prepared> prepared = exe->Prepare(trainable, others);
    EXPECT_TRUE(prepared.ok()) << prepared.status();
    if (!prepared.ok()) return {};
    return Results(*exe, *prepared, *exe->StateOf(trainable, others), threads);
  }

  std::unique_ptr<Model> model_;
  ArtifactOptions options_;
};

TEST_P(ArtifactTest, JitObjectLibraryAndThreadsGiveTheSameBits) {
  const std::vector<Array> want = JustInTime(1);
  ASSERT_FALSE(want.empty());
  ExpectSame(JustInTime(2), want);

  ASSERT_TRUE(WriteLibrary(*model_, Path(".so"), options_).ok());
  absl::StatusOr<Executable> library = Executable::LoadLibrary(Path(".so"));
  ASSERT_TRUE(library.ok()) << library.status();
  for (int threads : {1, 2}) {
    ExpectSame(Results(*library, *library->EmbeddedPrepared(),
                       *library->InitialState(), threads),
               want);
  }

  // The object file as it is, linked by the system's compiler.
  ASSERT_TRUE(WriteObject(*model_, Path(".o"), options_).ok());
  const std::string linked = Path("_linked.so");
  ASSERT_EQ(std::system(
                absl::StrCat("cc -shared -o ", linked, " ", Path(".o"), " -lm")
                    .c_str()),
            0);
  void* handle = dlopen(linked.c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(handle, nullptr) << dlerror();
  const auto* model = static_cast<const keratin_model*>(
      dlsym(handle, absl::StrCat(GetParam().name, "_model").c_str()));
  ASSERT_NE(model, nullptr);
  absl::StatusOr<Executable> object = Executable::Create(*model);
  ASSERT_TRUE(object.ok()) << object.status();
  EXPECT_EQ(reinterpret_cast<uintptr_t>(model->weights) % 4096, 0u);
  ExpectSame(
      Results(*object, *object->EmbeddedPrepared(), *object->InitialState(), 2),
      want);
}

TEST_P(ArtifactTest, WeightsInAFileOrGivenAreThoseEmbedded) {
  const std::vector<Array> want = JustInTime(1);
  options_.variables = VariablePlace::kFile;
  ASSERT_TRUE(WriteLibrary(*model_, Path("_file.so"), options_).ok());
  absl::StatusOr<Executable> file = Executable::LoadLibrary(Path("_file.so"));
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_FALSE(file->EmbeddedPrepared().ok());
  absl::StatusOr<Prepared> mapped = file->OpenWeights(Path("_file.so.weights"));
  ASSERT_TRUE(mapped.ok()) << mapped.status();
  ExpectSame(Results(*file, *mapped, *file->InitialState(), 1), want);

  options_.variables = VariablePlace::kArguments;
  ASSERT_TRUE(WriteLibrary(*model_, Path("_arguments.so"), options_).ok());
  absl::StatusOr<Executable> given =
      Executable::LoadLibrary(Path("_arguments.so"));
  ASSERT_TRUE(given.ok()) << given.status();
  const std::vector<Array> trainable = ValuesOf(model_->trainable_variables());
  const std::vector<Array> others = ValuesOf(model_->non_trainable_arguments());
  absl::StatusOr<Prepared> prepared = given->Prepare(trainable, others);
  ASSERT_TRUE(prepared.ok()) << prepared.status();
  ExpectSame(Results(*given, *prepared, *given->StateOf(trainable, others), 1),
             want);
  EXPECT_FALSE(given->manifest().has_self_test());
}

// An older level of the instruction set, and the test that the artifact
// carries, whose results this machine's own code computed.
TEST_P(ArtifactTest, TestsItselfAlsoOnAnOlderLevel) {
  for (const char* march : {"native", "x86-64-v3", "x86-64"}) {
    options_.compile.march = march;
    ASSERT_TRUE(WriteLibrary(*model_, Path("_test.so"), options_).ok());
    absl::StatusOr<Executable> exe = Executable::LoadLibrary(Path("_test.so"));
    ASSERT_TRUE(exe.ok()) << exe.status();
    EXPECT_TRUE(exe->manifest().has_self_test());
    const absl::Status status =
        RunSelfTest(*exe, *exe->EmbeddedPrepared(), *exe->InitialState());
    EXPECT_TRUE(status.ok()) << march << ": " << status;
  }
}

INSTANTIATE_TEST_SUITE_P(Models, ArtifactTest, testing::ValuesIn(kSamples),
                         [](const auto& info) {
                           return std::string(info.param.name);
                         });

TEST(ArtifactFilesTest, NothingIsLeftBehindAFailure) {
  absl::StatusOr<std::unique_ptr<Model>> model =
      Load("tests/e2e/testdata/good.keras");
  ASSERT_TRUE(model.ok());
  const std::string folder = absl::StrCat(testing::TempDir(), "/left");
  std::filesystem::create_directories(absl::StrCat(folder, "/m.h/in"));
  // The header's name is a folder's.
  const absl::Status status =
      WriteObject(**model, absl::StrCat(folder, "/m.o"));
  EXPECT_TRUE(absl::StrContains(status.message(), "m.h")) << status;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    EXPECT_EQ(entry.path().filename(), "m.h");
  }
  EXPECT_FALSE(WriteLibrary(**model, "/no/such/folder/m.so").ok());
}

}  // namespace
}  // namespace keratin
