// Pattern: a regular expression as Python's re has it, matched against names
// and paths of layers.
//
// Matching takes time in proportion to the text, whatever the pattern, so those
// of files are safe. Lookaround, backreferences, flags and possessive
// repetition are errors.
//
//   absl::StatusOr<Pattern> pattern = Pattern::Parse("encoder/.*");
//   pattern->Matches("encoder/dense", Pattern::Where::kWhole);  // true
#ifndef KERATIN_LAYERS_BASE_PATTERN_H_
#define KERATIN_LAYERS_BASE_PATTERN_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace keratin {

class Pattern {
 public:
  // An error says what is wrong with it, or is not supported.
  static absl::StatusOr<Pattern> Parse(absl::string_view text);

  // What of the text it must fit: re.fullmatch, re.match, re.search.
  enum class Where { kWhole, kStart, kAnywhere };
  bool Matches(absl::string_view text, Where where) const;

  // A step of the machine that reads the text.
  struct Step {
    enum class Kind {
      kCharacter,     // one of `ranges`, or none of them
      kFork,          // on at `next` and at `other`
      kBegin,         // assertions: the start of the text, its end,
      kEnd,           // or the end before a last newline
      kEndOrNewline,  //
      kBoundary,      // between a word and what is none
      kNoBoundary,
      kMatch,
    };
    Kind kind = Kind::kMatch;
    int next = 0, other = 0;
    std::vector<std::pair<uint32_t, uint32_t>> ranges = {};
    bool negated = false;
  };

 private:
  std::vector<Step> steps_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_PATTERN_H_
