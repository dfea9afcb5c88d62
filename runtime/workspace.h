// Workspace: the scratch memory of calls.
//
// Invariant: data() is 64-byte aligned and holds at least what the last
// Reserve asked for; its content is nobody's. Never used by two calls at once.
//
// Example:
//   Workspace workspace;
//   absl::Status status = workspace.Reserve(4096);   // allocates
//   status = workspace.Reserve(1024);                // keeps what it has
#ifndef KERATIN_RUNTIME_WORKSPACE_H_
#define KERATIN_RUNTIME_WORKSPACE_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace keratin {

class Workspace {
 public:
  static constexpr int64_t kAlignment = 64;

  Workspace() = default;
  Workspace(Workspace&&) = default;
  Workspace& operator=(Workspace&&) = default;

  // Grows, if need be, to this many bytes; the content is lost then.
  absl::Status Reserve(int64_t bytes) {
    if (bytes <= size_) return absl::OkStatus();
    const int64_t rounded = (bytes + kAlignment - 1) & -kAlignment;
    void* memory =
        rounded < bytes
            ? nullptr
            : std::aligned_alloc(kAlignment, static_cast<size_t>(rounded));
    if (memory == nullptr) {
      return absl::ResourceExhaustedError(
          absl::StrCat("no memory for a workspace of ", bytes, " bytes"));
    }
    memory_.reset(memory);
    size_ = rounded;
    return absl::OkStatus();
  }

  void* data() const { return memory_.get(); }
  int64_t size() const { return size_; }

 private:
  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  std::unique_ptr<void, Free> memory_;
  int64_t size_ = 0;
};

}  // namespace keratin

#endif  // KERATIN_RUNTIME_WORKSPACE_H_
