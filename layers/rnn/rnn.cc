#include "layers/rnn/rnn.h"

#include <vector>

#include "layers/rnn/recurrent_layer.h"
#include "layers/rnn/stacked_rnn_cells.h"

namespace keratin {
namespace {

class RNNLayer : public RecurrentLayerOf<RNNOptions> {
  absl::Status Configured() override { return SetCell(options_.cell.cell()); }
};

}  // namespace

CellField::CellField(std::initializer_list<LayerPtr> cells)
    : cell_(StackedRNNCells({.cells = cells})) {}

absl::Status Read(const Value& value, CellField& field) {
  LayerPtr cell;
  if (value.is_sequence()) {
    std::vector<LayerPtr> cells;
    absl::Status status = Read(value, cells);
    if (!status.ok()) return status;
    cell = StackedRNNCells({.cells = std::move(cells)});
  } else {
    absl::Status status = Read(value, cell);
    if (!status.ok()) return status;
  }
  field = CellField(std::move(cell));
  return Check(field);
}

Value Written(const CellField& field) { return Written(field.cell()); }

absl::Status Check(const CellField& field) { return Check(field.cell()); }

void RNNOptions::Describe(Fields& f) {
  DescribeRecurrence(f, *this);
  f.Required("cell")("cell", cell);
}

KERATIN_DEFINE_LAYER("keras", RNN, RNNLayer);

}  // namespace keratin
