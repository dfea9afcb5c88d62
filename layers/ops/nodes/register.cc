// Makes the operations known to the graphs of models.
#include "layers/models/operation.h"
#include "layers/ops/nodes/operation.h"

namespace keratin::ops {
namespace {

[[maybe_unused]] const bool kRegistered = [] {
  bool all = true;
  for (absl::Span<const Operation> table : AllOperations()) {
    for (const Operation& operation : table) {
      all = OperationRegistry::Register(
                operation.class_name,
                [&operation](const Value& config, const Arguments& arguments) {
                  return Apply(operation, config, arguments);
                }) &&
            all;
    }
  }
  return all;
}();

}  // namespace
}  // namespace keratin::ops
