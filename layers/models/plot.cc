#include "layers/models/plot.h"

#include <algorithm>
#include <regex>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace keratin {
namespace {

// Inside of Graphviz's HTML, and of its quoted names.
std::string Html(const std::string& text) {
  return absl::StrReplaceAll(
      text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}
std::string Quoted(const std::string& text) {
  return absl::StrCat(
      "\"", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"\"", "\\\""}}), "\"");
}

std::string Cell(const std::string& title, const std::string& text) {
  return absl::StrCat("<td bgcolor=\"white\"><font point-size=\"14\">", title,
                      ": <b>", Html(text), "</b></font></td>");
}

// Shapes of one axis as Python writes tuples: "(None,)".
std::string AsTuples(const std::string& shapes) {
  static const std::regex one(R"(\(([^(),]+)\))");
  return std::regex_replace(shapes, one, "($1,)");
}

// The name of its activation; "" if it has none.
std::string ActivationOf(Layer& layer) {
  const Value config = layer.GetConfig();
  const Value* activation = config.Find("activation");
  if (activation == nullptr) return "";
  if (activation->is_string()) return activation->as_string();
  const Value* name = activation->Find("class_name");
  return name != nullptr && name->is_string() ? name->as_string() : "";
}

const Model* ModelIn(const LayerRecord& record) {
  return dynamic_cast<const Model*>(record.layer);
}

class Drawing {
 public:
  explicit Drawing(const PlotOptions& options) : options_(options) {}

  // The boxes and edges of a model whose parts are named below `path`.
  void Draw(const Model& model, const std::string& path) {
    for (const LayerRecord& record : model.records()) {
      const Model* nested = ModelIn(record);
      const std::string name = absl::StrCat(path, record.name);
      if (nested == nullptr || !Expands(*nested)) {
        Box(name, record);
        continue;
      }
      absl::StrAppend(&text_, "  subgraph ", Quoted("cluster_" + name),
                      " {\n  style=dashed;\n  labeljust=l;\n  label=",
                      Quoted(record.name), ";\n");
      Draw(*nested, name + "/");
      absl::StrAppend(&text_, "  }\n");
    }
    // In a Sequential model, each from the one before.
    const LayerRecord* before = nullptr;
    for (const LayerRecord& record : model.records()) {
      if (record.sources.empty() && before != nullptr &&
          record.class_name != "InputLayer") {
        Edge(Ends(*before, path, 0), Begins(record, path, 0));
      }
      int input = 0;
      for (const TensorReference& source : record.sources) {
        for (const LayerRecord& from : model.records()) {
          if (from.name != source.operation) continue;
          Edge(Ends(from, path, source.output), Begins(record, path, input));
        }
        ++input;
      }
      before = &record;
    }
  }

  void Box(const std::string& id, const LayerRecord& record) {
    std::vector<std::string> cells;
    if (options_.show_shapes) {
      if (record.class_name != "InputLayer")
        cells.push_back(Cell("Input shape", AsTuples(record.input_shape)));
      cells.push_back(Cell("Output shape", AsTuples(record.output_shape)));
    }
    if (options_.show_dtype)
      cells.push_back(Cell("Output dtype", record.output_dtype));
    if (options_.show_trainable && record.layer != nullptr &&
        !record.layer->weights().empty()) {
      const bool trainable = record.layer->trainable();
      cells.push_back(absl::StrCat(
          "<td bgcolor=\"", trainable ? "forestgreen" : "firebrick",
          "\"><font point-size=\"14\" color=\"white\"><b>",
          trainable ? "Trainable" : "Non-trainable", "</b></font></td>"));
    }
    const int span = std::max(1, (options_.show_shapes ? 2 : 0) +
                                     static_cast<int>(options_.show_dtype) +
                                     static_cast<int>(options_.show_trainable));
    const std::string type = Html(record.class_name);
    std::string table = absl::StrCat(
        "<table border=\"0\" cellborder=\"1\" bgcolor=\"black\" "
        "cellpadding=\"10\"><tr><td colspan=\"",
        span, "\" bgcolor=\"black\"><font point-size=\"16\" color=\"white\">",
        options_.show_layer_names
            ? absl::StrCat("<b>", Html(record.name), "</b> (", type, ")")
            : absl::StrCat("<b>", type, "</b>"),
        "</font></td></tr>");
    const std::string activation =
        options_.show_layer_activations && record.layer != nullptr
            ? ActivationOf(const_cast<Layer&>(*record.layer))
            : "";
    if (!activation.empty()) {
      absl::StrAppend(&table, "<tr><td bgcolor=\"white\" colspan=\"", span,
                      "\"><font point-size=\"14\">Activation: <b>",
                      Html(activation), "</b></font></td></tr>");
    }
    if (!cells.empty())
      absl::StrAppend(&table, "<tr>", absl::StrJoin(cells, ""), "</tr>");
    absl::StrAppend(&text_, "  ", Quoted(id),
                    " [fontname=Helvetica, border=0, margin=0, label=<", table,
                    "</table>>];\n");
  }

