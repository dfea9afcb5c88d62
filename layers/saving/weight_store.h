// WeightStore: the arrays of a weights file by their paths, as
// "layers/dense/vars/0".
#ifndef KERATIN_LAYERS_SAVING_WEIGHT_STORE_H_
#define KERATIN_LAYERS_SAVING_WEIGHT_STORE_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "layers/saving/archive.h"
#include "runtime/array.h"

namespace keratin {

using WeightStore = std::map<std::string, Array>;

// From the bytes of model.weights.h5. Refuses links out of the file, external
// and virtual storage, and filters beyond HDF5's own compression.
absl::StatusOr<WeightStore> ReadWeightsH5(const std::string& bytes,
                                          const LoadOptions& options);

// From the bytes of model.weights.npz.
absl::StatusOr<WeightStore> ReadWeightsNpz(const std::string& bytes,
                                           const LoadOptions& options);

}  // namespace keratin

#endif  // KERATIN_LAYERS_SAVING_WEIGHT_STORE_H_
