// What the command takes as flags, and what it says of wrong ones.
#include "compiler/tools/flags.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace keratin::tools {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::internal::CaptureStderr;
using ::testing::internal::GetCapturedStderr;

struct Values {
  bool json = false;
  std::string output;
  std::vector<std::string> inputs;
  int64_t threads = 0;
  std::optional<int64_t> batch = 7;
  double seconds = 0;
  std::string emit = "object";
  std::vector<std::string> positional;
};

std::optional<int> Parse(std::vector<std::string> args, Values* values) {
  Flags flags("try", "MODEL", "Tries.");
  flags.Switch("json", "JSON", &values->json);
  flags.String("output", "PATH", "where", &values->output);
  flags.Alias('o', "output");
  flags.Strings("input", "NAME=FILE", "inputs", &values->inputs);
  flags.Integer("threads", "N", "threads", 1, &values->threads);
  flags.Batch("batch", "batch", &values->batch);
  flags.Seconds("seconds", "seconds", &values->seconds);
  flags.Choice("emit", {"object", "library"}, "what", &values->emit);
  std::vector<char*> argv;
  for (std::string& arg : args) argv.push_back(arg.data());
  return flags.Parse(argv, &values->positional, 1, 1);
}

std::string ErrorOf(std::vector<std::string> args) {
  Values values;
  CaptureStderr();
  EXPECT_EQ(Parse(std::move(args), &values), kUsage);
  return GetCapturedStderr();
}

TEST(FlagsTest, ReadsValuesInEveryForm) {
  Values values;
  EXPECT_EQ(Parse({"m.keras", "--json", "-o", "a.o", "--input=x=1.npy",
                   "--input", "y=2.npy", "--threads=2", "--batch=dynamic",
                   "--seconds=0.5", "--emit=library"},
                  &values),
            std::nullopt);
  EXPECT_TRUE(values.json);
  EXPECT_EQ(values.output, "a.o");
  EXPECT_THAT(values.inputs, ElementsAre("x=1.npy", "y=2.npy"));
  EXPECT_EQ(values.threads, 2);
  EXPECT_EQ(values.batch, std::nullopt);
  EXPECT_EQ(values.seconds, 0.5);
  EXPECT_EQ(values.emit, "library");
  EXPECT_THAT(values.positional, ElementsAre("m.keras"));
}

TEST(FlagsTest, ADoubleDashEndsTheFlags) {
  Values values;
  EXPECT_EQ(Parse({"--", "--odd.keras"}, &values), std::nullopt);
  EXPECT_THAT(values.positional, ElementsAre("--odd.keras"));
}

TEST(FlagsTest, ErrorsNameTheFlag) {
  EXPECT_THAT(ErrorOf({"m", "--jsom"}), HasSubstr("unknown flag --jsom"));
  EXPECT_THAT(ErrorOf({"m", "--json=1"}), HasSubstr("--json takes no value"));
  EXPECT_THAT(ErrorOf({"m", "--output"}), HasSubstr("needs a value: PATH"));
  EXPECT_THAT(ErrorOf({"m", "--output="}), HasSubstr("must be a value"));
  EXPECT_THAT(ErrorOf({"m", "--threads=0"}), HasSubstr("at least 1"));
  EXPECT_THAT(ErrorOf({"m", "--batch=0"}), HasSubstr("dynamic"));
  EXPECT_THAT(ErrorOf({"m", "--seconds=inf"}), HasSubstr("seconds"));
  EXPECT_THAT(ErrorOf({"m", "--emit=gold"}), HasSubstr("object, library"));
  EXPECT_THAT(ErrorOf({"m", "-oa", "-ob"}), HasSubstr("given twice"));
}

TEST(FlagsTest, CountsWhatIsPositional) {
  EXPECT_THAT(ErrorOf({}), HasSubstr("MODEL is missing"));
  EXPECT_THAT(ErrorOf({"a", "b"}), HasSubstr("\"b\" is one argument too many"));
}

TEST(FlagsTest, AnErrorIsOneLine) {
  CaptureStderr();
  EXPECT_EQ(ExitCode(absl::InternalError("one\ntwo\n")), kFailure);
  EXPECT_EQ(GetCapturedStderr(), "keratin: one two\n");
  EXPECT_EQ(ExitCode(absl::OkStatus()), kOk);
}

}  // namespace
}  // namespace keratin::tools
