// A file driver of HDF5 that reads from a ByteSource.
//
// Example:
//   Hdf5File file(source);   // file.get() < 0 if it is no HDF5 file
#ifndef KERATIN_LAYERS_SAVING_HDF5_DRIVER_H_
#define KERATIN_LAYERS_SAVING_HDF5_DRIVER_H_

#include <hdf5.h>

#include "layers/saving/byte_source.h"

namespace keratin {

// A handle of HDF5, closed in the end.
class Hdf5Handle {
 public:
  Hdf5Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  ~Hdf5Handle() {
    if (id_ >= 0) close_(id_);
  }
  Hdf5Handle(const Hdf5Handle&) = delete;
  Hdf5Handle& operator=(const Hdf5Handle&) = delete;
  hid_t get() const { return id_; }
  bool ok() const { return id_ >= 0; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

// An HDF5 file opened for reading; negative if it cannot be. The source must
// live as long. Plugins are off from then on.
hid_t OpenHdf5(const ByteSource& source);

}  // namespace keratin

#endif  // KERATIN_LAYERS_SAVING_HDF5_DRIVER_H_
