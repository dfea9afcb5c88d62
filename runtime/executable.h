// Executable: a compiled model, called with Arrays.
//
// Invariant: immutable and cheap to copy; calls are const and re-entrant, and
// an Executable caches nothing. Every call checks counts, dtypes, ranks and
// sizes of what it is given against the manifest; what does not fit is one
// sentence that names the tensor, the axis and the bound.
//
// Lists are always in the manifest's order: variables trainable first, then
// non-trainable; state lists hold the written variables.
//
// Example:
//   absl::StatusOr<Executable> exe = Executable::LoadLibrary("digits.so");
//   absl::StatusOr<Prepared> weights = exe->EmbeddedPrepared();
//   absl::StatusOr<std::vector<Array>> state = exe->InitialState();
//   absl::StatusOr<CallResults> results = exe->Call(*weights, *state, {image});
#ifndef KERATIN_RUNTIME_EXECUTABLE_H_
#define KERATIN_RUNTIME_EXECUTABLE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "runtime/abi.h"
#include "runtime/array.h"
#include "runtime/dtype.h"
#include "runtime/manifest.pb.h"
#include "runtime/shape.h"
#include "runtime/thread_pool.h"
#include "runtime/workspace.h"

namespace keratin {

// What this runtime reads; raised when old loaders would misread.
inline constexpr uint32_t kManifestFormatVersion = 1;

using Manifest = proto::Manifest;

// Name, path, type and symbolic shape of one tensor of the signature.
struct TensorSpec {
  std::string name;
  std::string path;  // of variables
  DType dtype = DType::kInvalid;
  Shape shape;
  bool trainable = false;  // of variables
};

// The functions and data of a compiled model, as abi.h describes them.
struct EntryPoints {
  keratin_entry prepare = nullptr;
  keratin_entry call = nullptr;
  const void* weights = nullptr;           // the prepared block, if embedded
  std::vector<const void*> initial_state;  // if embedded
};

struct CallOptions {
  // Where the work goes: `parallel_for` with `pool_context` if given, else
  // `pool`, else the pool of the process.
  ThreadPool* pool = nullptr;
  keratin_parallel_for parallel_for = nullptr;
  void* pool_context = nullptr;
  // At most so many threads of a ThreadPool; 0: all, 1: the caller alone.
  int threads = 0;
};

// What `prepare` made of the variables. Cheap to copy; belongs to the
// executable (and those of the same manifest) that made it.
class Prepared {
 public:
  Prepared() = default;
  explicit Prepared(std::vector<Array> buffers)
      : buffers_(
            std::make_shared<const std::vector<Array>>(std::move(buffers))) {}
  absl::Span<const Array> buffers() const {
    if (buffers_ == nullptr) return {};
    return *buffers_;
  }

 private:
  std::shared_ptr<const std::vector<Array>> buffers_;
};

struct CallResults {
  std::vector<Array> outputs;
  std::vector<Array> state;  // new values of the written variables
  std::vector<Array> losses;
};

struct StatelessResults {
  std::vector<Array> outputs;
  std::vector<Array> non_trainable;  // all of them
  std::vector<Array> losses;
};

class Executable {
 public:
  // Of code in this process. `owner` keeps code and data alive. A manifest that
  // contradicts itself or the entry points is an error.
  static absl::StatusOr<Executable> Create(Manifest manifest,
                                           EntryPoints entry_points,
                                           std::shared_ptr<const void> owner);
  // Of a model linked into this program: Create(digits_model).
  static absl::StatusOr<Executable> Create(
      const keratin_model& model, std::shared_ptr<const void> owner = nullptr);
  // Of a shared library written by the compiler. It is refused if this machine
  // lacks what it was compiled for.
  static absl::StatusOr<Executable> LoadLibrary(absl::string_view path);

  // What this machine lacks of the manifest's target, as one sentence.
  static absl::Status CheckTarget(const Manifest& manifest);

  const Manifest& manifest() const;
  absl::Span<const TensorSpec> variables() const;
  absl::Span<const TensorSpec> trainable() const;
  absl::Span<const TensorSpec> non_trainable() const;
  absl::Span<const TensorSpec> inputs() const;
  absl::Span<const TensorSpec> outputs() const;
  absl::Span<const TensorSpec> losses() const;
  absl::Span<const TensorSpec> prepared() const;
  // Indices in variables() of the written ones.
  absl::Span<const int> state() const;
  absl::Span<const std::string> symbols() const;

  // Keras's stateless_call: from all variables to outputs and all
  // non-trainable variables, written or not.
  absl::StatusOr<StatelessResults> StatelessCall(
      absl::Span<const Array> trainable, absl::Span<const Array> non_trainable,
      absl::Span<const Array> inputs, const CallOptions& options = {}) const;

  absl::StatusOr<Prepared> Prepare(absl::Span<const Array> trainable,
                                   absl::Span<const Array> non_trainable,
                                   const CallOptions& options = {}) const;
  // The buffers embedded in an artifact; FailedPrecondition if there are none.
  absl::StatusOr<Prepared> EmbeddedPrepared() const;
  // The buffers of the weights file of an artifact compiled for one, mapped
  // and checked against the manifest's hash.
  absl::StatusOr<Prepared> OpenWeights(absl::string_view path) const;
  // The written variables' saved values, empty if none is written;
  // FailedPrecondition where variables are arguments.
  absl::StatusOr<std::vector<Array>> InitialState() const;

  // The written ones of these lists: the first state of a call.
  absl::StatusOr<std::vector<Array>> StateOf(
      absl::Span<const Array> trainable,
      absl::Span<const Array> non_trainable) const;

  absl::StatusOr<CallResults> Call(const Prepared& prepared,
                                   absl::Span<const Array> state,
                                   absl::Span<const Array> inputs,
                                   const CallOptions& options = {}) const;

  // Call into Arrays of the right dtype and sizes: outputs, then new state,
  // then losses. Allocates nothing once the workspace has grown (a result that
  // shares its buffer gets a fresh one first).
  absl::Status CallInto(const Prepared& prepared, absl::Span<const Array> state,
                        absl::Span<const Array> inputs,
                        absl::Span<Array> results, Workspace& workspace,
                        const CallOptions& options = {}) const;

  // The values of symbols() that these input sizes give, all checks made.
  absl::StatusOr<std::vector<int64_t>> BindSymbols(
      absl::Span<const std::vector<int64_t>> input_sizes) const;
  // Sizes of the outputs for these sizes of the inputs.
  absl::StatusOr<std::vector<std::vector<int64_t>>> OutputSizes(
      absl::Span<const std::vector<int64_t>> input_sizes) const;
  // Results for CallInto: outputs, state and losses, uninitialized.
  absl::StatusOr<std::vector<Array>> AllocateResults(
      absl::Span<const Array> inputs) const;
  // Bytes of scratch memory that `call` needs for these symbol values.
  absl::StatusOr<int64_t> WorkspaceSize(absl::Span<const int64_t> dims) const;

 private:
  std::shared_ptr<const struct ExecutableImpl> impl_;
};

}  // namespace keratin

#endif  // KERATIN_RUNTIME_EXECUTABLE_H_
