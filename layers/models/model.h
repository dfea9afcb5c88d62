// Model: a layer that is compiled and run as a whole. Functional and Sequential
// are loaded from files; both replay their graph on the tensors of a trace.
#ifndef KERATIN_LAYERS_MODELS_MODEL_H_
#define KERATIN_LAYERS_MODELS_MODEL_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "ir/trace/trace.h"
#include "layers/base/layer.h"

namespace keratin {

// An input of a model.
struct ModelInput {
  std::string name;
  DType dtype = DType::kFloat32;
  // Axis 0 is `batch` if it is not known; another unknown axis k is `name_k`.
  Shape shape;
};

struct TraceOptions {
  bool training = false;
  // Fixes the symbol `batch`; 0 leaves it open.
  int64_t batch = 0;
};

// A part of a model, as its last trace met it: a line of Keras's summary.
struct LayerRecord {
  std::string name;
  std::string class_name;
  const Layer* layer = nullptr;  // null: an InputLayer, or an operation
  // "(None, 8, 8)", or "[(None, 3), (None, 3)]" of several.
  std::string output_shape;
  // Where the inputs of all its calls come from.
  std::vector<TensorReference> sources = {};
};

// "(None, 28, 1)": unknown sizes as Keras shows them.
std::string ShapeText(const Shape& shape);
// That of every tensor in it, in brackets if there are several.
std::string ShapeText(const Value& value);

class Model : public Layer {
 public:
  // The inputs in order of Keras's `model.inputs`.
  virtual std::vector<ModelInput> inputs() const = 0;
  // The layers that are saved, in Keras's order of `model.layers`; null stands
  // for an InputLayer.
  virtual std::vector<Layer*> layers() const = 0;

  // In Keras's order; filled in by BuildAll.
  const std::vector<LayerRecord>& records() const { return records_; }
  // Keras's word for a graph without branches or shared layers.
  virtual bool sequential_like() const { return true; }

  // Makes all variables, by a trace that is thrown away.
  absl::Status BuildAll();

  // The function stateless_call: trainable variables, non-trainable variables,
  // inputs -> outputs, new non-trainable variables, losses. Builds first.
  absl::StatusOr<std::unique_ptr<Trace>> TraceStatelessCall(
      const TraceOptions& options);

  bool keeps_masks() const override { return true; }
  bool casts_inputs() const override { return false; }

 protected:
  void set_records(std::vector<LayerRecord> records) {
    records_ = std::move(records);
  }

 private:
  std::vector<LayerRecord> records_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_MODELS_MODEL_H_
