#include "layers/rnn/rnn.h"

#include <memory>
#include <utility>

#include "layers/rnn/stacked_rnn_cells.h"

namespace keratin {

void RNN::Describe(Fields& f) {
  options_.RecurrenceOptions::Describe(f);
  f.Required("cell")("cell", options_.cell);
}

absl::Status RNN::Configured() {
  if (options_.cell.is_sequence()) {
    return SetCell(std::make_unique<StackedRNNCells>(), "stacked_rnn_cells",
                   Value::Dict({{"cells", options_.cell}}));
  }
  auto cell = DeserializeCell(options_.cell);
  if (!cell.ok()) return cell.status();
  SetCell(*std::move(cell));
  return absl::OkStatus();
}

KERATIN_REGISTER_LAYER("keras", RNN);

}  // namespace keratin
