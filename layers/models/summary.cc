#include "layers/models/summary.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "layers/base/pattern.h"
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

// Of a layer whose call is not known, what it makes of what it was built from.
std::string BuiltShape(Layer& layer) {
  const Arguments& built = layer.built_arguments();
  if (!layer.built() || built.positional.size() != 1 ||
      !built.positional[0].is_keras_tensor() ||
      dynamic_cast<Model*>(&layer) != nullptr) {
    return "?";
  }
  const auto shape =
      layer.ComputeOutputShape(built.positional[0].as_keras_tensor().shape());
  return shape.ok() ? ShapeText(*shape) : "?";
}

std::vector<LayerRecord> RecordsOf(const Model& model) {
  if (!model.records().empty()) return model.records();
  // A class of one's own: its layers, whose calls are not known.
  std::vector<LayerRecord> records;
  for (Layer* layer : model.layers()) {
    records.push_back({.name = layer->name(),
                       .class_name = layer->class_name(),
                       .layer = layer,
                       .output_shape = BuiltShape(*layer)});
  }
  return records;
}

// Those in the range.
absl::StatusOr<std::vector<LayerRecord>> InRange(
    std::vector<LayerRecord> records, const SummaryOptions& options) {
  if (!options.layer_range.has_value()) return records;
  const auto first = Pattern::Parse(options.layer_range->first);
  if (!first.ok()) return first.status();
  const auto last = Pattern::Parse(options.layer_range->second);
  if (!last.ok()) return last.status();
  const auto places = [&](const Pattern& pattern) {
    std::vector<size_t> found;
    for (size_t k = 0; k < records.size(); ++k) {
      if (pattern.Matches(records[k].name, Pattern::Where::kStart))
        found.push_back(k);
    }
    return found;
  };
  const std::vector<size_t> from = places(*first), to = places(*last);
  if (from.empty() || to.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the range of layers '", options.layer_range->first, "' to '",
        options.layer_range->second,
        "' names no layers of the model; the names are those of its summary"));
  }
  // The other way round, if they are given so.
  const bool forward = from.front() <= to.back();
  const size_t begin = forward ? from.front() : to.front();
  const size_t end = (forward ? to.back() : from.back()) + 1;
  return std::vector<LayerRecord>(records.begin() + begin,
                                  records.begin() + end);
}

class Table {
 public:
  Table(const Model& model, const SummaryOptions& options)
      : options_(options), graph_(!model.sequential_like()) {
    using Side = Column::Side;
    columns_ = {{"Layer (type)", Side::kLeft, graph_ ? 0.3 : 0.45},
                {"Output Shape", Side::kLeft, graph_ ? 0.56 : 0.80},
                {"Param #", Side::kRight, graph_ ? 0.74 : 1.0}};
    if (graph_) columns_.push_back({"Connected to", Side::kLeft, 1.0});
    if (!options.show_trainable) return;
    for (Column& column : columns_) column.end *= 0.90;
    columns_.push_back({"Trainable", Side::kCenter, 1.0});
  }

  // The layers of models in it, if they are wanted, are `nesting` deeper.
  void Add(const LayerRecord& record, int nesting = 0) {
    const Layer* layer = record.layer;
    const bool built =
        layer == nullptr || layer->built() || record.class_name == "InputLayer";
    const std::string params =
        !built             ? "0 (unbuilt)"
        : layer == nullptr ? "0"
                           : WithCommas(SizeOf(layer->weights()).params);
    const std::string prefix =
        nesting == 0 ? "" : std::string(3 * nesting, ' ') + "└ ";
    std::vector<std::string> row = {
        absl::StrCat(prefix, record.name, " (", record.class_name, ")"),
        record.output_shape, params};
    // The connections within a model are not shown.
    if (graph_) row.push_back(nesting == 0 ? Sources(record) : "-");
    if (options_.show_trainable) {
      row.push_back(layer == nullptr || layer->weights().empty() ? "-"
                    : layer->trainable()                         ? "Y"
                                                                 : "N");
    }
    rows_.push_back(std::move(row));
    const auto* model = dynamic_cast<const Model*>(layer);
    if (!options_.expand_nested || model == nullptr) return;
    for (const LayerRecord& inner : RecordsOf(*model)) {
      if (inner.layer != nullptr) Add(inner, nesting + 1);
    }
  }

  absl::StatusOr<std::string> Render() const {
    const int least = LeastLine(columns_);
    int line = options_.line_length;
    if (line == 0) {
      line = (graph_ ? 108 : 88) + (options_.show_trainable ? 12 : 0);
      line = std::max(least, std::min(line, options_.terminal_columns - 4));
    }
    if (line < least) {
      return absl::InvalidArgumentError(absl::StrCat(
          "lines of ", line,
          " columns are too short for the summary, which takes ", least));
    }
    return RenderTable(columns_, rows_, line,
                       std::max(least, options_.terminal_columns));
  }

 private:
  static std::string Sources(const LayerRecord& record) {
    std::string sources;
    for (const TensorReference& source : record.sources) {
      absl::StrAppend(&sources, sources.empty() ? "" : ", ", source.operation,
                      "[", source.node, "][", source.output, "]");
    }
    return sources.empty() ? "-" : sources;
  }

  const SummaryOptions& options_;
  bool graph_;
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace

absl::StatusOr<std::string> Summary(Model& model,
                                    const SummaryOptions& options) {
  absl::Status status = model.status();
  if (status.ok() && !model.inputs().empty()) status = model.BuildAll();
  if (!status.ok()) return status;
  const auto records = InRange(RecordsOf(model), options);
  if (!records.ok()) return records.status();
  Table table(model, options);
  for (const LayerRecord& record : *records) table.Add(record);
  const absl::StatusOr<std::string> drawn = table.Render();
  if (!drawn.ok()) return drawn.status();
  const Size trainable = SizeOf(model.trainable_weights());
  const Size frozen = SizeOf(model.non_trainable_weights());
  const Size optimizer = {options.optimizer_params, options.optimizer_bytes};
  return absl::StrCat(
      "Model: \"", model.name(), "\"\n", *drawn,
      Line("Total params", {trainable.params + frozen.params + optimizer.params,
                            trainable.bytes + frozen.bytes + optimizer.bytes}),
      Line("Trainable params", trainable), Line("Non-trainable params", frozen),
      optimizer.params == 0 ? "" : Line("Optimizer params", optimizer));
}

}  // namespace keratin
