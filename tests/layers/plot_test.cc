// Models are drawn as Keras draws them.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "layers/base/layer_registry.h"
#include "layers/core/dense.h"
#include "layers/core/input_layer.h"
#include "layers/merging/merging.h"
#include "layers/models/functional.h"
#include "layers/models/plot.h"
#include "layers/models/sequential.h"
#include "layers/saving/plot_file.h"
#include "tests/layers/reference.h"

namespace keratin {
namespace {

LayerPtr FromConfig(const char* class_name, Value::Entries config) {
  auto layer = LayerRegistry::Deserialize(
      Value::Dict({{"class_name", class_name},
                   {"config", Value::Dict(std::move(config))}}));
  EXPECT_TRUE(layer.ok()) << layer.status();
  return LayerPtr(std::shared_ptr<Layer>(*std::move(layer)));
}

// The models of plots() in make_state_reference.py.
Sequential Inner() {
  return Sequential(
      {Input({.shape = {{4}}, .name = "inside"}),
       Dense({.units = 3, .activation = "relu"}, {.name = "deep"}),
       FromConfig("Dropout", {{"name", "drop"}, {"rate", 0.5}})},
      {.name = "inner"});
}

ModelPtr Graph() {
  const KerasTensor a = Input({.shape = {{4}}, .name = "a"});
  const KerasTensor b =
      Input({.shape = {{4}}, .dtype = DType::kInt32, .name = "b"});
  Dense shared({.units = 4}, {.name = "shared", .trainable = false});
  const LayerPtr scale =
      FromConfig("Rescaling", {{"name", "scale"}, {"scale", 2.0}});
  const KerasTensor x = Add({}, {.name = "add"})({shared(a), shared(scale(b))});
  const KerasTensor out = Concatenate({}, {.name = "join"})({Inner()(x), x});
  auto model = MakeModel({a, b}, {out, x}, {.name = "graph"});
  EXPECT_TRUE(model.ok()) << model.status();
  return *model;
}

std::string LastPart(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

void ExpectDrawn(Model& model, const PlotOptions& options,
                 const std::string& reference) {
  SCOPED_TRACE(reference);
  auto dot = ModelToDot(model, options);
  ASSERT_TRUE(dot.ok()) << dot.status();
  std::vector<std::string> labels;
  std::vector<std::pair<std::string, std::string>> edges;
  std::istringstream lines(*dot);
  const std::regex box(R"(label=<(.*)>\];)");
  const std::regex edge(R"re(^  "([^"]*)" -> "([^"]*)")re");
  for (std::string line; std::getline(lines, line);) {
    std::smatch found;
    if (std::regex_search(line, found, box)) labels.push_back(found[1]);
    if (std::regex_search(line, found, edge))
      edges.emplace_back(LastPart(found[1]), LastPart(found[2]));
  }
  std::sort(labels.begin(), labels.end());
  std::sort(edges.begin(), edges.end());
  const Value want = Reference(reference);
  EXPECT_EQ(labels, StringsOf(*want.Find("labels")));
  std::vector<std::pair<std::string, std::string>> wanted;
  for (const Value& pair : want.Find("edges")->items()) {
    wanted.emplace_back(pair.items()[0].as_string(),
                        pair.items()[1].as_string());
  }
  EXPECT_EQ(edges, wanted);
}

TEST(PlotTest, BoxesAndEdgesAreThoseOfKeras) {
  const ModelPtr graph = Graph();
  ExpectDrawn(*graph, {}, "plots/graph");
  ExpectDrawn(*graph,
              {.show_dtype = true,
               .show_layer_activations = true,
               .show_trainable = true},
              "plots/everything");
  ExpectDrawn(*graph, {.expand_nested = true}, "plots/expanded");
  const Sequential inner = Inner();
  ExpectDrawn(*inner, {.show_shapes = false}, "plots/bare");
  ExpectDrawn(*inner, {}, "plots/chain");
}

std::string Path(const char* name) {
  return std::string(std::getenv("TEST_TMPDIR")) + "/" + name;
}

std::string Content(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(PlotTest, FilesAreWrittenByTheirEnding) {
  const ModelPtr graph = Graph();
  ASSERT_TRUE(PlotModel(*graph, Path("m.dot")).ok());
  EXPECT_EQ(Content(Path("m.dot")), *ModelToDot(*graph));
  const absl::Status status =
      PlotModel(*graph, Path("m.svg"), {.expand_nested = true});
  ASSERT_TRUE(status.ok()) << status;
  const std::string svg = Content(Path("m.svg"));
  EXPECT_TRUE(absl::StrContains(svg, "<svg"));
  EXPECT_TRUE(absl::StrContains(svg, "[(None, 3), (None, 4)]"));
  EXPECT_FALSE(PlotModel(*graph, Path("m.txt")).ok());
  EXPECT_FALSE(PlotModel(*graph, Path("no/such/folder.svg")).ok());
  EXPECT_FALSE(PlotModel(*graph, Path("m.svg"), {.rankdir = "up"}).ok());
}

TEST(PlotTest, WithoutGraphvizTheErrorSaysWhatToDo) {
  const std::string path = std::getenv("PATH");
  setenv("PATH", "/nowhere", 1);
  const auto picture = RenderDot("digraph G {}", "svg");
  setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(picture.status().message(),
            "a picture is drawn by the program 'dot' of Graphviz, which cannot "
            "be run (No such file or directory); install it, or write a .dot "
            "file");
  EXPECT_FALSE(RenderDot("no graph", "svg").ok());
}

}  // namespace
}  // namespace keratin
