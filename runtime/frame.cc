// One call of an entry function.
#include "runtime/frame.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/thread_pool.h"

namespace keratin {

absl::Status Frame::Reserve(size_t arguments, size_t results, int64_t scratch,
                            Workspace& workspace) {
  const size_t pointers =
      ((arguments + results) * sizeof(void*) + 63) / 64 * 64;
  int64_t bytes;
  if (scratch < 0 || __builtin_add_overflow(pointers, scratch, &bytes)) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "the model would need a workspace of ", scratch, " bytes"));
  }
  absl::Status status = workspace.Reserve(bytes);
  if (!status.ok()) return status;
  void** places = static_cast<void**>(workspace.data());
  args_ = const_cast<const void**>(places);
  results_ = places + arguments;
  scratch_ = static_cast<char*>(workspace.data()) + pointers;
  return absl::OkStatus();
}

absl::Status Frame::AddResult(Array& array) {
  if (!array.IsUnique()) {
    absl::StatusOr<Array> fresh = Array::Allocate(array.dtype(), array.sizes());
    if (!fresh.ok()) return fresh.status();
    array = *std::move(fresh);
  }
  results_[result_count_++] = array.mutable_raw_data();
  return absl::OkStatus();
}

absl::Status Frame::Run(absl::string_view model, absl::string_view name,
                        keratin_entry entry, const int64_t* dims,
                        const CallOptions& options) {
  keratin_call call = {args_, results_, dims, scratch_, nullptr, nullptr};
  ThreadPoolView view = {nullptr, options.threads};
  if (options.parallel_for != nullptr) {
    call.parallel_for = options.parallel_for;
    call.pool = options.pool_context;
  } else if (options.threads != 1) {
    view.pool = options.pool == nullptr ? &ThreadPool::Global() : options.pool;
    if (view.pool->threads() > 1) {
      call.parallel_for = keratin_pool_parallel_for;
      call.pool = &view;
    }
  }
  const int32_t code = entry(&call);
  if (code == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("'", name, "' of model '", model,
                                          "' failed with code ", code));
}

}  // namespace keratin
