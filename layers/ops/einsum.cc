// keras.ops.einsum (declared in linear.h): parses the equation, contracts the
// operands from left to right.
#include <algorithm>
#include <cctype>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "ir/trace/ops.h"
#include "layers/ops/creation.h"
#include "layers/ops/linear.h"
#include "layers/ops/shaping.h"

namespace keratin::ops {
namespace {

// Letters are labelled by their code; the axes of an ellipsis, from the back,
// by 256 and on.
constexpr int kEllipsis = 256;

struct Equation {
  std::vector<std::vector<int>> inputs;
  std::vector<int> output;
};

// One term ("...ij") as labels for a rank; an error text if it does not fit.
std::string ParseTerm(absl::string_view term, int rank,
                      std::vector<int>& labels) {
  size_t dots = term.find("...");
  int letters =
      static_cast<int>(term.size()) - (dots == absl::string_view::npos ? 0 : 3);
  if (dots == absl::string_view::npos ? letters != rank : letters > rank) {
    return absl::StrCat("term \"", std::string(term),
                        "\" does not fit an operand of rank ", rank);
  }
  for (size_t i = 0; i < term.size(); ++i) {
    if (i == dots) {
      for (int axis = rank - letters; axis > 0; --axis)
        labels.push_back(kEllipsis + axis - 1);
      i += 2;
    } else if (std::isalpha(static_cast<unsigned char>(term[i]))) {
      labels.push_back(term[i]);
    } else {
      return absl::StrCat("character '", std::string(1, term[i]),
                          "' is not a letter");
    }
  }
  return "";
}

std::string Parse(absl::string_view text, absl::Span<const Tensor> operands,
                  Equation& equation) {
  std::string compact;
  for (char c : text) {
    if (c != ' ') compact.push_back(c);
  }
  std::vector<std::string> sides = absl::StrSplit(compact, "->");
  if (sides.size() > 2) return "more than one \"->\"";
  std::vector<std::string> terms = absl::StrSplit(sides[0], ',');
  if (terms.size() != operands.size()) {
    return absl::StrCat("it names ", terms.size(), " operands, but ",
                        operands.size(), " are given");
  }
  std::map<int, int> count;
  int ellipsis = 0;
  for (size_t i = 0; i < terms.size(); ++i) {
    equation.inputs.emplace_back();
    std::string error =
        ParseTerm(terms[i], operands[i].rank(), equation.inputs.back());
    if (!error.empty()) return error;
    for (int label : equation.inputs.back()) {
      ++count[label];
      ellipsis = std::max(ellipsis, label - kEllipsis + 1);
    }
  }
  if (sides.size() == 1) {
    for (int axis = ellipsis; axis > 0; --axis)
      equation.output.push_back(kEllipsis + axis - 1);
    for (auto [label, times] : count) {
      if (label < kEllipsis && times == 1) equation.output.push_back(label);
    }
    return "";
  }
  int letters = static_cast<int>(sides[1].size()) -
                (sides[1].find("...") == std::string::npos ? 0 : 3);
  int rank =
      letters + (sides[1].find("...") == std::string::npos ? 0 : ellipsis);
  std::string error = ParseTerm(sides[1], rank, equation.output);
  if (!error.empty()) return error;
  for (int label : equation.output) {
    if (count.count(label) == 0)
      return absl::StrCat("'", std::string(1, static_cast<char>(label)),
                          "' of the result is in no operand");
    if (std::count(equation.output.begin(), equation.output.end(), label) > 1)
      return "a letter stands twice in the result";
  }
  return "";
}

// Takes the diagonal of axes with one label.
Tensor Diagonals(Tensor x, std::vector<int>& labels) {
  for (size_t i = 0; i < labels.size(); ++i) {
    for (size_t j = i + 1; j < labels.size(); ++j) {
      if (labels[i] != labels[j]) continue;
      int label = labels[i];
      x = Diagonal(x, 0, static_cast<int>(i), static_cast<int>(j));
      labels.erase(labels.begin() + static_cast<int64_t>(j));
      labels.erase(labels.begin() + static_cast<int64_t>(i));
      labels.push_back(label);
      return Diagonals(x, labels);
    }
  }
  return x;
}

}  // namespace

Tensor Einsum(absl::string_view text, absl::Span<const Operand> operands) {
  if (operands.empty()) return Fail("einsum", "at least one operand is needed");
  std::vector<Tensor> x =
      Promote("einsum", operands, Raise::kNone, /*broadcast=*/false);
  bool bytes = true;
  for (size_t i = 0; i < x.size(); ++i) {
    if (!x[i].ok()) return Tensor();
    bytes = bytes && operands[i].type().dtype == DType::kInt8;
  }
  if (bytes) {
    for (Tensor& one : x) one = trace::Convert(one, DType::kInt32);
  }
  Equation equation;
  std::string error = Parse(text, x, equation);
  if (!error.empty())
    return Fail("einsum",
                absl::StrCat("equation \"", std::string(text), "\": ", error));
  for (size_t i = 0; i < x.size(); ++i)
    x[i] = Diagonals(x[i], equation.inputs[i]);

  Tensor result = x[0];
  std::vector<int> labels = equation.inputs[0];
  for (size_t i = 1; i < x.size(); ++i) {
    // What later operands or the result still need.
    std::vector<int> needed;
    auto need = [&](const std::vector<int>& from) {
      for (int label : from) {
        auto has = [&](const std::vector<int>& in) {
          return std::find(in.begin(), in.end(), label) != in.end();
        };
        if (!has(needed) && (has(labels) || has(equation.inputs[i])))
          needed.push_back(label);
      }
    };
    need(equation.output);
    for (size_t later = i + 1; later < x.size(); ++later)
      need(equation.inputs[later]);
    result =
        Contract("einsum", result, labels, x[i], equation.inputs[i], needed);
    labels = needed;
  }
  if (!result.ok()) return Tensor();
  std::vector<int64_t> summed;
  std::vector<int> kept;
  for (size_t i = 0; i < labels.size(); ++i) {
    bool stays = std::find(equation.output.begin(), equation.output.end(),
                           labels[i]) != equation.output.end();
    if (stays)
      kept.push_back(labels[i]);
    else
      summed.push_back(static_cast<int64_t>(i));
  }
  if (!summed.empty()) result = trace::ReduceSum(result, summed);
  std::vector<int> axes;
  for (int label : equation.output) {
    axes.push_back(static_cast<int>(std::find(kept.begin(), kept.end(), label) -
                                    kept.begin()));
  }
  return Transpose(result, axes);
}

}  // namespace keratin::ops
