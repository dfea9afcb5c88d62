// .npy and .npz files.
#include "runtime/npy.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <zip.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "runtime/npy_stream.h"
#include "runtime/pending_file.h"

namespace keratin {
namespace {

// Deflate never does better.
constexpr uint64_t kMaxRatio = 1040;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
struct DiscardZip {
  void operator()(zip_t* zip) const { zip_discard(zip); }
};
struct CloseMember {
  void operator()(zip_file_t* member) const { zip_fclose(member); }
};
using Zip = std::unique_ptr<zip_t, DiscardZip>;

std::string ZipErrorText(int code) {
  zip_error_t error;
  zip_error_init_with_code(&error, code);
  std::string text = zip_error_strerror(&error);
  zip_error_fini(&error);
  return text;
}

absl::StatusOr<std::unique_ptr<std::FILE, CloseFile>> Open(
    const std::string& path, int64_t* size) {
  // A pipe must not be waited for.
  const int opened = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  std::unique_ptr<std::FILE, CloseFile> file(opened < 0 ? nullptr
                                                        : fdopen(opened, "rb"));
  struct stat info;
  if (file == nullptr || fstat(fileno(file.get()), &info) != 0) {
    return absl::NotFoundError(
        absl::StrCat("cannot open '", path, "': ", std::strerror(errno)));
  }
  if (!S_ISREG(info.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", path, "' is not a file"));
  }
  *size = info.st_size;
  return file;
}

absl::StatusOr<Array> ReadMember(absl::string_view archive, zip_t* zip,
                                 zip_uint64_t index, const zip_stat_t& stat,
                                 int64_t* budget) {
  const std::string name =
      absl::StrCat("'", archive, "', member '", stat.name, "'");
  if (stat.encryption_method != ZIP_EM_NONE ||
      (stat.comp_method != ZIP_CM_STORE &&
       stat.comp_method != ZIP_CM_DEFLATE)) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": only plain and deflated members are read"));
  }
  const bool stored = stat.comp_method == ZIP_CM_STORE;
  if (stat.size > static_cast<uint64_t>(INT64_MAX) ||
      (stored ? stat.size != stat.comp_size
              : stat.size / kMaxRatio > stat.comp_size)) {
    return absl::InvalidArgumentError(absl::StrCat(name, ": claims ", stat.size,
                                                   " bytes in ", stat.comp_size,
                                                   " compressed ones"));
  }
  std::unique_ptr<zip_file_t, CloseMember> member(
      zip_fopen_index(zip, index, 0));
  if (member == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, ": ", zip_strerror(zip)));
  }
  auto read = [&member](void* buffer, int64_t bytes) {
    char* to = static_cast<char*>(buffer);
    while (bytes > 0) {
      const zip_int64_t got =
          zip_fread(member.get(), to, static_cast<zip_uint64_t>(bytes));
      if (got <= 0) return false;
      to += got;
      bytes -= got;
    }
    return true;
  };
  absl::StatusOr<Array> array =
      ReadNpyStream({name, static_cast<int64_t>(stat.size), read}, *budget);
  if (!array.ok()) return array;
  *budget -= array->bytes();
  // The checksum is compared at the end of the member.
  char rest[256];
  zip_int64_t got;
  while ((got = zip_fread(member.get(), rest, sizeof(rest))) > 0) {
  }
  if (got < 0) {
    return absl::DataLossError(absl::StrCat(
        name, ": damaged (",
        zip_error_strerror(zip_file_get_error(member.get())), ")"));
  }
  return array;
}

absl::StatusOr<NamedArrays> ReadArchive(absl::string_view name, zip_t* zip,
                                        const NpyLimits& limits) {
  const zip_int64_t count = zip_get_num_entries(zip, 0);
  if (count > limits.max_members) {
    return absl::ResourceExhaustedError(
        absl::StrCat("'", name, "' has ", count, " members, over the limit of ",
                     limits.max_members));
  }
  NamedArrays arrays;
  std::set<std::string> names;
  int64_t budget = limits.max_bytes;
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t stat;
    constexpr zip_uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE |
                                     ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD |
                                     ZIP_STAT_ENCRYPTION_METHOD;
    if (zip_stat_index(zip, i, 0, &stat) != 0 ||
        (stat.valid & kNeeded) != kNeeded) {
      return absl::InvalidArgumentError(
          absl::StrCat("'", name, "': member ", i, " is damaged"));
    }
    absl::string_view key = stat.name;
    if (!absl::ConsumeSuffix(&key, ".npy")) {
      return absl::InvalidArgumentError(
          absl::StrCat("'", name, "': member '", key, "' is not an .npy file"));
    }
    if (!names.insert(std::string(key)).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("'", name, "': there are two members '", key, ".npy'"));
    }
    absl::StatusOr<Array> array = ReadMember(name, zip, i, stat, &budget);
    if (!array.ok()) return array.status();
    arrays.emplace_back(std::string(key), *std::move(array));
  }
  return arrays;
}

// A file is replaced by renaming, which must not happen to a device or a pipe.
absl::Status CheckReplaceable(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0 || S_ISREG(info.st_mode)) {
    return absl::OkStatus();
  }
  return absl::UnavailableError(
      absl::StrCat("cannot write '", path, "': it is no regular file"));
}

