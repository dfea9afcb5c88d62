// A pattern is parsed into a machine (Thompson, 1968, "Regular expression
// search algorithm"), all of whose states are followed at once.
#include "layers/base/pattern.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace keratin {
namespace {

using Step = Pattern::Step;
using Kind = Step::Kind;
using Ranges = std::vector<std::pair<uint32_t, uint32_t>>;

// Of a machine; repetitions are written out.
constexpr size_t kMostSteps = 10000;
constexpr int kMostDepth = 100;
constexpr uint32_t kLast = 0x10FFFF;

// Code points; a byte that belongs to none stands for itself.
std::vector<uint32_t> CodePoints(absl::string_view text) {
  std::vector<uint32_t> points;
  for (size_t k = 0; k < text.size();) {
    const auto byte = static_cast<uint8_t>(text[k++]);
    const int more = byte >= 0xF0 ? 3 : byte >= 0xE0 ? 2 : byte >= 0xC0 ? 1 : 0;
    uint32_t point = more == 0 ? byte : byte & (0x3Fu >> more);
    for (int n = 0; n < more && k < text.size() && (text[k] & 0xC0) == 0x80;
         ++n) {
      point = point << 6 | (static_cast<uint8_t>(text[k++]) & 0x3Fu);
    }
    points.push_back(point);
  }
  return points;
}

// What \d, \w and \s stand for; letters beyond ASCII are part of words.
Ranges ClassOf(uint32_t letter) {
  if (letter == 'd') return {{'0', '9'}};
  if (letter == 's') return {{'\t', '\r'}, {' ', ' '}};
  return {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}, {0xAA, kLast}};
}

Ranges Complement(Ranges ranges) {
  std::sort(ranges.begin(), ranges.end());
  Ranges others;
  uint32_t next = 0;
  for (const auto& [first, last] : ranges) {
    if (first > next) others.emplace_back(next, first - 1);
    next = std::max(next, last + 1);
  }
  if (next <= kLast) others.emplace_back(next, kLast);
  return others;
}

bool Contains(const Ranges& ranges, uint32_t point) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const auto& range) {
    return range.first <= point && point <= range.second;
  });
}

// Builds the machine from the end of the pattern backwards: a part is a
// function from where the machine goes on after it to where it begins.
class Parser {
 public:
  explicit Parser(absl::string_view text) : points_(CodePoints(text)) {}

  absl::StatusOr<std::vector<Step>> Parse() {
    const Part whole = Alternatives(0);
    if (error_.empty() && at_ < points_.size()) Fail("unbalanced parenthesis");
    // Where matching begins is the last step.
    if (error_.empty()) {
      const int begin = whole(Add({.kind = Kind::kMatch}));
      Add({.kind = Kind::kFork, .next = begin, .other = begin});
    }
    if (!error_.empty()) return absl::InvalidArgumentError(error_);
    return std::move(steps_);
  }

 private:
  using Part = std::function<int(int next)>;

  bool At(uint32_t point) const {
    return at_ < points_.size() && points_[at_] == point;
  }
  bool Take(uint32_t point) {
    if (!At(point)) return false;
    ++at_;
    return true;
  }
  Part Fail(const std::string& what) {
    if (error_.empty()) error_ = absl::StrCat(what, " at position ", at_);
    return [](int next) { return next; };
  }
  int Add(Step step) {
    if (steps_.size() >= kMostSteps) {
      Fail("more repetition than is supported");
      return 0;
    }
    steps_.push_back(std::move(step));
    return static_cast<int>(steps_.size()) - 1;
  }
  Part One(Ranges ranges, bool negated = false) {
    return [this, ranges = std::move(ranges), negated](int next) {
      return Add({.kind = Kind::kCharacter,
                  .next = next,
                  .ranges = ranges,
                  .negated = negated});
    };
  }
  Part Assertion(Kind kind) {
    return [this, kind](int next) { return Add({.kind = kind, .next = next}); };
  }

