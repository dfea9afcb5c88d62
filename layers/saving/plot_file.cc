#include "layers/saving/plot_file.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "runtime/pending_file.h"

namespace keratin {

absl::Status PlotModel(Model& model, const std::string& path,
                       const PlotOptions& options) {
  const std::string ending = std::filesystem::path(path).extension().string();
  if (ending != ".dot" && ending != ".svg" && ending != ".png" &&
      ending != ".pdf") {
    return absl::InvalidArgumentError(
        absl::StrCat("'", path,
                     "' must end in .svg, .png, .pdf or .dot, which says what "
                     "is written"));
  }
  auto dot = ModelToDot(model, options);
  if (!dot.ok()) return dot.status();
  if (ending == ".dot") return WriteFile(path, *dot);
  auto picture = RenderDot(*dot, ending.substr(1));
  if (!picture.ok()) return picture.status();
  return WriteFile(path, *picture);
}

}  // namespace keratin
