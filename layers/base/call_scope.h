// CallScope: what a traced call carries along besides its tensors.
//
// Variables are read and assigned here, losses gathered, masks remembered for
// the tensors that bear them. One scope belongs to one trace. Keras:
// StatelessScope, and the call context of Layer.__call__.
#ifndef KERATIN_LAYERS_BASE_CALL_SCOPE_H_
#define KERATIN_LAYERS_BASE_CALL_SCOPE_H_

#include <map>
#include <string>
#include <vector>

#include "ir/trace/trace.h"
#include "layers/base/variable.h"

namespace keratin {

class CallScope {
 public:
  // Makes itself the current scope of this thread, on top of `trace`.
  explicit CallScope(Trace& trace);
  ~CallScope();
  static CallScope* Current();

  // The tensor of a variable: what was assigned, else its argument, which is
  // added to the trace if there is none yet.
  Tensor Read(const Variable& variable);
  void Assign(const Variable& variable, const Tensor& value);
  // Adds the variable's argument.
  Tensor Bind(const Variable& variable, const std::string& kind);

  void AddLoss(const Tensor& loss) { losses_.push_back(loss); }
  const std::vector<Tensor>& losses() const { return losses_; }

  // The mask that a tensor bears: not ok() if it has none.
  Tensor MaskOf(const Tensor& tensor) const;
  void SetMask(const Tensor& tensor, const Tensor& mask);

  // Of the layers that are being called, from the outermost.
  struct Frame {
    std::string path;
    bool training = false;
    DType autocast = DType::kInvalid;  // invalid: variables are not cast
  };
  std::vector<Frame>& frames() { return frames_; }
  bool training() const { return !frames_.empty() && frames_.back().training; }
  std::string path() const {
    return frames_.empty() ? "" : frames_.back().path;
  }

 private:
  Trace& trace_;
  Trace::Scope trace_scope_;
  CallScope* outer_;
  std::map<const Variable*, Tensor> values_;
  std::map<const void*, Tensor> masks_;
  std::vector<Tensor> losses_;
  std::vector<Frame> frames_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_CALL_SCOPE_H_
