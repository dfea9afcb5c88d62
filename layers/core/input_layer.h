// Input: where a graph begins. Keras: keras.Input, keras.layers.InputLayer.
//
//   KerasTensor image = Input({.shape = {{28, 28, 1}}, .name = "image"});
//   KerasTensor words = Input({.shape = {{kNone}}, .dtype = DType::kInt32});
#ifndef KERATIN_LAYERS_CORE_INPUT_LAYER_H_
#define KERATIN_LAYERS_CORE_INPUT_LAYER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "layers/base/keras_tensor.h"
#include "layers/base/layer_ptr.h"
#include "runtime/dtype.h"
#include "runtime/shape.h"

namespace keratin {

// An unknown size is kNone, or a symbol of one's own (sizes of one name are
// equal). Where it is kNone, axis 0 becomes `batch`, axis k `<name>_<k>`.
struct InputOptions {
  std::optional<Shape> shape = {};  // without the batch
  std::optional<int64_t> batch_size = {};
  DType dtype = DType::kInvalid;          // invalid: config::floatx()
  std::optional<Shape> batch_shape = {};  // instead of both
  bool optional = false;
  std::string name = {};
};

// An error is that of the tensor.
KerasTensor Input(const InputOptions& options);

class InputLayer : public Layer {
 public:
  // {name, batch_shape, dtype, optional} of the options, a default batch_shape.
  absl::Status Set(const InputOptions& options);

  const Shape& batch_shape() const { return shape_; }
  DType input_type() const { return dtype_; }
  bool optional() const { return optional_; }
  // The tensor that it stands for.
  KerasTensor output();

  Value GetConfig() override;

 protected:
  void Describe(Fields& fields) override;
  absl::Status Configured() override;
  Value CallWith(const CallContext& context,
                 const Arguments& arguments) override;

 private:
  Value written_shape_, written_dtype_;
  bool sparse_ = false, ragged_ = false, optional_ = false;
  Shape shape_;
  DType dtype_ = DType::kFloat32;
};

// `shape` with a name for each size that is kNone.
Shape NameUnknownSizes(const Shape& shape, const std::string& name);
// A shape of a configuration, None being kNone.
absl::StatusOr<Shape> ShapeOf(const Value& value);
// As a configuration has it, unknown sizes None.
Value ShapeValue(const Shape& shape);

}  // namespace keratin

#endif  // KERATIN_LAYERS_CORE_INPUT_LAYER_H_
