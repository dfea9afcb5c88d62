// keratin check: what of a model is not supported, all of it at once.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "compiler/tools/flags.h"
#include "compiler/tools/open_model.h"
#include "compiler/tools/output_file.h"
#include "compiler/tools/verbs.h"
#include "layers/saving/check.h"
#include "nlohmann/json.hpp"

namespace keratin::tools {

int CheckVerb(absl::Span<char* const> args) {
  bool json = false;
  OpenFlags open;
  Flags flags("check", "MODEL",
              "Says which layers, arguments and operations of MODEL are not "
              "supported; exits with 0 if there are none.");
  flags.Switch("json", "print one JSON object: supported, issues (what)",
               &json);
  AddOpenFlags(&flags, &open);
  std::vector<std::string> positional;
  if (auto exit = flags.Parse(args, &positional, 1, 1)) return *exit;
  const absl::StatusOr<std::vector<Issue>> issues =
      Check(positional[0], ToLoadOptions(open));
  if (!issues.ok()) return ExitCode(issues.status());
  std::string text;
  if (json) {
    nlohmann::json list = nlohmann::json::array();
    for (const Issue& issue : *issues) list.push_back({{"what", issue.what}});
    const nlohmann::json all = {{"supported", issues->empty()},
                                {"issues", list}};
    text = all.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) +
           "\n";
  } else {
    for (const Issue& issue : *issues) absl::StrAppend(&text, issue.what, "\n");
    absl::StrAppend(
        &text, positional[0], ": ",
        issues->empty() ? "everything is supported" : "not supported", "\n");
  }
  if (absl::Status printed = Print(text); !printed.ok())
    return ExitCode(printed);
  return issues->empty() ? kOk : kFailure;
}

}  // namespace keratin::tools
