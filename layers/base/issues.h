// Issues: everything of a model that is not supported, as one error.
//
// The status says it all in one message; the single sentences travel with it.
//
//   Issues issues;
//   for (const Value& config : configs) {
//     absl::Status status = Read(config);
//     if (!issues.Add(status)) return status;  // an error of another kind
//   }
//   if (!issues.status().ok()) return issues.status();
#ifndef KERATIN_LAYERS_BASE_ISSUES_H_
#define KERATIN_LAYERS_BASE_ISSUES_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace keratin {

class Issues {
 public:
  // Adds those of an Unimplemented status. False, and nothing added, for an
  // error of another kind.
  bool Add(const absl::Status& status);
  // OK if there are none.
  absl::Status status() const;

  // The sentences of an Unimplemented status: one, unless it was made here.
  static std::vector<std::string> Of(const absl::Status& status);
  // The same error, or each of its sentences, behind a prefix.
  static absl::Status Within(absl::string_view prefix,
                             const absl::Status& status);

 private:
  std::vector<std::string> sentences_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_ISSUES_H_
