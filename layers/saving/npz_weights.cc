// model.weights.npz as keras.src.saving.saving_lib.NpzIOStore writes it: a zip
// of .npy files, one for each layer, that hold a pickled dictionary from "0",
// "1", ... to a variable or its array. Members of plain arrays are read under
// their own names.
#include <zip.h>

#include <cstring>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "layers/saving/pickle.h"
#include "layers/saving/weight_files.h"
#include "runtime/npy.h"

namespace keratin {
namespace {

using Kind = Pickle::Kind;
using Node = Pickle::Node;

constexpr char kSaveAgain[] =
    "; load the model in the Keras that wrote it, and save it with "
    "model.weights.h5";

// The pickled state of an ndarray: (version, shape, dtype, is Fortran order,
// bytes). Keras's variables hold one somewhere below, which depends on the
// backend.
const Node* FindArray(const Pickle& pickle, int node, int depth,
                      std::set<int>& seen) {
  if (!seen.insert(node).second) return nullptr;
  const Node& here = pickle.at(node);
  if (here.kind == Kind::kTuple && here.items.size() == 5) {
    const auto kind = [&](int k) { return pickle.at(here.items[k]).kind; };
    if (kind(0) == Kind::kNumber && kind(1) == Kind::kTuple &&
        kind(2) == Kind::kCall && kind(3) == Kind::kBool &&
        kind(4) == Kind::kBytes) {
      return &here;
    }
  }
  if (depth == 0) return nullptr;
  for (int item : here.items) {
    if (const Node* found = FindArray(pickle, item, depth - 1, seen))
      return found;
  }
  return nullptr;
}

// numpy's name of a pickled dtype, as in "<f4": numpy.dtype("f4", ...) with the
// byte order in its state. ml_dtypes's bfloat16 is "<V2" in files of numpy.
std::string DTypeOf(const Pickle& pickle, const Node& call) {
  if (call.items.size() != 3) return "";
  const Node& arguments = pickle.at(call.items[1]);
  const Node& state = pickle.at(call.items[2]);
  if (arguments.items.empty() || state.items.size() < 2) return "";
  const Node& name = pickle.at(arguments.items[0]);
  if (name.kind == Kind::kGlobal && name.owned == "ml_dtypes bfloat16")
    return "<V2";
  const absl::string_view order = pickle.at(state.items[1]).text;
  if (name.kind != Kind::kText || (order != "<" && order != "|")) return "";
  return absl::StrCat(order, name.text);
}

absl::StatusOr<Array> ToArray(const Pickle& pickle, const Node& state,
                              const std::string& path,
                              const NpyLimits& limits) {
  std::vector<std::string> sizes;
  for (int size : pickle.at(state.items[1]).items)
    sizes.push_back(absl::StrCat(pickle.at(size).number, ","));
  // The same array as the .npy file it would be.
  const std::string head =
      absl::StrCat("{'descr': '", DTypeOf(pickle, pickle.at(state.items[2])),
                   "', 'fortran_order': ",
                   pickle.at(state.items[3]).number != 0 ? "True" : "False",
                   ", 'shape': (", absl::StrJoin(sizes, " "), "), }\n");
  const absl::string_view elements = pickle.at(state.items[4]).text;
  std::string npy("\x93NUMPY\x01\x00", 8);
  npy += static_cast<char>(head.size() & 0xff);
  npy += static_cast<char>(head.size() >> 8);
  absl::StrAppend(&npy, head, elements);
  return ParseNpy(path, npy, limits);
}

// The dictionary is the only element of an object array.
absl::Status AddPickled(const std::string& layer, absl::string_view bytes,
                        const NpyLimits& limits, WeightStore& store) {
  const auto bad = [&](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat(
        "model.weights.npz: '", layer, "' cannot be read: ", why, kSaveAgain));
  };
  const auto pickle = Pickle::Parse(bytes);
  if (!pickle.ok()) return bad(pickle.status().message());
  const Node& root = pickle->at(pickle->root());
  const Node* state = root.kind == Kind::kCall && root.items.size() == 3
                          ? &pickle->at(root.items[2])
                          : nullptr;
  const Node* list = state != nullptr && state->items.size() == 5
                         ? &pickle->at(state->items[4])
                         : nullptr;
  if (list == nullptr || list->kind != Kind::kList || list->items.size() != 1 ||
      pickle->at(list->items[0]).kind != Kind::kDict) {
    return bad("it is no dictionary of variables");
  }
  const Node& dict = pickle->at(list->items[0]);
  for (size_t k = 0; k + 1 < dict.items.size(); k += 2) {
    const absl::string_view key = pickle->at(dict.items[k]).text;
    const std::string path =
        absl::StrCat(layer, layer.empty() ? "" : "/", "vars/", key);
    constexpr int kDepth = 12;
    std::set<int> seen;
    const Node* found = FindArray(*pickle, dict.items[k + 1], kDepth, seen);
    if (found == nullptr)
      return bad(absl::StrCat("'", key, "' holds no array of numpy or JAX"));
    auto array = ToArray(*pickle, *found, path, limits);
    if (!array.ok()) return array.status();
    store.emplace(path, *std::move(array));
  }
  return absl::OkStatus();
}

// The part of a .npy of version 1 after its header, if it holds one object.
bool IsObject(absl::string_view npy, absl::string_view* pickled) {
  constexpr size_t kFixed = 10;
  if (npy.size() < kFixed || !absl::StartsWith(npy, "\x93NUMPY\x01"))
    return false;
  const size_t head = static_cast<unsigned char>(npy[8]) +
                      256 * static_cast<unsigned char>(npy[9]);
  if (npy.size() < kFixed + head ||
      !absl::StrContains(npy.substr(kFixed, head), "'|O'")) {
    return false;
  }
  *pickled = npy.substr(kFixed + head);
  return true;
}

absl::StatusOr<std::string> ReadMember(zip_t* zip, zip_uint64_t index,
                                       const std::string& name,
                                       const LoadOptions& options) {
  zip_stat_t info;
  zip_stat_init(&info);
  constexpr zip_uint64_t kNeeded = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
  if (zip_stat_index(zip, index, 0, &info) != 0 ||
      (info.valid & kNeeded) != kNeeded) {
    return absl::DataLossError(absl::StrCat(name, " is damaged"));
  }
  absl::Status claim = CheckClaim(name, info.size, info.comp_size,
                                  options.max_weights_bytes, options);
  if (!claim.ok()) return claim;
  std::unique_ptr<zip_file_t, int (*)(zip_file_t*)> file(
      zip_fopen_index(zip, index, 0), zip_fclose);
  std::string bytes(info.size, '\0');
  char beyond;
  if (file == nullptr ||
      zip_fread(file.get(), bytes.data(), info.size) !=
          static_cast<zip_int64_t>(info.size) ||
      zip_fread(file.get(), &beyond, 1) != 0) {
    return absl::DataLossError(absl::StrCat(name, " is damaged"));
  }
  return bytes;
}

absl::Status ReadMembers(zip_t* zip, const LoadOptions& options,
                         WeightStore& store) {
  NpyLimits limits;
  limits.max_bytes = options.max_weights_bytes;
  const zip_int64_t count = zip_get_num_entries(zip, 0);
  for (zip_int64_t k = 0; k < count; ++k) {
    const char* given = zip_get_name(zip, k, 0);
    absl::string_view key = given == nullptr ? "" : given;
    const std::string name = absl::StrCat("model.weights.npz: '", key, "'");
    auto bytes = ReadMember(zip, k, name, options);
    if (!bytes.ok()) return bytes.status();
    absl::ConsumeSuffix(&key, ".npy");
    absl::string_view pickled;
    if (IsObject(*bytes, &pickled)) {
      const std::string layer(key == "__root__" ? "" : key);
      absl::Status added = AddPickled(layer, pickled, limits, store);
      if (!added.ok()) return added;
      continue;
    }
    auto array = ParseNpy(std::string(key), *bytes, limits);
    if (!array.ok()) return array.status();
    limits.max_bytes -= array->bytes();
    store.emplace(key, *std::move(array));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<WeightStore> ReadWeightsNpz(const ByteSource& source,
                                           const LoadOptions& options,
                                           const ArrayAllocator& allocate) {
  auto bytes = ReadAll(source);
  if (!bytes.ok()) return bytes.status();
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* buffer =
      zip_source_buffer_create(bytes->data(), bytes->size(), 0, &error);
  const std::unique_ptr<zip_t, void (*)(zip_t*)> zip(
      buffer == nullptr ? nullptr
                        : zip_open_from_source(buffer, ZIP_RDONLY, &error),
      zip_discard);
  const std::string why = zip == nullptr ? zip_error_strerror(&error) : "";
  zip_error_fini(&error);
  if (zip == nullptr) {
    zip_source_free(buffer);
    return absl::InvalidArgumentError(
        absl::StrCat(source.name, " is not an .npz file: ", why));
  }
  WeightStore read;
  absl::Status status = ReadMembers(zip.get(), options, read);
  if (!status.ok()) return status;
  // Into the memory that the caller wants them in.
  std::vector<StoredArray> stored;
  for (const auto& [path, array] : read) {
    stored.push_back(
        {path, array.dtype(), {array.sizes().begin(), array.sizes().end()}});
  }
  auto arrays = allocate(stored);
  if (!arrays.ok()) return arrays.status();
  WeightStore store;
  for (size_t k = 0; k < stored.size(); ++k) {
    Array& to = (*arrays)[k];
    const Array& from = read.at(stored[k].path);
    if (from.bytes() > 0)
      std::memcpy(to.mutable_raw_data(), from.raw_data(), from.bytes());
    store.emplace(stored[k].path, std::move(to));
  }
  return store;
}

}  // namespace keratin
