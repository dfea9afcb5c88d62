#include "tests/conformance/outcome.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "nlohmann/json.hpp"

namespace keratin::conformance {
namespace {

using Json = nlohmann::json;
using Counts = std::array<int, 3>;  // by verdict

Counts Count(absl::Span<const Outcome> outcomes) {
  Counts counts = {0, 0, 0};
  for (const Outcome& outcome : outcomes)
    ++counts[static_cast<size_t>(outcome.verdict)];
  return counts;
}

Json ToJson(const Outcome& outcome) {
  return Json{{"id", outcome.id},
              {"layer", outcome.layer},
              {"verdict", VerdictName(outcome.verdict)},
              {"reasons", outcome.reasons},
              {"gradients", outcome.gradients},
              {"seconds", outcome.seconds}};
}

// Bytes of a file's names may be no UTF-8.
std::string Dump(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

const char* VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPassed:
      return "passed";
    case Verdict::kFailed:
      return "failed";
    case Verdict::kUnsupported:
      return "unsupported";
  }
  return "failed";
}

std::string ToJsonLine(const Outcome& outcome) {
  return Dump(ToJson(outcome), -1) + "\n";
}

bool FromJsonLine(const std::string& line, Outcome* outcome) {
  const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("verdict")) return false;
  outcome->id = json.value("id", "");
  outcome->layer = json.value("layer", "");
  outcome->gradients = json.value("gradients", "");
  outcome->seconds = json.value("seconds", 0.0);
  outcome->reasons = json.value("reasons", std::vector<std::string>());
  const std::string verdict = json.value("verdict", "");
  for (Verdict v :
       {Verdict::kPassed, Verdict::kFailed, Verdict::kUnsupported}) {
    if (verdict == VerdictName(v)) outcome->verdict = v;
  }
  return true;
}

std::string Report(absl::Span<const Outcome> outcomes) {
  std::map<std::string, std::vector<Outcome>> layers;
  size_t width = 5;
  for (const Outcome& outcome : outcomes) {
    layers[outcome.layer].push_back(outcome);
    width = std::max(width, outcome.layer.size());
  }
  std::string text =
      absl::StrFormat("%-*s  passed  failed  unsupported  gradients\n",
                      static_cast<int>(width), "layer");
  for (const auto& [layer, cases] : layers) {
    const Counts counts = Count(cases);
    absl::StrAppendFormat(&text, "%-*s  %6d  %6d  %11d  %s\n",
                          static_cast<int>(width), layer, counts[0], counts[1],
                          counts[2], cases.front().gradients);
  }
  text += "\n";
  std::map<std::string, std::vector<std::string>> unsupported;
  for (const Outcome& outcome : outcomes) {
    if (outcome.verdict == Verdict::kUnsupported)
      unsupported[absl::StrJoin(outcome.reasons, "; ")].push_back(outcome.id);
  }
  for (const auto& [reason, ids] : unsupported) {
    absl::StrAppend(&text, "unsupported: ", reason, " (");
    if (ids.size() == 1) {
      absl::StrAppend(&text, ids[0], ")\n");
    } else {
      absl::StrAppend(&text, ids.size(), " cases, as ", ids[0], ")\n");
    }
  }
  for (const Outcome& outcome : outcomes) {
    if (outcome.verdict == Verdict::kFailed) {
      absl::StrAppend(&text, "failed: ", outcome.id, ": ",
                      absl::StrJoin(outcome.reasons, "; "), "\n");
    }
  }
  const Counts counts = Count(outcomes);
  absl::StrAppendFormat(&text, "%d passed, %d failed, %d unsupported\n",
                        counts[0], counts[1], counts[2]);
  return text;
}

std::string ReportJson(absl::Span<const Outcome> outcomes) {
  const Counts counts = Count(outcomes);
  Json cases = Json::array();
  std::map<std::string, std::vector<Outcome>> by_layer;
  for (const Outcome& outcome : outcomes) {
    cases.push_back(ToJson(outcome));
    by_layer[outcome.layer].push_back(outcome);
  }
  Json layers = Json::object();
  for (const auto& [layer, list] : by_layer) {
    const Counts n = Count(list);
    layers[layer] = {{"passed", n[0]}, {"failed", n[1]}, {"unsupported", n[2]}};
  }
  return Dump(Json{{"passed", counts[0]},
                   {"failed", counts[1]},
                   {"unsupported", counts[2]},
                   {"layers", layers},
                   {"cases", cases}},
              1) +
         "\n";
}

}  // namespace keratin::conformance
