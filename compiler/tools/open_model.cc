#include "compiler/tools/open_model.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "layers/base/initialize.h"

namespace keratin::tools {

void AddOpenFlags(Flags* flags, OpenFlags* values) {
  flags->Integer("max-megabytes", "N",
                 "believe files whose weights or configuration unpack to so "
                 "much (default: 16384\nand 64; beyond 64 no more than 200 "
                 "times what the file spends on them)",
                 1, &values->max_megabytes);
}

LoadOptions ToLoadOptions(const OpenFlags& flags) {
  LoadOptions options;
  options.isolate = true;
  if (flags.max_megabytes > 0) {
    options.max_weights_bytes =
        std::min<int64_t>(flags.max_megabytes, int64_t{1} << 40) << 20;
    options.max_config_bytes =
        std::max(options.max_config_bytes, options.max_weights_bytes);
    options.max_expansion = 0;
  }
  return options;
}

absl::StatusOr<OpenedModel> OpenModel(const std::string& path,
                                      const OpenFlags& flags) {
  absl::StatusOr<LoadedModel> loaded =
      LoadWithOptimizer(path, ToLoadOptions(flags));
  if (!loaded.ok()) return loaded.status();
  OpenedModel opened;
  opened.model = std::move(loaded->model);
  opened.optimizer = std::move(loaded->optimizer);
  absl::StatusOr<std::vector<Array>> trainable =
      ValuesOf(opened.model->trainable_variables());
  if (!trainable.ok()) return trainable.status();
  opened.trainable = *std::move(trainable);
  absl::StatusOr<std::vector<Array>> non_trainable =
      ValuesOf(opened.model->non_trainable_arguments());
  if (!non_trainable.ok()) return non_trainable.status();
  opened.non_trainable = *std::move(non_trainable);
  return opened;
}

}  // namespace keratin::tools
