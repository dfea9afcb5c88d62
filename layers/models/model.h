// Model: a layer that is compiled, run and saved as a whole. Keras:
// keras.Model.
//
// Functional and Sequential replay their graph on the tensors of a trace. A
// class of one's own derives from Model and overrides Call or CallWith; its
// inputs are the tensors of the call that built it.
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
  // Whether a call may give None for it; what is compiled takes it always.
  bool optional = false;
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
  const Layer* layer = nullptr;  // null: an operation of keras.ops
  // "(None, 8, 8)", or "[(None, 3), (None, 3)]" of several; "?" if it is not
  // known.
  std::string output_shape;
  // The same of the tensors that its first call takes, and the types of that
  // call's outputs.
  std::string input_shape = "?";
  std::string output_dtype = "?";
  // Where the inputs of all its calls come from.
  std::vector<TensorReference> sources = {};
};

// "(None, 28, 1)": unknown sizes as Keras shows them.
std::string ShapeText(const Shape& shape);
// That of every tensor in it, in brackets if there are several.
std::string ShapeText(const Value& value);
// "float32", or "[float32, int32]".
std::string DTypeText(const Value& value);

class Model : public Layer {
 public:
  // The inputs in order of Keras's `model.inputs`. Of a class of one's own they
  // are named as they were passed: by argument, key and number ("query_0"),
  // those of the first argument by what follows it, and `input_0` and so on
  // where that is no name. `batch` is axis 0 of the first, and of those that
  // had as many.
  virtual std::vector<ModelInput> inputs() const;
  // The layers that are saved, in Keras's order of `model.layers`.
  virtual std::vector<Layer*> layers() const { return sublayers(); }
  // Whether its state is saved layer by layer in that order; false: by the
  // attributes of a class of one's own, as any other layer's.
  virtual bool saves_layers() const { return false; }
  // The one of that name; an error lists the names there are. Keras: get_layer.
  absl::StatusOr<Layer*> GetLayer(const std::string& name) const;

  // In Keras's order; filled in by BuildAll.
  const std::vector<LayerRecord>& records() const { return records_; }
  // Which layers, by name, its outputs come from.
  virtual std::vector<std::string> output_layers() const { return {}; }
  // Keras's word for a graph without branches or shared layers.
  virtual bool sequential_like() const { return true; }

  // Makes all variables, by a trace that is thrown away. An error if the inputs
  // are not known.
  absl::Status BuildAll();
  Value GetBuildConfig() const override;
  // Of a model whose inputs are known it says nothing new.
  absl::Status BuildFromConfig(const Value& config) override;

  // Quantizes every layer in it that has the mode and that the filters take.
  // Keras: Model.quantize.
  absl::Status Quantize(const QuantizationConfig& config,
                        const QuantizeOptions& options = {}) override;

  // That of its inputs(). Builds first.
  absl::StatusOr<std::unique_ptr<Trace>> TraceStatelessCall(
      const TraceOptions& options);

  Value GetCompileConfig() const override { return Value::Dict({}); }

 protected:
  // Masks that a call names (`mask=`) become those of its inputs.
  static void TakeMasks(const CallContext& context,
                        const std::vector<Tensor>& inputs);
  void set_records(std::vector<LayerRecord> records) {
    records_ = std::move(records);
  }

 private:
  // The arguments of a call with these as the inputs.
  Arguments ArgumentsOf(Value::Items tensors) const;

  std::vector<LayerRecord> records_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_MODELS_MODEL_H_
