// keratin summary: the layers of a model, drawn as Keras's model.summary().

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "compiler/tools/flags.h"
#include "compiler/tools/open_model.h"
#include "compiler/tools/output_file.h"
#include "compiler/tools/table.h"
#include "compiler/tools/verbs.h"
#include "layers/base/layer.h"
#include "layers/base/variable.h"
#include "layers/models/model.h"
#include "runtime/dtype.h"

namespace keratin::tools {
namespace {

struct Size {
  int64_t params = 0;
  double bytes = 0;
};

// Seed states are state of generators, no weights.
Size SizeOf(const std::vector<Variable*>& variables) {
  Size size;
  for (const Variable* variable : variables) {
    if (variable->name() == "seed_generator_state") continue;
    const int64_t elements =
        variable->shape().Elements().AsConstant().value_or(0);
    size.params += elements;
    size.bytes += static_cast<double>(elements * DTypeSize(variable->dtype()));
  }
  return size;
}

std::string Line(const char* title, const Size& size) {
  return absl::StrCat(" ", title, ": ", WithCommas(size.params), " (",
                      ReadableBytes(size.bytes), ")\n");
}

std::string Summary(const OpenedModel& opened, int terminal_columns) {
  const Model& model = *opened.model;
  const bool graph = !model.sequential_like();
  std::vector<Column> columns = {{"Layer (type)", false, graph ? 0.3 : 0.45},
                                 {"Output Shape", false, graph ? 0.56 : 0.80},
                                 {"Param #", true, graph ? 0.74 : 1.0}};
  if (graph) columns.push_back({"Connected to", false, 1.0});
  std::vector<std::vector<std::string>> rows;
  for (const LayerRecord& record : model.records()) {
    const int64_t params =
        record.layer == nullptr ? 0 : SizeOf(record.layer->variables()).params;
    rows.push_back({absl::StrCat(record.name, " (", record.class_name, ")"),
                    record.output_shape, WithCommas(params)});
    if (!graph) continue;
    std::string sources;
    for (const TensorReference& source : record.sources) {
      absl::StrAppend(&sources, sources.empty() ? "" : ", ", source.operation,
                      "[", source.node, "][", source.output, "]");
    }
    rows.back().push_back(sources.empty() ? "-" : sources);
  }
  const Size trainable = SizeOf(model.trainable_variables());
  const Size frozen = SizeOf(model.non_trainable_variables());
  Size optimizer;
  for (const auto& [key, array] : opened.optimizer) {
    optimizer.params += array.elements();
    optimizer.bytes += static_cast<double>(array.bytes());
  }
  return absl::StrCat(
      "Model: \"", model.name(), "\"\n",
      RenderTable(columns, rows, graph ? 108 : 88, terminal_columns),
      Line("Total params", {trainable.params + frozen.params + optimizer.params,
                            trainable.bytes + frozen.bytes + optimizer.bytes}),
      Line("Trainable params", trainable), Line("Non-trainable params", frozen),
      opened.optimizer.empty() ? "" : Line("Optimizer params", optimizer));
}

}  // namespace

int SummaryVerb(absl::Span<char* const> args) {
  OpenFlags open;
  Flags flags("summary", "MODEL",
              "Prints the layers of MODEL, their output shapes and the number "
              "of their parameters, as Keras's model.summary() does.");
  AddOpenFlags(&flags, &open);
  std::vector<std::string> positional;
  if (auto exit = flags.Parse(args, &positional, 1, 1)) return *exit;
  const absl::StatusOr<OpenedModel> model = OpenModel(positional[0], open);
  if (!model.ok()) return ExitCode(model.status());
  return ExitCode(Print(Summary(*model, TerminalColumns())));
}

}  // namespace keratin::tools
