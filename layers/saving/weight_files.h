// The two kinds of weights files of a `.keras` archive.
#ifndef KERATIN_LAYERS_SAVING_WEIGHT_FILES_H_
#define KERATIN_LAYERS_SAVING_WEIGHT_FILES_H_

#include <mutex>

#include "absl/status/statusor.h"
#include "layers/saving/archive.h"
#include "layers/saving/byte_source.h"
#include "layers/saving/weight_store.h"

namespace keratin {

// model.weights.h5. Refuses links out of the file, external and virtual
// storage, filters beyond HDF5's own compression, and what is linked twice.
absl::StatusOr<WeightStore> ReadWeightsH5(const ByteSource& source,
                                          const LoadOptions& options,
                                          const ArrayAllocator& allocate);

// model.weights.npz: for each layer a pickled dictionary of its variables,
// which is read as data.
absl::StatusOr<WeightStore> ReadWeightsNpz(const ByteSource& source,
                                           const LoadOptions& options,
                                           const ArrayAllocator& allocate);

// Held while libhdf5 is in use: it has one state for a process, and a fork must
// find it at rest.
std::mutex& Hdf5Mutex();

}  // namespace keratin

#endif  // KERATIN_LAYERS_SAVING_WEIGHT_FILES_H_
