#include "layers/quantizers/quantization_configs.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

namespace keratin {
namespace {

// Of the modes that keep small integers.
class IntegerConfig : public QuantizationConfigObject {
 public:
  const Quantizer& weight_quantizer() const { return weight_; }
  const Quantizer& activation_quantizer() const { return activation_; }
  virtual int64_t block_size() const { return -1; }

  void Describe(Fields& f) override {
    f("weight_quantizer", weight_)("activation_quantizer", activation_);
  }

 protected:
  explicit IntegerConfig(Quantizer activation)
      : activation_(std::move(activation)) {}

  Quantizer weight_, activation_;
};

class Int8Config : public IntegerConfig {
 public:
  Int8Config()
      : IntegerConfig(Int8QuantizationConfigOptions().activation_quantizer) {}
  std::string mode() const override { return "int8"; }
};

class Int4Config : public IntegerConfig {
 public:
  Int4Config()
      : IntegerConfig(Int4QuantizationConfigOptions().activation_quantizer) {}
  std::string mode() const override { return "int4"; }
  std::string policy_mode() const override {
    return absl::StrCat("int4/", block_size());
  }
  int64_t block_size() const override { return block_size_.value_or(-1); }

  void Describe(Fields& f) override {
    IntegerConfig::Describe(f);
    f("block_size", block_size_);
  }
  absl::Status Configured() override {
    if (block_size() == 0 || block_size() < -1) {
      return absl::InvalidArgumentError(absl::StrCat(
          "'block_size' must be None, -1 or a positive number, not ",
          block_size()));
    }
    if (block_size() > 0 && !(weight_.is_none() && activation_.is_none())) {
      return absl::InvalidArgumentError(
          "'block_size' must be None or -1 beside quantizers of one's own");
    }
    return absl::OkStatus();
  }

 private:
  std::optional<int64_t> block_size_ =
      Int4QuantizationConfigOptions().block_size;
};

class Float8Config : public QuantizationConfigObject {
 public:
  std::string mode() const override { return "float8"; }
};

// Of the modes that fit weights to data: what files say of how it was done.
class FittedConfig : public QuantizationConfigObject {
 public:
  bool is_calibrated() const override { return true; }
  std::string policy_mode() const override {
    return absl::StrCat(mode(), "/", weight_bits_, "/", group_size_);
  }

 protected:
  int64_t weight_bits_ = 4, num_samples_ = 128, sequence_length_ = 512,
          group_size_ = 128;
  Value structure_;
};

class GptqConfig : public FittedConfig {
 public:
  std::string mode() const override { return "gptq"; }
  void Describe(Fields& f) override {
    f.Only("dataset", Value()).Only("tokenizer", Value());
    f("weight_bits", weight_bits_)("num_samples", num_samples_)(
        "per_channel", per_channel_)("sequence_length", sequence_length_)(
        "hessian_damping", hessian_damping_)("group_size", group_size_)(
        "symmetric", symmetric_)("activation_order", activation_order_)(
        "quantization_layer_structure", structure_);
  }

 private:
  bool per_channel_ = true, symmetric_ = false, activation_order_ = false;
  double hessian_damping_ = 0.01;
};

class AwqConfig : public FittedConfig {
 public:
  std::string mode() const override { return "awq"; }
  void Describe(Fields& f) override {
    f.Only("dataset", Value()).Only("tokenizer", Value());
    f("weight_bits", weight_bits_)("num_samples", num_samples_)(
        "sequence_length", sequence_length_)("group_size", group_size_)(
        "num_grid_points", num_grid_points_)("quantization_layer_structure",
                                             structure_);
  }

 private:
  int64_t num_grid_points_ = 20;
};

template <typename Class>
bool Register(const char* class_name, const char* mode) {
  return ObjectRegistry::Register(Class::kKind, "keras.quantizers", class_name,
                                  {mode},
                                  [] { return std::make_unique<Class>(); });
}

[[maybe_unused]] const bool registered[] = {
    Register<Int8Config>("Int8QuantizationConfig", "int8"),
    Register<Int4Config>("Int4QuantizationConfig", "int4"),
    Register<Float8Config>("Float8QuantizationConfig", "float8"),
    Register<GptqConfig>("GPTQConfig", "gptq"),
    Register<AwqConfig>("AWQConfig", "awq")};

}  // namespace

QuantizationConfig Int8QuantizationConfig(
    Int8QuantizationConfigOptions options) {
  return MakeObject<QuantizationConfigObject>(
      "Int8QuantizationConfig",
      {{"weight_quantizer", options.weight_quantizer.Serialized()},
       {"activation_quantizer", options.activation_quantizer.Serialized()}});
}

QuantizationConfig Int4QuantizationConfig(
    Int4QuantizationConfigOptions options) {
  return MakeObject<QuantizationConfigObject>(
      "Int4QuantizationConfig",
      {{"weight_quantizer", options.weight_quantizer.Serialized()},
       {"activation_quantizer", options.activation_quantizer.Serialized()},
       {"block_size", Written(options.block_size)}});
}

QuantizationConfig Float8QuantizationConfig() {
  return QuantizationConfig("float8");
}

QuantizationSettings SettingsOf(const QuantizationConfig& config,
                                const DTypePolicy& policy) {
  QuantizationSettings settings;
  settings.block_size = policy.block_size();
  auto object = config.Get();
  if (!object.ok() || *object == nullptr) return settings;
  if (auto* integers = dynamic_cast<const IntegerConfig*>(object->get())) {
    settings.weight_quantizer = integers->weight_quantizer();
    settings.activation_quantizer = integers->activation_quantizer();
    settings.block_size = integers->block_size();
  }
  return settings;
}

}  // namespace keratin
