#include "layers/models/summary.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "layers/models/table.h"

namespace keratin {
namespace {

struct Size {
  int64_t params = 0;
  double bytes = 0;
};

Size SizeOf(const std::vector<Variable*>& weights) {
  Size size;
  for (const Variable* weight : weights) {
    const int64_t elements =
        weight->shape().Elements().AsConstant().value_or(0);
    size.params += elements;
    size.bytes += static_cast<double>(elements * DTypeSize(weight->dtype()));
  }
  return size;
}

std::string Line(const char* title, const Size& size) {
  return absl::StrCat(" ", title, ": ", WithCommas(size.params), " (",
                      ReadableBytes(size.bytes), ")\n");
}

}  // namespace

absl::StatusOr<std::string> Summary(Model& model,
                                    const SummaryOptions& options) {
  absl::Status status = model.status();
  if (status.ok() && model.records().empty() && !model.inputs().empty())
    status = model.BuildAll();
  if (!status.ok()) return status;
  std::vector<LayerRecord> records = model.records();
  if (records.empty()) {
    // A class of one's own: its layers, whose calls are not known.
    for (const Layer* layer : model.layers()) {
      records.push_back({.name = layer->name(),
                         .class_name = layer->class_name(),
                         .layer = layer,
                         .output_shape = "?"});
    }
  }
  const bool graph = !model.sequential_like();
  std::vector<Column> columns = {{"Layer (type)", false, graph ? 0.3 : 0.45},
                                 {"Output Shape", false, graph ? 0.56 : 0.80},
                                 {"Param #", true, graph ? 0.74 : 1.0}};
  if (graph) columns.push_back({"Connected to", false, 1.0});
  std::vector<std::vector<std::string>> rows;
  for (const LayerRecord& record : records) {
    const int64_t params =
        record.layer == nullptr ? 0 : SizeOf(record.layer->weights()).params;
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
  const Size trainable = SizeOf(model.trainable_weights());
  const Size frozen = SizeOf(model.non_trainable_weights());
  const Size optimizer = {options.optimizer_params, options.optimizer_bytes};
  return absl::StrCat(
      "Model: \"", model.name(), "\"\n",
      RenderTable(columns, rows, graph ? 108 : 88, options.terminal_columns),
      Line("Total params", {trainable.params + frozen.params + optimizer.params,
                            trainable.bytes + frozen.bytes + optimizer.bytes}),
      Line("Trainable params", trainable), Line("Non-trainable params", frozen),
      optimizer.params == 0 ? "" : Line("Optimizer params", optimizer));
}

}  // namespace keratin
