// RematScope marks the operations of the layers that are made in it.
#include <optional>
#include <string>

#include "compiler/api/keratin.h"
#include "gtest/gtest.h"
#include "layers/base/remat_scope.h"
#include "layers/core/dense.h"
#include "layers/core/input_layer.h"
#include "layers/models/sequential.h"

namespace keratin {
namespace {

// Of a model of two layers made in the scope: the operations of the trace, each
// with the layer it is of and whether it bears a mark.
struct Marks {
  int dense = 0, relu = 0, second = 0, unmarked = 0;
};

Marks MarksIn(const std::optional<RematMode>& mode) {
  std::optional<RematScope> scope;
  if (mode.has_value()) scope.emplace(*mode);
  Dense first({.units = 64, .activation = "relu"}, {.name = "first"});
  Dense second({.units = 2}, {.name = "second"});
  scope.reset();
  Sequential model({Input({.shape = {{4}}}), first, second}, {.name = "m"});
  auto trace = DumpPhase(*dynamic_cast<Model*>(model.get()), "trace");
  EXPECT_TRUE(trace.ok()) << trace.status();
  Marks marks;
  for (size_t at = 0; at < trace->size();) {
    const size_t end = trace->find('\n', at);
    const std::string line = trace->substr(at, end - at);
    at = end == std::string::npos ? trace->size() : end + 1;
    if (line.find("= keratin.") == std::string::npos) continue;
    if (line.find("keratin.remat") == std::string::npos) {
      ++marks.unmarked;
    } else if (line.find("m/second") != std::string::npos) {
      ++marks.second;
    } else if (line.find("keratin.maximum") != std::string::npos) {
      ++marks.relu;
    } else {
      ++marks.dense;
    }
  }
  return marks;
}

TEST(RematTest, WithoutAScopeNothingIsMarked) {
  const Marks marks = MarksIn(std::nullopt);
  EXPECT_EQ(marks.dense + marks.relu + marks.second, 0);
  EXPECT_GT(marks.unmarked, 0);
}

TEST(RematTest, FullMarksEveryLayer) {
  const Marks marks = MarksIn(RematMode{.mode = "full"});
  EXPECT_GT(marks.dense, 0);
  EXPECT_EQ(marks.relu, 1);
  EXPECT_GT(marks.second, 0);
}

TEST(RematTest, ActivationsMarksThemAlone) {
  const Marks marks = MarksIn(RematMode{.mode = "activations"});
  EXPECT_EQ(marks.relu, 1);
  EXPECT_EQ(marks.second, 0);
  EXPECT_GT(marks.unmarked, 0);
}

TEST(RematTest, LargerThanLooksAtTheOutput) {
  // The batch is unknown, and counts as 1.
  const Marks marks =
      MarksIn(RematMode{.mode = "larger_than", .output_size_threshold = 63});
  EXPECT_GT(marks.dense, 0);
  EXPECT_EQ(marks.second, 0);
  const Marks none =
      MarksIn(RematMode{.mode = "larger_than", .output_size_threshold = 64});
  EXPECT_EQ(none.dense, 0);
}

TEST(RematTest, ListOfLayersGoesByName) {
  const Marks marks =
      MarksIn(RematMode{.mode = "list_of_layers", .layer_names = {"second"}});
  EXPECT_EQ(marks.dense, 0);
  EXPECT_GT(marks.second, 0);
}

TEST(RematTest, TheInnermostScopeCounts) {
  RematScope outer;
  EXPECT_EQ(RematScope::Current().mode, "full");
  {
    RematScope inner({.mode = ""});
    EXPECT_EQ(MarksIn(std::nullopt).dense, 0);
  }
  EXPECT_GT(MarksIn(std::nullopt).dense, 0);
}

TEST(RematTest, AnUnknownModeIsAnErrorOfTheLayer) {
  RematScope scope({.mode = "most"});
  Dense dense({.units = 2});
  EXPECT_NE(std::string(dense->status().message()).find("'most'"),
            std::string::npos)
      << dense->status();
}

}  // namespace
}  // namespace keratin
