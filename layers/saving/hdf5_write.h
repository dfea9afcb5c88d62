// Writing of weights files, in memory: libhdf5 opens no file.
//
//   absl::StatusOr<std::string> bytes = WriteHdf5(store);
#ifndef KERATIN_LAYERS_SAVING_HDF5_WRITE_H_
#define KERATIN_LAYERS_SAVING_HDF5_WRITE_H_

#include <string>

#include "absl/status/statusor.h"
#include "layers/saving/weight_store.h"

namespace keratin {

// The bytes of an HDF5 file with these arrays at their paths. Floats of less
// than 32 bits are widened, which loses nothing: HDF5 knows neither bfloat16
// nor 8-bit ones.
absl::StatusOr<std::string> WriteHdf5(const WeightStore& store);

}  // namespace keratin

#endif  // KERATIN_LAYERS_SAVING_HDF5_WRITE_H_
