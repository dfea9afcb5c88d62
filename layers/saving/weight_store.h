// WeightStore: the arrays of a weights file by their paths, as
// "layers/dense/vars/0".
//
// A reader first lists what the file holds, asks once for memory for all of it,
// and fills that: so the memory may be shared with another process.
#ifndef KERATIN_LAYERS_SAVING_WEIGHT_STORE_H_
#define KERATIN_LAYERS_SAVING_WEIGHT_STORE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/array.h"

namespace keratin {

using WeightStore = std::map<std::string, Array>;

// An array before it is read.
struct StoredArray {
  std::string path;
  DType dtype = DType::kInvalid;
  std::vector<int64_t> sizes;
};

// Arrays of these types and sizes, to be written to.
using ArrayAllocator = std::function<absl::StatusOr<std::vector<Array>>(
    absl::Span<const StoredArray>)>;

}  // namespace keratin

#endif  // KERATIN_LAYERS_SAVING_WEIGHT_STORE_H_
