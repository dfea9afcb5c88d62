#include "layers/base/issues.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace keratin {
namespace {

// The sentences of a status that has several, divided by NUL.
constexpr char kPayload[] = "keratin/issues";
constexpr char kDivider = '\0';

}  // namespace

bool Issues::Add(const absl::Status& status) {
  if (status.ok()) return true;
  if (!absl::IsUnimplemented(status)) return false;
  for (std::string& sentence : Of(status))
    sentences_.push_back(std::move(sentence));
  return true;
}

absl::Status Issues::status() const {
  if (sentences_.empty()) return absl::OkStatus();
  absl::Status status =
      absl::UnimplementedError(absl::StrJoin(sentences_, "; "));
  if (sentences_.size() > 1) {
    const std::string divided =
        absl::StrJoin(sentences_, absl::string_view(&kDivider, 1));
    status.SetPayload(kPayload, absl::Cord(absl::string_view(divided)));
  }
  return status;
}

std::vector<std::string> Issues::Of(const absl::Status& status) {
  const auto several = status.GetPayload(kPayload);
  if (!several.has_value()) return {std::string(status.message())};
  return absl::StrSplit(std::string(*several), kDivider);
}

absl::Status Issues::Within(absl::string_view prefix,
                            const absl::Status& status) {
  if (!absl::IsUnimplemented(status)) {
    return absl::Status(status.code(), absl::StrCat(prefix, status.message()));
  }
  Issues within;
  for (const std::string& sentence : Of(status))
    within.sentences_.push_back(absl::StrCat(prefix, sentence));
  return within.status();
}

}  // namespace keratin
