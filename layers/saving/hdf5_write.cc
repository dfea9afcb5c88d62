#include "layers/saving/hdf5_write.h"

#include <hdf5.h>

#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "layers/saving/hdf5_driver.h"
#include "layers/saving/weight_files.h"

namespace keratin {
namespace {

// As numpy's bool is stored: an enumeration of FALSE and TRUE.
hid_t BoolType() {
  const hid_t type = H5Tenum_create(H5T_NATIVE_INT8);
  const int8_t no = 0, yes = 1;
  H5Tenum_insert(type, "FALSE", &no);
  H5Tenum_insert(type, "TRUE", &yes);
  return type;
}

// A type of our own to close, or -1.
hid_t TypeOf(DType dtype) {
  switch (dtype) {
    case DType::kFloat32:
      return H5Tcopy(H5T_IEEE_F32LE);
    case DType::kFloat64:
      return H5Tcopy(H5T_IEEE_F64LE);
    case DType::kInt8:
      return H5Tcopy(H5T_STD_I8LE);
    case DType::kInt16:
      return H5Tcopy(H5T_STD_I16LE);
    case DType::kInt32:
      return H5Tcopy(H5T_STD_I32LE);
    case DType::kInt64:
      return H5Tcopy(H5T_STD_I64LE);
    case DType::kUInt8:
      return H5Tcopy(H5T_STD_U8LE);
    case DType::kUInt16:
      return H5Tcopy(H5T_STD_U16LE);
    case DType::kUInt32:
      return H5Tcopy(H5T_STD_U32LE);
    case DType::kUInt64:
      return H5Tcopy(H5T_STD_U64LE);
    case DType::kBool:
      return BoolType();
    default:
      return -1;
  }
}

absl::Status WriteArray(hid_t file, const std::string& path,
                        const Array& given) {
  const auto failed = [&] {
    return absl::InternalError(
        absl::StrCat("the array '", path, "' cannot be written as HDF5"));
  };
  Array array = given;
  if (IsFloating(array.dtype()) && DTypeSize(array.dtype()) < 4) {
    auto wide = array.Cast(DType::kFloat32);
    if (!wide.ok()) return wide.status();
    array = *std::move(wide);
  }
  const Hdf5Handle type(TypeOf(array.dtype()), H5Tclose);
  const std::vector<hsize_t> sizes(array.sizes().begin(), array.sizes().end());
  const Hdf5Handle space(sizes.empty()
                             ? H5Screate(H5S_SCALAR)
                             : H5Screate_simple(static_cast<int>(sizes.size()),
                                                sizes.data(), nullptr),
                         H5Sclose);
  const Hdf5Handle groups(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  if (!type.ok() || !space.ok() || !groups.ok() ||
      H5Pset_create_intermediate_group(groups.get(), 1) < 0)
    return failed();
  const Hdf5Handle dataset(
      H5Dcreate2(file, path.c_str(), type.get(), space.get(), groups.get(),
                 H5P_DEFAULT, H5P_DEFAULT),
      H5Dclose);
  if (!dataset.ok() || (array.elements() > 0 &&
                        H5Dwrite(dataset.get(), type.get(), H5S_ALL, H5S_ALL,
                                 H5P_DEFAULT, array.raw_data()) < 0))
    return failed();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> WriteHdf5(const WeightStore& store) {
  std::lock_guard<std::mutex> lock(Hdf5Mutex());
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  if (!access.ok() || H5Pset_fapl_core(access.get(), 1 << 20, false) < 0)
    return absl::ResourceExhaustedError("there is not enough memory for HDF5");
  const Hdf5Handle file(
      H5Fcreate("weights", H5F_ACC_TRUNC, H5P_DEFAULT, access.get()), H5Fclose);
  if (!file.ok())
    return absl::ResourceExhaustedError("there is not enough memory for HDF5");
  for (const auto& [path, array] : store) {
    absl::Status status = WriteArray(file.get(), path, array);
    if (!status.ok()) return status;
  }
  if (H5Fflush(file.get(), H5F_SCOPE_GLOBAL) < 0)
    return absl::InternalError("the weights cannot be written as HDF5");
  const ssize_t size = H5Fget_file_image(file.get(), nullptr, 0);
  if (size < 0)
    return absl::InternalError("the weights cannot be written as HDF5");
  std::string bytes(static_cast<size_t>(size), '\0');
  if (H5Fget_file_image(file.get(), bytes.data(), bytes.size()) < 0)
    return absl::InternalError("the weights cannot be written as HDF5");
  return bytes;
}

}  // namespace keratin
