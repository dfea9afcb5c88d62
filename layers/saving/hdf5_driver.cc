#include "layers/saving/hdf5_driver.h"

#include <cstddef>
#include <new>

namespace keratin {
namespace {

// HDF5 sees the first member; the end of the allocated addresses is its own.
struct OpenSource {
  H5FD_t base;
  const ByteSource* source;
  haddr_t allocated;
};

OpenSource* Of(H5FD_t* file) { return reinterpret_cast<OpenSource*>(file); }
const OpenSource* Of(const H5FD_t* file) {
  return reinterpret_cast<const OpenSource*>(file);
}

H5FD_t* Open(const char*, unsigned, hid_t access, haddr_t) {
  const void* info = H5Pget_driver_info(access);
  if (info == nullptr) return nullptr;
  auto* opened = new (std::nothrow) OpenSource{};
  if (opened == nullptr) return nullptr;
  opened->source = *static_cast<const ByteSource* const*>(info);
  return &opened->base;
}

herr_t Close(H5FD_t* file) {
  delete Of(file);
  return 0;
}

herr_t Query(const H5FD_t*, unsigned long* flags) {  // NOLINT: HDF5's type
  if (flags != nullptr)
    *flags = H5FD_FEAT_DATA_SIEVE | H5FD_FEAT_ACCUMULATE_METADATA_READ;
  return 0;
}

haddr_t Allocated(const H5FD_t* file, H5FD_mem_t) {
  return Of(file)->allocated;
}

herr_t SetAllocated(H5FD_t* file, H5FD_mem_t, haddr_t end) {
  Of(file)->allocated = end;
  return 0;
}

haddr_t End(const H5FD_t* file, H5FD_mem_t) {
  return static_cast<haddr_t>(Of(file)->source->size);
}

herr_t Read(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, size_t count,
            void* buffer) {
  const ByteSource& source = *Of(file)->source;
  const auto size = static_cast<haddr_t>(source.size);
  if (address > size || count > size - address) return -1;
  const bool read = source.read(static_cast<int64_t>(address), buffer,
                                static_cast<int64_t>(count));
  return read ? 0 : -1;
}

herr_t Refuse(H5FD_t*, H5FD_mem_t, hid_t, haddr_t, size_t, const void*) {
  return -1;
}

H5FD_class_t Driver() {
  H5FD_class_t driver = {};
  driver.name = "keratin_source";
  driver.maxaddr = HADDR_MAX;
  driver.fc_degree = H5F_CLOSE_STRONG;
  driver.fapl_size = sizeof(const ByteSource*);
  driver.open = Open;
  driver.close = Close;
  driver.query = Query;
  driver.get_eoa = Allocated;
  driver.set_eoa = SetAllocated;
  driver.get_eof = End;
  driver.read = Read;
  driver.write = Refuse;
  for (H5FD_mem_t& kind : driver.fl_map) kind = H5FD_MEM_DEFAULT;
  return driver;
}

}  // namespace

hid_t OpenHdf5(const ByteSource& source) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  H5PLset_loading_state(0);
  static const H5FD_class_t driver = Driver();
  const Hdf5Handle id(H5FDregister(&driver), H5FDunregister);
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  const ByteSource* pointer = &source;
  if (!id.ok() || !access.ok() ||
      H5Pset_driver(access.get(), id.get(),
                    static_cast<const void*>(&pointer)) < 0) {
    return -1;
  }
  return H5Fopen(source.name.c_str(), H5F_ACC_RDONLY, access.get());
}

}  // namespace keratin
