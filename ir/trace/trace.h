// Trace: the making of one pure function of tensors.
//
// A Trace owns a module with one function, `stateless_call`. Arguments come
// first, then operations (ir/trace/ops.h), then Return. Every operation carries
// the layer path of the innermost LayerScope as its location.
//
//   auto trace = Trace::Create("model");
//   Trace::Scope scope(*trace);
//   Tensor x = trace->Argument({.kind = "input", .name = "x",
//                               .dtype = DType::kFloat32,
//                               .shape = {Dim::Symbol("batch"), 8}});
//   absl::Status status = trace->Return({{.value = trace::Tanh(x)}});
#ifndef KERATIN_IR_TRACE_TRACE_H_
#define KERATIN_IR_TRACE_TRACE_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "ir/trace/tensor.h"
#include "runtime/array.h"

namespace keratin {

// An argument of the traced function.
struct ArgumentSpec {
  // "trainable", "non_trainable" or "input".
  std::string kind;
  // The path of a variable ("model/dense/kernel"), the name of an input.
  std::string name;
  DType dtype = DType::kFloat32;
  Shape shape;
  // More to note on it, by key: "initializer", "constraint", "regularizer",
  // "aggregation", "overwrite_with_gradient".
  std::vector<std::pair<std::string, std::string>> notes = {};
};

// A result of the traced function.
struct ResultSpec {
  Tensor value;
  // "output", "loss", or of a variable's new value "trainable" or
  // "non_trainable".
  std::string kind = "output";
  std::string name = "";
  // Of a variable: the number of its argument.
  int variable = -1;
};

class Trace {
 public:
  static std::unique_ptr<Trace> Create(const std::string& name);
  ~Trace();
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  // The trace of the innermost Scope of this thread; null outside of all.
  static Trace* Current();

  // Makes a trace the current one.
  class Scope {
   public:
    explicit Scope(Trace& trace);
    ~Scope();

   private:
    Trace* previous_;
  };

  // Names the layer whose operations are being traced, in the current trace.
  class LayerScope {
   public:
    explicit LayerScope(std::string path);
    ~LayerScope();

   private:
    Trace* trace_;
    std::string previous_;
  };

  Tensor Argument(const ArgumentSpec& spec);
  // Ends the function. Returns the first error of the whole trace, if any.
  absl::Status Return(absl::Span<const ResultSpec> results);

  // Notes an error, if it is the first, with the path of the current layer;
  // returns a poisoned Tensor.
  Tensor Error(absl::Status status);
  const absl::Status& status() const { return status_; }
  // The path given by the innermost LayerScope.
  const std::string& layer_path() const { return layer_path_; }

  // States that two sizes are equal: nothing if they are the same, an error if
  // they cannot be, else a check when the compiled function is entered.
  // Returns whether they can be equal.
  bool AssumeEqual(const Dim& a, const Dim& b);
  // States that a size is at least 0: an error or a check, as there.
  bool AssumeNotNegative(const Dim& size);

  // Where the trace is now, and the operations since then: marked by one number
  // (the attribute keratin.remat) as those that the backward pass computes
  // again together, in place of marks that they bear already. Both in the same
  // body.
  using Position = const void*;
  Position position() const;
  void MarkRematerialized(Position begin);

  // The state behind ir/trace/module.h.
  struct State;
  State& state() { return *state_; }

  // What the builders of ir/trace/ops.h pass as attributes.
  using Attribute =
      std::variant<int64_t, std::string, DType, Shape, std::vector<int64_t>>;
  // The operation `name` of the dialect on `operands`. After the first error
  // of the trace nothing is added any more: every result is poisoned.
  Tensor Build(const char* name, absl::Span<const Tensor> operands,
               absl::Span<const std::pair<const char*, Attribute>> attributes);

  // One value everywhere.
  Tensor Full(const Shape& shape, double value, DType dtype);
  Tensor FullInteger(const Shape& shape, int64_t value, DType dtype);
  // A small tensor of known values; weights are arguments, never constants.
  Tensor Dense(const Array& values);

  // See trace::Scan.
  using ScanBody =
      std::function<std::pair<std::vector<Tensor>, std::vector<Tensor>>(
          const Tensor& step, absl::Span<const Tensor> carried,
          absl::Span<const Tensor> slices)>;
  std::vector<Tensor> Scan(absl::Span<const Tensor> initial,
                           absl::Span<const Tensor> sequences,
                           const Dim& length, bool reverse,
                           const ScanBody& body, bool conditional = false);

 private:
  Trace();
  Tensor Wrap(const void* value);
  // False, with the error noted, if a tensor is no value of this trace that
  // can be used here.
  bool Usable(absl::Span<const Tensor> tensors);
  // Whether a value of that shape can be made here; the error is noted.
  bool CanMake(const Shape& shape, DType dtype);

  std::unique_ptr<State> state_;
  std::shared_ptr<Trace*> self_;
  std::string layer_path_;
  int64_t rematerialized_ = 0;  // groups so far
  absl::Status status_;
};

}  // namespace keratin

#endif  // KERATIN_IR_TRACE_TRACE_H_
