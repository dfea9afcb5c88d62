// Frame: what one call of an entry function is made with.
//
// Invariant: lives in the caller's workspace, pointers of arguments and
// results first, the function's scratch memory behind them; allocates nothing
// of its own.
//
// Example:
//   Frame frame;
//   absl::Status status = frame.Reserve(2, 1, scratch_bytes, workspace);
//   frame.AddArgument(x);  frame.AddArgument(w);
//   status = frame.AddResult(y);
//   status = frame.Run("model", "call", entry, dims, options);
#ifndef KERATIN_RUNTIME_FRAME_H_
#define KERATIN_RUNTIME_FRAME_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "runtime/abi.h"
#include "runtime/array.h"
#include "runtime/executable.h"
#include "runtime/workspace.h"

namespace keratin {

class Frame {
 public:
  absl::Status Reserve(size_t arguments, size_t results, int64_t scratch,
                       Workspace& workspace);
  void AddArgument(const Array& array) {
    args_[argument_count_++] = array.raw_data();
  }
  // The array's buffer; a fresh one first if it is shared: it is overwritten.
  absl::Status AddResult(Array& array);
  // Calls the function; `model` and `name` are for errors.
  absl::Status Run(absl::string_view model, absl::string_view name,
                   keratin_entry entry, const int64_t* dims,
                   const CallOptions& options);

 private:
  const void** args_ = nullptr;
  void** results_ = nullptr;
  void* scratch_ = nullptr;
  size_t argument_count_ = 0;
  size_t result_count_ = 0;
};

}  // namespace keratin

#endif  // KERATIN_RUNTIME_FRAME_H_
