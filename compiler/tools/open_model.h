// Reading a .keras file for a verb: in a child process, so that a fault in it
// is an error, and within the limits that its flags set.
//
//   AddOpenFlags(&flags, &open);
//   absl::StatusOr<OpenedModel> model = OpenModel("m.keras", open);
#ifndef KERATIN_COMPILER_TOOLS_OPEN_MODEL_H_
#define KERATIN_COMPILER_TOOLS_OPEN_MODEL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "compiler/tools/flags.h"
#include "layers/models/model.h"
#include "layers/saving/load.h"
#include "layers/saving/weight_store.h"
#include "runtime/array.h"

namespace keratin::tools {

// How a file is read.
struct OpenFlags {
  int64_t max_megabytes = 0;  // 0: the loader's own limit
};
void AddOpenFlags(Flags* flags, OpenFlags* values);
LoadOptions ToLoadOptions(const OpenFlags& flags);

struct OpenedModel {
  std::unique_ptr<Model> model;
  // The saved values, in Keras's order.
  std::vector<Array> trainable;
  std::vector<Array> non_trainable;
  // The state of its optimizer, if the file holds one.
  WeightStore optimizer;
};

absl::StatusOr<OpenedModel> OpenModel(const std::string& path,
                                      const OpenFlags& flags);

}  // namespace keratin::tools

#endif  // KERATIN_COMPILER_TOOLS_OPEN_MODEL_H_