  Part Alternatives(int depth) {
    if (depth > kMostDepth) return Fail("more nesting than is supported");
    std::vector<Part> parts = {Sequence(depth)};
    while (error_.empty() && Take('|')) parts.push_back(Sequence(depth));
    if (parts.size() == 1) return std::move(parts[0]);
    return [this, parts = std::move(parts)](int next) {
      int begin = parts.back()(next);
      for (size_t k = parts.size() - 1; k > 0; --k) {
        const int other = parts[k - 1](next);
        begin = Add({.kind = Kind::kFork, .next = other, .other = begin});
      }
      return begin;
    };
  }

  Part Sequence(int depth) {
    std::vector<Part> parts;
    while (error_.empty() && at_ < points_.size() && !At('|') && !At(')'))
      parts.push_back(Repeated(Atom(depth)));
    return [parts = std::move(parts)](int next) {
      for (auto part = parts.rbegin(); part != parts.rend(); ++part)
        next = (*part)(next);
      return next;
    };
  }

  // How often the part before is repeated; false if nothing says so.
  bool TakeCounts(int* least, int* most) {
    if (Take('*') || Take('+') || Take('?')) {
      const uint32_t sign = points_[at_ - 1];
      *least = sign == '+' ? 1 : 0;
      *most = sign == '?' ? 1 : -1;
      return true;
    }
    const size_t begin = at_;
    const auto number = [&](int otherwise) {
      int value = otherwise;
      for (bool first = true;
           at_ < points_.size() && points_[at_] >= '0' && points_[at_] <= '9';
           ++at_, first = false) {
        value = (first ? 0 : std::min(value, 100000)) * 10 +
                static_cast<int>(points_[at_] - '0');
      }
      return value;
    };
    if (!Take('{')) return false;
    // Other braces stand for themselves.
    const bool empty = At('}');
    *least = number(-1);
    const bool range = Take(',');
    *most = range ? number(-1) : *least;
    if (empty || !Take('}') || (!range && *least < 0)) {
      at_ = begin;
      return false;
    }
    *least = std::max(*least, 0);
    return true;
  }

  Part Repeated(Part part) {
    int least = 0, most = 0;
    if (!TakeCounts(&least, &most)) return part;
    // The longest and the shortest match exist together.
    Take('?');
    int more = 0, as_much = 0;
    if (At('+')) return Fail("possessive repetition, which is not supported,");
    if (TakeCounts(&more, &as_much)) return Fail("multiple repeat");
    if (most >= 0 && most < least)
      return Fail("a range of repetition that ends before it begins");
    return [this, part = std::move(part), least, most](int next) {
      int begin = next;
      if (most < 0) {
        const int loop = Add({.kind = Kind::kFork, .other = next});
        const int body = part(loop);
        if (error_.empty()) steps_[loop].next = body;
        begin = loop;
      }
      for (int k = least; k < most && error_.empty(); ++k)
        begin = Add({.kind = Kind::kFork, .next = part(begin), .other = next});
      for (int k = 0; k < least && error_.empty(); ++k) begin = part(begin);
      return begin;
    };
  }

  Part Atom(int depth) {
    const uint32_t point = points_[at_++];
    if (point == '.') return One({{'\n', '\n'}}, true);
    if (point == '^') return Assertion(Kind::kBegin);
    if (point == '$') return Assertion(Kind::kEndOrNewline);
    if (point == '[') return Bracket();
    if (point == '(') {
      if (Take('?') && !TakeGroupName()) {
        return Fail(
            "an extension, as lookaround or a flag, which is not supported,");
      }
      Part inside = Alternatives(depth + 1);
      if (!Take(')')) return Fail("missing )");
      return inside;
    }
    if (point == '*' || point == '+' || point == '?')
      return Fail("nothing to repeat");
    if (point != '\\') return One({{point, point}});
    if (At('b') || At('B') || At('A') || At('Z')) {
      const uint32_t letter = points_[at_++];
      return Assertion(letter == 'b'   ? Kind::kBoundary
                       : letter == 'B' ? Kind::kNoBoundary
                       : letter == 'A' ? Kind::kBegin
                                       : Kind::kEnd);
    }
    return One(Escape());
  }

  // After "(?": of a group that captures nothing, or by name.
  bool TakeGroupName() {
    if (Take(':')) return true;
    if (!Take('P') || !Take('<')) return false;
    while (at_ < points_.size() && !At('>')) ++at_;
    return Take('>');
  }

