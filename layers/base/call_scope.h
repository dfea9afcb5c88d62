// CallScope: what a traced call carries along besides its tensors.
//
// Variables are read and assigned here, losses gathered, masks remembered for
// the tensors that bear them. One scope belongs to one trace. Keras:
// StatelessScope, and the call context of Layer.__call__.
#ifndef KERATIN_LAYERS_BASE_CALL_SCOPE_H_
#define KERATIN_LAYERS_BASE_CALL_SCOPE_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ir/trace/trace.h"
#include "layers/base/variable.h"

namespace keratin {

class Layer;

class CallScope {
 public:
  // Makes itself the current scope of this thread, on top of `trace`. Within
  // another one, paths and `training` go on from there.
  explicit CallScope(Trace& trace);
  ~CallScope();
  static CallScope* Current();

  // The tensor of a variable: what was assigned, else its argument, which is
  // added to the trace if there is none yet.
  Tensor Read(const Variable& variable);
  void Assign(const Variable& variable, const Tensor& value);
  // Adds the variable's argument.
  Tensor Bind(const Variable& variable, const std::string& kind);

  // A loss, and the layer that added it.
  struct Loss {
    Layer* owner = nullptr;
    Tensor value;
  };
  // Notes a loss of the layer that is being called. They come back in Keras's
  // order: of `layer` and its sublayers, each layer's own together, which is
  // not the order of the calls.
  void AddLoss(Layer& layer, const Tensor& loss) {
    losses_.push_back({&layer, loss});
  }
  std::vector<Loss> LossesOf(Layer& layer) const;
  // How many there are; and those since there were so many, taken out: of a
  // part of the trace that stands for several steps.
  size_t loss_count() const { return losses_.size(); }
  std::vector<Loss> TakeLosses(size_t since) {
    std::vector<Loss> taken(losses_.begin() + since, losses_.end());
    losses_.resize(since);
    return taken;
  }

  // The mask that a tensor bears: not ok() if it has none.
  Tensor MaskOf(const Tensor& tensor) const;
  void SetMask(const Tensor& tensor, const Tensor& mask);

  // Of the layers that are being called, from the outermost.
  struct Frame {
    // Where the call is, for the locations of operations and for errors.
    std::string path;
    const Layer* layer = nullptr;
    // Where variables are that the call makes: Keras's name scope, which knows
    // nothing of the models that a layer was read as part of.
    std::string name_scope;
    // Whether variables are cast, and to what: kInvalid, they stay.
    bool has_autocast = false;
    DType autocast = DType::kInvalid;
    // Whether its activation is to be rematerialized.
    bool remat_activation = false;
  };
  std::vector<Frame>& frames() { return frames_; }
  const std::vector<Frame>& frames() const { return frames_; }
  std::string path() const {
    return frames_.empty() ? "" : frames_.back().path;
  }
  std::string name_scope() const {
    return frames_.empty() ? "" : frames_.back().name_scope;
  }

  // What `training` was last resolved to since the outermost call began; as in
  // Keras, what one layer is told holds for those called after it.
  const std::optional<bool>& training() const { return training_; }
  void set_training(std::optional<bool> training) { training_ = training; }

 private:
  Trace& trace_;
  Trace::Scope trace_scope_;
  CallScope* outer_;
  std::map<const Variable*, Tensor> values_;
  std::map<const void*, Tensor> masks_;
  std::vector<Loss> losses_;
  std::vector<Frame> frames_;
  std::optional<bool> training_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_CALL_SCOPE_H_
