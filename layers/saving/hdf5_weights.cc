// model.weights.h5: HDF5 groups that mirror the layers, and in each group
// `vars` the datasets 0, 1, ...
#include <hdf5.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "layers/saving/hdf5_driver.h"
#include "layers/saving/weight_files.h"

namespace keratin {
namespace {

constexpr int kMaxDepth = 64;
constexpr size_t kMaxObjects = size_t{1} << 20;

// The dtype of an HDF5 type, and the type to read it as.
std::pair<DType, hid_t> TypeOf(hid_t type) {
  const size_t size = H5Tget_size(type);
  switch (H5Tget_class(type)) {
    case H5T_FLOAT:  // 16-bit ones are widened
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

struct Link {
  std::string name;
  H5L_type_t type;
};

herr_t AddLink(hid_t, const char* name, const H5L_info_t* info, void* links) {
  auto& list = *static_cast<std::vector<Link>*>(links);
  if (list.size() >= kMaxObjects) return -1;
  list.push_back({name, info->type});
  return 0;
}

class Reader {
 public:
  Reader(const ByteSource& source, const LoadOptions& options)
      : source_(source), options_(options) {}

  // Lists what is in a group and below it.
  absl::Status List(hid_t group, const std::string& prefix, int depth) {
    if (depth > kMaxDepth) return Bad(prefix, "is nested too deep");
    std::vector<Link> links;
    hsize_t at = 0;
    if (H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, &at, AddLink, &links) < 0)
      return Bad(prefix, "is damaged");
    for (const Link& link : links) {
      const std::string path =
          prefix.empty() ? link.name : absl::StrCat(prefix, "/", link.name);
      if (link.type != H5L_TYPE_HARD)
        return Bad(path, "is a link to another place, which is refused");
      const Hdf5Handle object(H5Oopen(group, link.name.c_str(), H5P_DEFAULT),
                              H5Oclose);
      H5O_info_t info;
      if (!object.ok() || H5Oget_info2(object.get(), &info, H5O_INFO_BASIC) < 0)
        return Bad(path, "cannot be opened");
      if (!seen_.insert(info.addr).second)
        return Bad(path, "stands in the file twice, which is refused");
      if (seen_.size() > kMaxObjects)
        return Bad(path, "is one object too many");
      absl::Status status;
      if (info.type == H5O_TYPE_GROUP) {
        status = List(object.get(), path, depth + 1);
      } else if (info.type == H5O_TYPE_DATASET) {
        status = AddDataset(object.get(), path);
      }
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<WeightStore> Read(hid_t file, const ArrayAllocator& allocate) {
    auto arrays = allocate(stored_);
    if (!arrays.ok()) return arrays.status();
    WeightStore store;
    for (size_t k = 0; k < stored_.size(); ++k) {
      Array& array = (*arrays)[k];
      const std::string& path = stored_[k].path;
      const Hdf5Handle dataset(H5Dopen2(file, path.c_str(), H5P_DEFAULT),
                               H5Dclose);
      const Hdf5Handle type(H5Dget_type(dataset.get()), H5Tclose);
      if (array.bytes() != 0 &&
          H5Dread(dataset.get(), TypeOf(type.get()).second, H5S_ALL, H5S_ALL,
                  H5P_DEFAULT, array.mutable_raw_data()) < 0) {
        return Bad(path, "cannot be read: the file is damaged");
      }
      store.emplace(path, std::move(array));
    }
    return store;
  }

  absl::Status Bad(const std::string& path, const std::string& why) const {
    return absl::InvalidArgumentError(
        absl::StrCat(source_.name, ": '", path, "' ", why));
  }

 private:
  absl::Status AddDataset(hid_t dataset, const std::string& path) {
    const Hdf5Handle plist(H5Dget_create_plist(dataset), H5Pclose);
    const H5D_layout_t layout = H5Pget_layout(plist.get());
    if (H5Pget_external_count(plist.get()) != 0 || layout == H5D_VIRTUAL) {
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
    const Hdf5Handle space(H5Dget_space(dataset), H5Sclose);
    const Hdf5Handle type(H5Dget_type(dataset), H5Tclose);
    const int rank = H5Sget_simple_extent_ndims(space.get());
    if (rank < 0 || rank > H5S_MAX_RANK) return Bad(path, "has no plain shape");
    std::vector<hsize_t> extents(rank);
    H5Sget_simple_extent_dims(space.get(), extents.data(), nullptr);
    StoredArray stored{path, TypeOf(type.get()).first, {}};
    if (stored.dtype == DType::kInvalid)
      return Bad(path, "is neither numbers nor booleans");
    for (hsize_t extent : extents)
      stored.sizes.push_back(static_cast<int64_t>(extent));
    auto elements = CheckedElements(stored.dtype, stored.sizes);
    if (!elements.ok())
      return Bad(path, absl::StrCat("claims absurd sizes: ",
                                    elements.status().message()));
    const auto bytes =
        static_cast<uint64_t>(*elements * DTypeSize(stored.dtype));
    const auto held = static_cast<uint64_t>(H5Dget_storage_size(dataset));
    const auto file_bytes = static_cast<uint64_t>(source_.size);
    total_ += bytes;
    absl::Status claim = CheckClaim(
        absl::StrCat(source_.name, ": '", path, "'"), bytes,
        std::min(held, file_bytes), options_.max_weights_bytes, options_);
    if (claim.ok()) {
      claim = CheckClaim(source_.name, total_, file_bytes,
                         options_.max_weights_bytes, options_);
    }
    if (!claim.ok()) return claim;
    // What is not packed must have all its bytes in the file.
    const uint64_t needed = layout == H5D_CHUNKED
                                ? uint64_t{0}
                                : *elements * H5Tget_size(type.get());
    if (held < needed || held > file_bytes) {
      return Bad(path, absl::StrCat("claims ", std::max(needed, held),
                                    " bytes, and the file holds ",
                                    std::min(held, file_bytes), " of them"));
    }
    stored_.push_back(std::move(stored));
    return absl::OkStatus();
  }

  const ByteSource& source_;
  const LoadOptions& options_;
  std::set<haddr_t> seen_;
  std::vector<StoredArray> stored_;
  uint64_t total_ = 0;
};

}  // namespace

std::mutex& Hdf5Mutex() {
  static auto* mutex = new std::mutex();
  return *mutex;
}

absl::StatusOr<WeightStore> ReadWeightsH5(const ByteSource& source,
                                          const LoadOptions& options,
                                          const ArrayAllocator& allocate) {
  const std::lock_guard<std::mutex> lock(Hdf5Mutex());
  const Hdf5Handle file(OpenHdf5(source), H5Fclose);
  if (!file.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(source.name, " is not an HDF5 file, or is damaged"));
  }
  Reader reader(source, options);
  const Hdf5Handle root(H5Gopen2(file.get(), "/", H5P_DEFAULT), H5Gclose);
  if (!root.ok()) return reader.Bad("/", "cannot be opened");
  absl::Status listed = reader.List(root.get(), "", 0);
  if (!listed.ok()) return listed;
  return reader.Read(file.get(), allocate);
}

}  // namespace keratin
