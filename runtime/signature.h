// Signature: a manifest, checked and made ready for calls.
//
// Invariant: once Read has accepted a manifest, every index in it is in range,
// every size expression is ready to be evaluated from the symbols, and the
// entry functions' arguments and results stand in the order of a call that the
// README here gives.
//
// Example:
//   absl::StatusOr<Signature> signature = Signature::Read(manifest);
//   DimValues dims;
//   absl::Status status = signature->Bind(inputs.size(), size_of, &dims);
#ifndef KERATIN_RUNTIME_SIGNATURE_H_
#define KERATIN_RUNTIME_SIGNATURE_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "runtime/array.h"
#include "runtime/dim_program.h"
#include "runtime/executable.h"
#include "runtime/manifest.pb.h"

namespace keratin {

using DimValues = absl::InlinedVector<int64_t, 32>;
using Sizes = absl::InlinedVector<int64_t, 6>;

// A list of the manifest: what callers see, and its sizes as programs.
struct TensorList {
  std::vector<TensorSpec> specs;
  std::vector<std::vector<DimProgram>> sizes;
};

class Signature {
 public:
  static absl::StatusOr<Signature> Read(const proto::Manifest& manifest);

  // The symbols' values from the sizes of the inputs; checks everything about
  // sizes. `sizes_of(i)` gives those of input i.
  absl::Status Bind(
      size_t count,
      absl::FunctionRef<absl::Span<const int64_t>(size_t)> sizes_of,
      DimValues* dims) const;
  // The same of Arrays, dtypes checked too.
  absl::Status Bind(absl::Span<const Array> inputs, DimValues* dims) const;

  // Checks given variables against `variables[indices]`; `what` names the
  // list: "trainable variable".
  absl::Status CheckVariables(absl::string_view what,
                              absl::Span<const Array> given,
                              absl::Span<const int> indices) const;

  // Sizes of one tensor of a list under the symbols' values.
  absl::Status SizesOf(const TensorList& list, size_t index,
                       const int64_t* dims, Sizes* sizes) const;

  // What a workspace size comes to; an error beyond 64 bits.
  static absl::StatusOr<int64_t> WorkspaceBytes(const DimProgram& program,
                                                const int64_t* dims);

  std::vector<std::string> symbols;
  TensorList variables, inputs, outputs, losses, prepared;
  int trainable_count = 0;
  std::vector<int> trainable, non_trainable;  // indices in variables
  std::vector<int> state;
  std::vector<int> prepare_arguments;  // indices in variables
  DimProgram prepare_workspace, call_workspace;

 private:
  struct Binding {
    int input, axis;
  };
  struct Equality {
    Dim left_dim, right_dim;
    DimProgram left, right;
  };
  // Must not be negative.
  struct Size {
    Dim dim;
    DimProgram program;
  };

  absl::Status ReadLists(const proto::Manifest& manifest);
  absl::Status ReadSymbols(const proto::Manifest& manifest);
  absl::Status ReadEntries(const proto::Manifest& manifest);
  // "'seq' is 4 as input 'y' says", of each symbol in these.
  std::string Origin(std::initializer_list<Dim> of, const int64_t* dims) const;
  absl::Status SizeMismatch(size_t input, int axis, int64_t given,
                            int64_t expected, const int64_t* dims) const;
  absl::Status CountMismatch(size_t count) const;

  std::vector<Binding> bindings_;  // of each symbol
  std::vector<Equality> equalities_;
  std::vector<Size> sizes_;
};

}  // namespace keratin

#endif  // KERATIN_RUNTIME_SIGNATURE_H_
