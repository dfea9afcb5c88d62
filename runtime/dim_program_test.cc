// Programs agree with Dim::Evaluate.
#include "runtime/dim_program.h"

#include "gtest/gtest.h"

namespace keratin {
namespace {

TEST(DimProgramTest, AgreesWithEvaluate) {
  const std::vector<std::string> symbols = {"a", "b"};
  for (absl::string_view text :
       {"7", "a", "b", "2*a*b + a - 3", "floordiv(a + 5, 4)*b",
        "max(a, b, 9) + min(a, b)", "mod(a*b + 1, b) - floordiv(a, b)",
        "floordiv(mod(a + 3, 5)*b, max(a - b, 2)) + 1"}) {
    const Dim dim = *Dim::Parse(text);
    absl::StatusOr<DimProgram> program = DimProgram::Compile(dim, symbols);
    ASSERT_TRUE(program.ok()) << program.status();
    for (int64_t a = 0; a < 20; ++a) {
      for (int64_t b = 1; b < 8; ++b) {
        const int64_t values[] = {a, b};
        int64_t got;
        ASSERT_TRUE(program->Evaluate(values, &got));
        EXPECT_EQ(got, *dim.Evaluate({{"a", a}, {"b", b}})) << text;
      }
    }
  }
}

TEST(DimProgramTest, RefusesWhatItCannotKnow) {
  EXPECT_EQ(DimProgram::Compile(Dim::Symbol("c") + 1, {}).status().message(),
            "no input says what the size 'c' is");
  EXPECT_FALSE(DimProgram::Compile(Dim::Symbol("c"), {}).ok());
  EXPECT_FALSE(DimProgram::Compile(Dim::Invalid(), {}).ok());
  const std::vector<std::string> symbols = {"a"};
  const int64_t zero[] = {0}, big[] = {INT64_MAX};
  int64_t result;
  const Dim a = Dim::Symbol("a");
  EXPECT_FALSE(DimProgram::Compile(Dim(4).FloorDiv(a), symbols)
                   ->Evaluate(zero, &result));
  EXPECT_FALSE(DimProgram::Compile(a * 2, symbols)->Evaluate(big, &result));
}

TEST(DimProgramTest, DeepOnesFitTheStack) {
  Dim dim = Dim::Symbol("a");
  for (int i = 0; i < 12; ++i) dim = Dim::Max(dim * 2 - 100, 7).Mod(1000 + i);
  ASSERT_TRUE(dim.ok());
  absl::StatusOr<DimProgram> program =
      DimProgram::Compile(dim, std::vector<std::string>{"a"});
  ASSERT_TRUE(program.ok()) << program.status();
  const int64_t values[] = {55};
  int64_t result;
  ASSERT_TRUE(program->Evaluate(values, &result));
  EXPECT_EQ(result, *dim.Evaluate({{"a", 55}}));
}

}  // namespace
}  // namespace keratin
