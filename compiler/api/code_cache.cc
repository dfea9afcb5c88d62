#include "compiler/api/code_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA256.h"
#include "runtime/content_hash.h"

namespace keratin {
namespace {

namespace fs = std::filesystem;

constexpr char kMagic[] = "KERATIN1";
constexpr char kEnding[] = ".code";
// What a killed writer leaves goes after so long.
constexpr auto kAbandoned = std::chrono::hours(1);

// In front of an entry.
struct Header {
  char magic[8];
  uint64_t checksum;  // of all that follows the header
  uint64_t manifest_bytes;
  uint64_t object_bytes;
};

bool WriteAll(int file, const void* data, size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t n = write(file, at, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    at += n;
    size -= static_cast<size_t>(n);
  }
  return true;
}

}  // namespace

absl::StatusOr<CodeCache> CodeCache::Open(const std::string& directory,
                                          int64_t max_bytes) {
  std::error_code error;
  fs::create_directories(fs::path(directory).parent_path(), error);
  if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    return absl::PermissionDeniedError(
        absl::StrCat("the cache folder '", directory,
                     "' cannot be made: ", std::strerror(errno)));
  }
  struct stat info = {};
  if (stat(directory.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat("the cache folder '", directory, "' is no folder"));
  }
  if (info.st_uid != geteuid() || (info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return absl::PermissionDeniedError(absl::StrCat(
        "the cache folder '", directory,
        "' must belong to you and be writable by you alone, for the code in it "
        "is run"));
  }
  return CodeCache(directory, max_bytes);
}

std::string CodeCache::PathOf(const std::string& key) const {
  const auto digest = llvm::SHA256::hash(llvm::ArrayRef<uint8_t>(
      reinterpret_cast<const uint8_t*>(key.data()), key.size()));
  return absl::StrCat(directory_, "/", llvm::toHex(digest, /*LowerCase=*/true),
                      kEnding);
}

std::optional<CodeCache::Entry> CodeCache::Find(const std::string& key) const {
  const std::string path = PathOf(key);
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  const std::string content((std::istreambuf_iterator<char>(file)),
                            std::istreambuf_iterator<char>());
  Header header = {};
  const size_t size = content.size() - std::min(content.size(), sizeof(header));
  if (content.size() >= sizeof(header))
    std::memcpy(&header, content.data(), sizeof(header));
  const char* rest = content.data() + (content.size() - size);
  if (std::memcmp(header.magic, kMagic, sizeof(header.magic)) != 0 ||
      header.manifest_bytes > size ||
      header.object_bytes != size - header.manifest_bytes ||
      header.checksum != ContentHash(rest, size)) {
    unlink(path.c_str());
    return std::nullopt;
  }
  // Used now.
  utimensat(AT_FDCWD, path.c_str(), nullptr, 0);
  return Entry{std::string(rest, header.manifest_bytes),
               std::string(rest + header.manifest_bytes, header.object_bytes)};
}

void CodeCache::Add(const std::string& key, const Entry& entry) const {
  const std::string rest = entry.manifest + entry.object;
  if (static_cast<int64_t>(rest.size() + sizeof(Header)) > max_bytes_) return;
  Header header = {};
  std::memcpy(header.magic, kMagic, sizeof(header.magic));
  header.checksum = ContentHash(rest.data(), rest.size());
  header.manifest_bytes = entry.manifest.size();
  header.object_bytes = entry.object.size();
  std::string temporary = absl::StrCat(directory_, "/writing.XXXXXX");
  const int file = mkostemp(temporary.data(), O_CLOEXEC);
  if (file < 0) return;
  bool whole = WriteAll(file, &header, sizeof(header)) &&
               WriteAll(file, rest.data(), rest.size());
  whole = close(file) == 0 && whole;
  if (!whole || rename(temporary.c_str(), PathOf(key).c_str()) != 0)
    unlink(temporary.c_str());
  Shrink();
}

// Others may remove the same files at the same time: then they are gone.
void CodeCache::Shrink() const {
  struct File {
    fs::file_time_type used;
    int64_t size;
    fs::path path;
  };
  std::vector<File> files;
  int64_t total = 0;
  std::error_code error;
  for (const auto& one : fs::directory_iterator(directory_, error)) {
    std::error_code gone;
    const auto used = one.last_write_time(gone);
    const auto size = static_cast<int64_t>(one.file_size(gone));
    if (gone) continue;
    const std::string name = one.path().filename().string();
    if (absl::StartsWith(name, "writing.")) {
      if (fs::file_time_type::clock::now() - used > kAbandoned)
        fs::remove(one.path(), gone);
    } else if (absl::EndsWith(name, kEnding)) {
      files.push_back({used, size, one.path()});
      total += size;
    }
  }
  std::sort(files.begin(), files.end(),
            [](const File& a, const File& b) { return a.used < b.used; });
  for (const File& file : files) {
    if (total <= max_bytes_) break;
    std::error_code gone;
    fs::remove(file.path, gone);
    total -= file.size;
  }
}

}  // namespace keratin