  std::string Text() const {
    return absl::StrCat("digraph G {\n  rankdir=", options_.rankdir,
                        ";\n  concentrate=true;\n  dpi=", options_.dpi,
                        ";\n  splines=ortho;\n  node [shape=record];\n", text_,
                        edges_, "}\n");
  }

 private:
  bool Expands(const Model& model) const {
    return options_.expand_nested && !model.records().empty();
  }

  // The box where input number `input` of a part arrives.
  std::string Begins(const LayerRecord& record, const std::string& path,
                     int input) const {
    const std::string name = absl::StrCat(path, record.name);
    const Model* nested = ModelIn(record);
    if (nested == nullptr || !Expands(*nested)) return name;
    const std::vector<ModelInput> inputs = nested->inputs();
    const LayerRecord* first = &nested->records().front();
    for (const LayerRecord& inside : nested->records()) {
      if (input < static_cast<int>(inputs.size()) &&
          inside.name == inputs[input].name)
        first = &inside;
    }
    return Begins(*first, name + "/", 0);
  }

  // The box that output number `output` of a part comes from.
  std::string Ends(const LayerRecord& record, const std::string& path,
                   int output) const {
    const std::string name = absl::StrCat(path, record.name);
    const Model* nested = ModelIn(record);
    if (nested == nullptr || !Expands(*nested)) return name;
    const std::vector<std::string> outputs = nested->output_layers();
    const LayerRecord* last = &nested->records().back();
    for (const LayerRecord& inside : nested->records()) {
      if (output < static_cast<int>(outputs.size()) &&
          inside.name == outputs[output])
        last = &inside;
    }
    return Ends(*last, name + "/", 0);
  }

  void Edge(const std::string& from, const std::string& to) {
    if (!drawn_.emplace(from, to).second) return;
    absl::StrAppend(&edges_, "  ", Quoted(from), " -> ", Quoted(to),
                    " [penwidth=2];\n");
  }

  const PlotOptions& options_;
  std::string text_, edges_;
  std::set<std::pair<std::string, std::string>> drawn_;
};

}  // namespace

absl::StatusOr<std::string> ModelToDot(Model& model,
                                       const PlotOptions& options) {
  absl::Status status = model.status();
  if (status.ok() && !model.inputs().empty()) status = model.BuildAll();
  if (!status.ok()) return status;
  if (!model.built()) {
    return absl::FailedPreconditionError(
        absl::StrCat("model '", model.name(),
                     "' is not built, so its graph is not known; call it on an "
                     "Input or on data first"));
  }
  const std::set<std::string> directions = {"TB", "LR", "BT", "RL"};
  if (!directions.contains(options.rankdir)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'rankdir' must be TB, LR, BT or RL, not '", options.rankdir, "'"));
  }
  Drawing drawing(options);
  if (model.records().empty()) {
    drawing.Box(model.name(), {.name = model.name(),
                               .class_name = model.class_name(),
                               .layer = &model,
                               .output_shape = "?"});
  } else {
    drawing.Draw(model, "");
  }
  return drawing.Text();
}

}  // namespace keratin
