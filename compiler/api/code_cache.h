// CodeCache: compiled code in a folder, for processes to come.
//
// An entry is found by everything that its code depends on: the traced module,
// the machine, the compiler itself. Invariant: what is found is whole and was
// written for that key, whoever else writes at the same time or was killed
// while writing: entries are written beside and renamed, and carry a checksum;
// what does not fit is removed. The folder holds `max_bytes` at most; entries
// that were used longest ago go first. A folder that cannot be written is no
// error, it keeps nothing.
//
//   CodeCache cache("/home/me/.cache/keratin", 256 << 20);
//   std::optional<CodeCache::Entry> entry = cache.Find(key);
//   if (!entry.has_value()) cache.Add(key, {manifest, object});
#ifndef KERATIN_COMPILER_API_CODE_CACHE_H_
#define KERATIN_COMPILER_API_CODE_CACHE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"

namespace keratin {

class CodeCache {
 public:
  struct Entry {
    std::string manifest;  // serialized
    std::string object;
  };

  // Makes the folder, readable by its owner alone. One that another user may
  // write to is an error: what stands in it is run.
  static absl::StatusOr<CodeCache> Open(const std::string& directory,
                                        int64_t max_bytes);

  std::optional<Entry> Find(const std::string& key) const;
  void Add(const std::string& key, const Entry& entry) const;

 private:
  CodeCache(std::string directory, int64_t max_bytes)
      : directory_(std::move(directory)), max_bytes_(max_bytes) {}
  std::string PathOf(const std::string& key) const;
  void Shrink() const;

  std::string directory_;
  int64_t max_bytes_;
};

}  // namespace keratin

#endif  // KERATIN_COMPILER_API_CODE_CACHE_H_
