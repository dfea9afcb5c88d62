#include "layers/models/table.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace keratin {
namespace {

// Code points, which is columns for what layers are called.
int Width(absl::string_view text) {
  int width = 0;
  for (const char c : text) width += (c & 0xc0) != 0x80;
  return width;
}

// The first columns.
absl::string_view Cut(absl::string_view text, int columns) {
  size_t end = 0;
  for (int seen = 0; end < text.size(); ++end) {
    if ((text[end] & 0xc0) != 0x80 && seen++ == columns) break;
  }
  return text.substr(0, end);
}

std::string Shortened(absl::string_view word, int width) {
  if (Width(word) <= width) return std::string(word);
  return absl::StrCat(Cut(word, width - 1), "…");
}

std::vector<std::string> Wrap(absl::string_view text, int width) {
  std::vector<std::string> lines;
  // Spaces before the first word are part of it.
  const size_t indent = std::min(text.find_first_not_of(' '), text.size());
  std::string line(text.substr(0, indent));
  bool first = true;
  for (absl::string_view word : absl::StrSplit(text.substr(indent), ' ')) {
    if (std::exchange(first, false)) {
      absl::StrAppend(&line, word);
      continue;
    }
    if (!line.empty() && Width(line) + 1 + Width(word) > width) {
      lines.push_back(Shortened(line, width));
      line.clear();
    }
    absl::StrAppend(&line, line.empty() ? "" : " ", word);
  }
  lines.push_back(Shortened(line, width));
  return lines;
}

// Widths with a space on both sides. Keras asks for these shares of the line
// without the spaces and borders; rich then takes what is too much from all
// columns alike, rounding halves to even.
std::vector<int> Widths(absl::Span<const Column> columns, int line) {
  std::vector<int> widths;
  int current = 0;
  int total = 0;
  for (const Column& column : columns) {
    const int width = static_cast<int>(column.end * line) - current;
    current += width;
    widths.push_back(width + 2);
    total += width + 2;
  }
  const int n = static_cast<int>(widths.size());
  int excess = total - (line - n - 1);
  for (int i = 0; i < n && excess > 0; ++i) {
    const int cut =
        static_cast<int>(std::nearbyint(static_cast<double>(excess) / (n - i)));
    widths[i] = std::max(3, widths[i] - cut);
    excess -= cut;
  }
  return widths;
}

void AppendRule(absl::Span<const int> widths, absl::string_view left,
                absl::string_view line, absl::string_view middle,
                absl::string_view right, std::string* text) {
  for (size_t i = 0; i < widths.size(); ++i) {
    absl::StrAppend(text, i == 0 ? left : middle);
    for (int k = 0; k < widths[i]; ++k) absl::StrAppend(text, line);
  }
  absl::StrAppend(text, right, "\n");
}

void AppendRow(absl::Span<const Column> columns, absl::Span<const int> widths,
               absl::Span<const std::string> cells, absl::string_view border,
               std::string* text) {
  std::vector<std::vector<std::string>> lines;
  size_t height = 0;
  for (size_t i = 0; i < columns.size(); ++i) {
    lines.push_back(Wrap(cells[i], widths[i] - 2));
    height = std::max(height, lines.back().size());
  }
  for (size_t y = 0; y < height; ++y) {
    for (size_t i = 0; i < columns.size(); ++i) {
      const std::string cell = y < lines[i].size() ? lines[i][y] : "";
      const int spare = std::max(0, widths[i] - 2 - Width(cell));
      const Column::Side side = columns[i].side;
      const int before = side == Column::Side::kRight    ? spare
                         : side == Column::Side::kCenter ? spare / 2
                                                         : 0;
      absl::StrAppend(text, border, std::string(before + 1, ' '), cell,
                      std::string(spare - before + 1, ' '));
    }
    absl::StrAppend(text, border, "\n");
  }
}

}  // namespace

int LeastLine(absl::Span<const Column> columns) {
  constexpr int kLeastWidth = 4;
  for (int line = 1;; ++line) {
    int current = 0;
    bool fits = true;
    for (const Column& column : columns) {
      const int end = static_cast<int>(column.end * line);
      fits = fits && end - current >= kLeastWidth;
      current = end;
    }
    if (fits) return line;
  }
}

std::string RenderTable(absl::Span<const Column> columns,
                        absl::Span<const std::vector<std::string>> rows,
                        int line, int terminal_columns) {
  const std::vector<int> widths = Widths(columns, line);
  std::string text;
  AppendRule(widths, "┏", "━", "┳", "┓", &text);
  std::vector<std::string> titles;
  for (const Column& column : columns) titles.push_back(column.title);
  AppendRow(columns, widths, titles, "┃", &text);
  AppendRule(widths, "┡", "━", "╇", "┩", &text);
  for (size_t i = 0; i < rows.size(); ++i) {
    if (i > 0) AppendRule(widths, "├", "─", "┼", "┤", &text);
    AppendRow(columns, widths, rows[i], "│", &text);
  }
  AppendRule(widths, "└", "─", "┴", "┘", &text);
  if (line <= terminal_columns) return text;
  std::string cut;
  for (absl::string_view row : absl::StrSplit(text, '\n'))
    absl::StrAppend(&cut, cut.empty() ? "" : "\n", Cut(row, terminal_columns));
  return cut;
}

std::string WithCommas(int64_t n) {
  std::string digits = absl::StrCat(n);
  for (size_t at = digits.size(); at > 3 && digits[at - 4] != '-';)
    digits.insert(at -= 3, ",");
  return digits;
}

std::string ReadableBytes(double bytes) {
  const char* const units[] = {"B", "KB", "MB", "GB", "TB", "PB"};
  size_t unit = 0;
  for (; bytes >= 1024 && unit < 5; ++unit) bytes /= 1024;
  return absl::StrFormat("%.2f %s", bytes, units[unit]);
}

}  // namespace keratin
