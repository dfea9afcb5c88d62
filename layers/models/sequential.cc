// Sequential: layers one after the other. Keras: keras.Sequential.
#include "absl/strings/str_cat.h"
#include "layers/models/model.h"

namespace keratin {
namespace {

class Sequential : public Model {
 public:
  std::vector<ModelInput> inputs() const override { return {input_}; }
  std::vector<Layer*> layers() const override { return sublayers(); }

 protected:
  void Describe(Fields& fields) override {
    fields("layers", layer_configs_)("build_input_shape", build_input_shape_);
  }

  absl::Status Configured() override {
    if (!layer_configs_.is_sequence())
      return absl::InvalidArgumentError(
          "a Sequential model needs a list 'layers'");
    Value shape = build_input_shape_;
    std::vector<std::unique_ptr<Layer>> layers;
    std::string unsupported;
    input_.name = "input_layer";
    for (const Value& serialized : layer_configs_.items()) {
      const Value* class_name = serialized.Find("class_name");
      const Value* config = serialized.Find("config");
      if (class_name != nullptr && class_name->is_string() &&
          class_name->as_string() == "InputLayer" && config != nullptr) {
        // As Keras 3 writes it, and as Keras 2 did.
        for (const char* key : {"batch_input_shape", "batch_shape"})
          if (const Value* given = config->Find(key)) shape = *given;
        if (const Value* name = config->Find("name");
            name != nullptr && name->is_string())
          input_.name = name->as_string();
        if (const Value* dtype = config->Find("dtype");
            dtype != nullptr && dtype->is_string()) {
          auto parsed = ParseDType(dtype->as_string());
          if (!parsed.ok()) return parsed.status();
          input_.dtype = *parsed;
        }
        continue;
      }
      auto layer = LayerRegistry::Deserialize(serialized);
      if (absl::IsUnimplemented(layer.status())) {
        absl::StrAppend(&unsupported, unsupported.empty() ? "" : "; ",
                        layer.status().message());
        continue;
      }
      if (!layer.ok()) return layer.status();
      layers.push_back(*std::move(layer));
    }
    if (!unsupported.empty()) return absl::UnimplementedError(unsupported);
    if (shape.is_sequence()) {
      for (const Value& size : shape.items()) {
        const size_t axis = input_.shape.size();
        input_.shape.push_back(
            size.is_int() ? Dim(size.as_int())
                          : Dim::Symbol(axis == 0 ? "batch"
                                                  : absl::StrCat(input_.name,
                                                                 "_", axis)));
      }
    }
    TrackList("layers", std::move(layers));
    return absl::OkStatus();
  }

  absl::Status BuildFrom(const Arguments&) override { return absl::OkStatus(); }

  Value CallWith(const CallContext& context,
                 const Arguments& arguments) override {
    if (arguments.positional.size() != 1)
      return Value(Fail("a Sequential model takes one input"));
    Value x = arguments.positional[0];
    std::vector<LayerRecord> records;
    for (Layer* layer : sublayers()) {
      Arguments next{{x}, {}};
      x = (*layer)(next);
      records.push_back({.name = layer->name(),
                         .class_name = layer->class_name(),
                         .layer = layer,
                         .output_shape = ShapeText(x)});
    }
    set_records(std::move(records));
    return x;
  }

 private:
  Value layer_configs_, build_input_shape_;
  ModelInput input_;
};
KERATIN_REGISTER_LAYER("keras", Sequential);

}  // namespace
}  // namespace keratin