absl::Status NotAnNpz(absl::string_view name, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("'", name, "' is not an .npz file: ", why));
}

}  // namespace

absl::StatusOr<Array> ReadNpy(absl::string_view path, const NpyLimits& limits) {
  int64_t size = 0;
  auto file = Open(std::string(path), &size);
  if (!file.ok()) return file.status();
  auto read = [&file](void* buffer, int64_t bytes) {
    return std::fread(buffer, 1, bytes, file->get()) ==
           static_cast<size_t>(bytes);
  };
  return ReadNpyStream({absl::StrCat("'", path, "'"), size, read},
                       limits.max_bytes);
}

absl::StatusOr<Array> ParseNpy(absl::string_view name, absl::string_view bytes,
                               const NpyLimits& limits) {
  absl::string_view rest = bytes;
  auto read = [&rest](void* buffer, int64_t count) {
    if (static_cast<size_t>(count) > rest.size()) return false;
    if (count > 0) std::memcpy(buffer, rest.data(), count);
    rest.remove_prefix(count);
    return true;
  };
  return ReadNpyStream(
      {absl::StrCat("'", name, "'"), static_cast<int64_t>(bytes.size()), read},
      limits.max_bytes);
}

absl::StatusOr<NamedArrays> ReadNpz(absl::string_view path,
                                    const NpyLimits& limits) {
  int64_t size = 0;  // a clear error for what is no readable file
  auto file = Open(std::string(path), &size);
  if (!file.ok()) return file.status();
  if (size == 0) return NotAnNpz(path, "it is empty");
  int code = 0;
  Zip zip(zip_open(std::string(path).c_str(), ZIP_RDONLY, &code));
  if (zip == nullptr) return NotAnNpz(path, ZipErrorText(code));
  return ReadArchive(path, zip.get(), limits);
}

absl::StatusOr<NamedArrays> ParseNpz(absl::string_view name,
                                     absl::string_view bytes,
                                     const NpyLimits& limits) {
  if (bytes.empty()) return NotAnNpz(name, "it is empty");
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source =
      zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  Zip zip(source == nullptr ? nullptr
                            : zip_open_from_source(source, ZIP_RDONLY, &error));
  const std::string why = zip == nullptr ? zip_error_strerror(&error) : "";
  zip_error_fini(&error);
  if (zip == nullptr) {
    zip_source_free(source);
    return NotAnNpz(name, why);
  }
  return ReadArchive(name, zip.get(), limits);
}

std::string SerializeNpy(const Array& array) {
  std::string bytes = NpyHeader(array);
  if (array.bytes() > 0) {
    bytes.append(static_cast<const char*>(array.raw_data()), array.bytes());
  }
  return bytes;
}

absl::Status WriteNpy(absl::string_view path, const Array& array) {
  if (!array.ok()) return absl::InvalidArgumentError("no array to write");
  const std::string final_path(path);
  absl::Status replaceable = CheckReplaceable(final_path);
  if (!replaceable.ok()) return replaceable;
  PendingFile file(final_path);
  absl::Status status = file.Write(NpyHeader(array));
  if (status.ok()) {
    status = file.Write({static_cast<const char*>(array.raw_data()),
                         static_cast<size_t>(array.bytes())});
  }
  return status.ok() ? file.Commit() : status;
}

absl::Status WriteNpz(absl::string_view path, const NamedArrays& arrays) {
  const std::string final_path(path);
  absl::Status replaceable = CheckReplaceable(final_path);
  if (!replaceable.ok()) return replaceable;
  PendingFile file(final_path);
  if (!file.status().ok()) return file.status();
  auto fail = [&](absl::string_view why) {
    return CannotWrite(final_path, why);
  };
  int code = 0;
  Zip zip(zip_open(file.beside().c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code));
  if (zip == nullptr) return fail(ZipErrorText(code));
  std::vector<std::string> contents;  // libzip reads them in zip_close
  contents.reserve(arrays.size());
  for (const auto& [name, array] : arrays) {
    if (!array.ok()) return fail(absl::StrCat("'", name, "' is no array"));
    contents.push_back(SerializeNpy(array));
    zip_source_t* source = zip_source_buffer(zip.get(), contents.back().data(),
                                             contents.back().size(), 0);
    const zip_int64_t index =
        source == nullptr
            ? -1
            : zip_file_add(zip.get(), absl::StrCat(name, ".npy").c_str(),
                           source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(source);
      return fail(zip_strerror(zip.get()));
    }
    // Equal arrays give equal files: the time is that of numpy's own.
    constexpr zip_uint16_t kJanuary1980 = 0x21;
    zip_set_file_compression(zip.get(), index, ZIP_CM_STORE, 0);
    zip_file_set_dostime(zip.get(), index, 0, kJanuary1980, 0);
  }
  if (arrays.empty()) return fail("an archive needs at least one array");
  if (zip_close(zip.get()) != 0) return fail(zip_strerror(zip.get()));
  [[maybe_unused]] zip_t* closed = zip.release();
  return file.Commit();
}

}  // namespace keratin
