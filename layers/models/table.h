// A table as Keras's model.summary() draws it.
#ifndef KERATIN_LAYERS_MODELS_TABLE_H_
#define KERATIN_LAYERS_MODELS_TABLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace keratin {

struct Column {
  enum class Side { kLeft, kRight, kCenter };
  std::string title;
  Side side = Side::kLeft;
  double end = 1;  // where it ends, as a share of the line
};

// How long a line must be at least for Keras to draw the columns.
int LeastLine(absl::Span<const Column> columns);

// Rows of cells under the titles, in a box `line` wide, cut off after
// `terminal_columns`. Words wrap; one wider than its column ends with an
// ellipsis.
std::string RenderTable(absl::Span<const Column> columns,
                        absl::Span<const std::vector<std::string>> rows,
                        int line, int terminal_columns);

// "1,234,567".
std::string WithCommas(int64_t n);
// Keras's "75.10 KB".
std::string ReadableBytes(double bytes);

}  // namespace keratin

#endif  // KERATIN_LAYERS_MODELS_TABLE_H_
