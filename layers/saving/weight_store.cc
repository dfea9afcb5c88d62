#include "layers/saving/weight_store.h"

#include <hdf5.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "runtime/npy.h"

namespace keratin {
namespace {

class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  hid_t get() const { return id_; }
  bool ok() const { return id_ >= 0; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

absl::Status Bad(const std::string& path, const std::string& why) {
  return absl::InvalidArgumentError(
      absl::StrCat("model.weights.h5: '", path, "' ", why));
}

// The dtype of an HDF5 type, and the type to read it as.
std::pair<DType, hid_t> TypeOf(hid_t type) {
  const size_t size = H5Tget_size(type);
  switch (H5Tget_class(type)) {
    case H5T_FLOAT:
      if (size == 2)
        return {DType::kFloat32, H5T_NATIVE_FLOAT};  // half, widened
      return size == 8 ? std::pair{DType::kFloat64, H5T_NATIVE_DOUBLE}
                       : std::pair{DType::kFloat32, H5T_NATIVE_FLOAT};
    case H5T_INTEGER: {
      const bool is_signed = H5Tget_sign(type) != H5T_SGN_NONE;
      if (size == 1)
        return is_signed ? std::pair{DType::kInt8, H5T_NATIVE_INT8}
                         : std::pair{DType::kUInt8, H5T_NATIVE_UINT8};
      if (size == 2)
        return is_signed ? std::pair{DType::kInt16, H5T_NATIVE_INT16}
                         : std::pair{DType::kUInt16, H5T_NATIVE_UINT16};
      if (size == 4)
        return is_signed ? std::pair{DType::kInt32, H5T_NATIVE_INT32}
                         : std::pair{DType::kUInt32, H5T_NATIVE_UINT32};
      return is_signed ? std::pair{DType::kInt64, H5T_NATIVE_INT64}
                       : std::pair{DType::kUInt64, H5T_NATIVE_UINT64};
    }
    case H5T_OPAQUE:  // the bits of a bfloat16
      return size == 2 ? std::pair{DType::kUInt16, type}
                       : std::pair{DType::kInvalid, hid_t{-1}};
    case H5T_ENUM:
      return {DType::kBool, H5T_NATIVE_INT8};
    default:
      return {DType::kInvalid, -1};
  }
}

struct Walk {
  WeightStore store;
  absl::Status status;
  int64_t bytes_left = 0;
};

absl::Status ReadDataset(hid_t group, const char* name, const std::string& path,
                         Walk& walk) {
  Handle dataset(H5Dopen2(group, name, H5P_DEFAULT), H5Dclose);
  if (!dataset.ok()) return Bad(path, "cannot be opened");
  Handle plist(H5Dget_create_plist(dataset.get()), H5Pclose);
  if (H5Pget_external_count(plist.get()) != 0 ||
      H5Pget_layout(plist.get()) == H5D_VIRTUAL) {
    return Bad(path, "keeps its data outside of the file, which is refused");
  }
  const int filters = H5Pget_nfilters(plist.get());
  for (int k = 0; k < filters; ++k) {
    unsigned flags, config;
    size_t count = 0;
    const H5Z_filter_t filter = H5Pget_filter2(plist.get(), k, &flags, &count,
                                               nullptr, 0, nullptr, &config);
    if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE &&
        filter != H5Z_FILTER_FLETCHER32) {
      return Bad(path, absl::StrCat("is packed by the filter ", filter,
                                    ", which is refused"));
    }
  }
  Handle space(H5Dget_space(dataset.get()), H5Sclose);
  Handle type(H5Dget_type(dataset.get()), H5Tclose);
  const int rank = H5Sget_simple_extent_ndims(space.get());
  if (rank < 0 || rank > 32) return Bad(path, "has no plain shape");
  std::vector<hsize_t> extents(rank);
  H5Sget_simple_extent_dims(space.get(), extents.data(), nullptr);
  auto [dtype, memory] = TypeOf(type.get());
  if (dtype == DType::kInvalid)
    return Bad(path, "is neither numbers nor booleans");
  std::vector<int64_t> sizes;
  uint64_t bytes = DTypeSize(dtype);
  for (hsize_t extent : extents) {
    sizes.push_back(static_cast<int64_t>(extent));
    if (extent != 0 &&
        bytes > static_cast<uint64_t>(walk.bytes_left) / extent) {
      return absl::ResourceExhaustedError(
          absl::StrCat("model.weights.h5: '", path,
                       "' claims more bytes than the limit leaves; raise the "
                       "limit if the file is to be trusted"));
    }
    bytes *= extent;
  }
  // An unpacked dataset must have all its bytes in the file.
  if (filters == 0 && H5Pget_layout(plist.get()) == H5D_CONTIGUOUS &&
      bytes != 0 && H5Dget_storage_size(dataset.get()) == 0) {
    return Bad(path, absl::StrCat("claims ", bytes,
                                  " bytes, and the file holds none of them"));
  }
  walk.bytes_left -= static_cast<int64_t>(bytes);
  auto array = Array::Allocate(dtype, sizes);
  if (!array.ok()) return array.status();
  if (bytes != 0 && H5Dread(dataset.get(), memory, H5S_ALL, H5S_ALL,
                            H5P_DEFAULT, array->mutable_raw_data()) < 0) {
    return Bad(path, "cannot be read: the file is damaged");
  }
  walk.store.emplace(path, *std::move(array));
  return absl::OkStatus();
}

absl::Status ReadGroup(hid_t group, const std::string& prefix, int depth,
                       Walk& walk) {
  if (depth > 64) return Bad(prefix, "is nested too deep");
  H5G_info_t info;
  if (H5Gget_info(group, &info) < 0) return Bad(prefix, "is damaged");
  for (hsize_t k = 0; k < info.nlinks; ++k) {
    char name[256];
    const ssize_t length =
        H5Lget_name_by_idx(group, ".", H5_INDEX_NAME, H5_ITER_INC, k, name,
                           sizeof(name), H5P_DEFAULT);
    if (length < 0 || length >= static_cast<ssize_t>(sizeof(name)))
      return Bad(prefix, "has a member of no usable name");
    const std::string path =
        prefix.empty() ? name : absl::StrCat(prefix, "/", name);
    H5L_info_t link;
    if (H5Lget_info(group, name, &link, H5P_DEFAULT) < 0)
      return Bad(path, "is damaged");
    if (link.type != H5L_TYPE_HARD)
      return Bad(path, "is a link to another place, which is refused");
    Handle object(H5Oopen(group, name, H5P_DEFAULT), H5Oclose);
    if (!object.ok()) return Bad(path, "cannot be opened");
    absl::Status status;
    if (H5Iget_type(object.get()) == H5I_GROUP) {
      status = ReadGroup(object.get(), path, depth + 1, walk);
    } else if (H5Iget_type(object.get()) == H5I_DATASET) {
      status = ReadDataset(group, name, path, walk);
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<WeightStore> ReadWeightsH5(const std::string& bytes,
                                          const LoadOptions& options) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  H5PLset_loading_state(0);
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  if (!access.ok() || H5Pset_fapl_core(access.get(), 1 << 16, false) < 0 ||
      H5Pset_file_image(access.get(), const_cast<char*>(bytes.data()),
                        bytes.size()) < 0) {
    return absl::ResourceExhaustedError(
        "model.weights.h5: there is not enough memory to open it");
  }
  Handle file(H5Fopen("model.weights.h5", H5F_ACC_RDONLY, access.get()),
              H5Fclose);
  if (!file.ok())
    return absl::InvalidArgumentError(
        "model.weights.h5 is not an HDF5 file, or is damaged");
  Walk walk;
  walk.bytes_left = options.max_weights_bytes;
  Handle root(H5Gopen2(file.get(), "/", H5P_DEFAULT), H5Gclose);
  if (!root.ok()) return Bad("/", "cannot be opened");
  absl::Status status = ReadGroup(root.get(), "", 0, walk);
  if (!status.ok()) return status;
  return std::move(walk.store);
}

absl::StatusOr<WeightStore> ReadWeightsNpz(const std::string& bytes,
                                           const LoadOptions& options) {
  NpyLimits limits;
  limits.max_bytes = options.max_weights_bytes;
  auto arrays = ParseNpz("model.weights.npz", bytes, limits);
  if (!arrays.ok()) return arrays.status();
  // Keras writes one pickled dictionary per layer, which is code; plain arrays
  // by path are read.
  WeightStore store;
  for (auto& [name, array] : *arrays) store.emplace(name, std::move(array));
  return store;
}

}  // namespace keratin