  // After a backslash.
  Ranges Escape() {
    if (at_ >= points_.size()) {
      Fail("bad escape");
      return {};
    }
    const uint32_t point = points_[at_++];
    switch (point) {
      case 'd':
      case 'w':
      case 's':
        return ClassOf(point);
      case 'D':
      case 'W':
      case 'S':
        return Complement(ClassOf(point + ('a' - 'A')));
      case 'n':
        return {{'\n', '\n'}};
      case 't':
        return {{'\t', '\t'}};
      case 'r':
        return {{'\r', '\r'}};
      default:
        if (point < 128 && point != '_' && Contains(ClassOf('w'), point))
          Fail("an escape that is not supported");
        return {{point, point}};
    }
  }

  Part Bracket() {
    const bool negated = Take('^');
    Ranges ranges;
    for (bool first = true; !At(']') || first; first = false) {
      if (at_ >= points_.size()) return Fail("unterminated character set");
      const Ranges low = Member();
      const bool is_range =
          At('-') && at_ + 1 < points_.size() && points_[at_ + 1] != ']';
      if (!is_range) {
        ranges.insert(ranges.end(), low.begin(), low.end());
        continue;
      }
      ++at_;
      const Ranges high = Member();
      if (low.size() != 1 || high.size() != 1 ||
          low[0].first != low[0].second || high[0].first != high[0].second ||
          high[0].first < low[0].first) {
        return Fail("bad character range");
      }
      ranges.emplace_back(low[0].first, high[0].first);
    }
    ++at_;
    return One(std::move(ranges), negated);
  }

  Ranges Member() {
    const uint32_t point = points_[at_++];
    return point == '\\' ? Escape() : Ranges{{point, point}};
  }

  const std::vector<uint32_t> points_;
  size_t at_ = 0;
  std::string error_;
  std::vector<Step> steps_;
};

bool Holds(Kind kind, const std::vector<uint32_t>& text, size_t at) {
  const auto in_word = [&](size_t k) {
    return k < text.size() && Contains(ClassOf('w'), text[k]);
  };
  switch (kind) {
    case Kind::kBegin:
      return at == 0;
    case Kind::kEnd:
      return at == text.size();
    case Kind::kEndOrNewline:
      return at == text.size() || (at + 1 == text.size() && text[at] == '\n');
    default: {
      const bool before = at > 0 && in_word(at - 1);
      return (before != in_word(at)) == (kind == Kind::kBoundary);
    }
  }
}

}  // namespace

absl::StatusOr<Pattern> Pattern::Parse(absl::string_view text) {
  absl::StatusOr<std::vector<Step>> steps = Parser(text).Parse();
  if (!steps.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the regular expression '", text, "' has ", steps.status().message()));
  }
  Pattern pattern;
  pattern.steps_ = *std::move(steps);
  return pattern;
}

bool Pattern::Matches(absl::string_view text, Where where) const {
  const std::vector<uint32_t> points = CodePoints(text);
  // The states before a character, and those that were reached at it.
  std::vector<int> states, pending;
  std::vector<size_t> seen(steps_.size(), SIZE_MAX);
  bool matched = false;
  const auto enter = [&](int first, size_t at) {
    pending.push_back(first);
    while (!pending.empty()) {
      const int number = pending.back();
      pending.pop_back();
      if (seen[number] == at) continue;
      seen[number] = at;
      const Step& step = steps_[number];
      if (step.kind == Kind::kMatch) {
        matched = matched || where != Where::kWhole || at == points.size();
      } else if (step.kind == Kind::kCharacter) {
        states.push_back(number);
      } else if (step.kind == Kind::kFork) {
        pending.push_back(step.next);
        pending.push_back(step.other);
      } else if (Holds(step.kind, points, at)) {
        pending.push_back(step.next);
      }
    }
  };
  const int begin = static_cast<int>(steps_.size()) - 1;
  for (size_t at = 0; at <= points.size() && !matched; ++at) {
    if (at == 0 || where == Where::kAnywhere) enter(begin, at);
    if (at == points.size()) break;
    const std::vector<int> now = std::exchange(states, {});
    for (int number : now) {
      const Step& step = steps_[number];
      if (Contains(step.ranges, points[at]) != step.negated)
        enter(step.next, at + 1);
    }
  }
  return matched;
}

}  // namespace keratin
