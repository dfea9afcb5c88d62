#include "layers/saving/check.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "layers/base/issues.h"
#include "layers/models/model.h"
#include "layers/saving/json.h"
#include "layers/saving/load.h"

namespace keratin {
namespace {

// What a status says is not supported; an error of another kind is one of the
// file.
absl::StatusOr<std::vector<Issue>> IssuesOf(const std::string& path,
                                            const absl::Status& status) {
  if (!absl::IsUnimplemented(status)) {
    return absl::Status(status.code(),
                        absl::StrCat("'", path, "': ", status.message()));
  }
  std::vector<Issue> issues;
  for (std::string& sentence : Issues::Of(status))
    issues.push_back({std::move(sentence)});
  return issues;
}

}  // namespace

absl::StatusOr<std::vector<Issue>> Check(const std::string& path,
                                         const LoadOptions& options) {
  const auto content = ReadArchive(path, options, ArchiveParts::kConfig);
  if (!content.ok()) return content.status();
  const auto config = ParseJson(content->config, "config.json");
  if (!config.ok()) return IssuesOf(path, config.status());
  const auto model = ModelFromConfig(*config);
  if (!model.ok()) return IssuesOf(path, model.status());
  // Without inputs it is not built, which BuildAll says.
  if (!(*model)->built()) return IssuesOf(path, (*model)->BuildAll());
  return std::vector<Issue>();
}

}  // namespace keratin
