#include "layers/rnn/bidirectional.h"

#include <array>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/elementwise.h"
#include "layers/ops/shaping.h"
#include "layers/rnn/recurrent_layer.h"

namespace keratin {
namespace {

absl::StatusOr<std::shared_ptr<RecurrentLayer>> RecurrentOf(
    const LayerPtr& layer) {
  if (std::shared_ptr<RecurrentLayer> recurrent = layer.As<RecurrentLayer>())
    return recurrent;
  return absl::UnimplementedError(
      layer ? absl::StrCat("'layer' is of class '", layer->class_name(),
                           "', and only recurrent layers are supported")
            : "'layer' is missing");
}

// The serialized layer with its name after `prefix`, as Keras renames it.
Value Renamed(Value serialized, const std::string& prefix) {
  const Value* config = serialized.Find("config");
  if (config == nullptr || !config->is_dict()) return serialized;
  Value renamed = *config;
  const Value* name = config->Find("name");
  if (name != nullptr && name->is_string()) {
    renamed.Set("name", absl::StrCat(prefix, absl::StripPrefix(
                                                 name->as_string(), prefix)));
  }
  serialized.Set("config", std::move(renamed));
  return serialized;
}

// That layer, running backwards.
Value Reversed(Value serialized) {
  Value config = *serialized.Find("config");
  config.Set("go_backwards", true);
  serialized.Set("config", std::move(config));
  return serialized;
}

class BidirectionalLayer : public LayerWith<BidirectionalOptions> {
 public:
  bool supports_masking() const override { return true; }

 private:
  CallSignature signature() const override {
    return {.arguments = {"sequences", "initial_state", "mask", "training"},
            .shapes = {"sequences_shape", "initial_state_shape"}};
  }
  absl::Status Configured() override {
    BidirectionalOptions& o = options_;
    if (o.merge_mode.has_value()) {
      bool known = false;
      for (const char* mode : {"sum", "mul", "ave", "concat"})
        known = known || *o.merge_mode == mode;
      if (!known) {
        return absl::InvalidArgumentError(absl::StrCat(
            "'merge_mode' must be 'sum', 'mul', 'ave', 'concat' or None, not '",
            *o.merge_mode, "'"));
      }
    }
    if (absl::Status status = RecurrentOf(o.layer).status(); !status.ok())
      return status;
    const Value given = Written(o.layer);
    const bool is_root = o.layer->is_root();
    absl::Status status = Read(Renamed(given, "forward_"), o.layer);
    if (status.ok() && !o.backward_layer)
      status = Read(Reversed(Renamed(given, "backward_")), o.backward_layer);
    if (!status.ok()) return status;
    if (is_root) o.layer->MakeRoot();
    auto forward = RecurrentOf(o.layer),
         backward = RecurrentOf(o.backward_layer);
    if (!forward.ok()) return forward.status();
    if (!backward.ok()) return backward.status();
    forward_ = Track("forward_layer", *std::move(forward));
    backward_ = Track("backward_layer", *std::move(backward));

    const Recurrence f = forward_->recurrence(), b = backward_->recurrence();
    if (f.go_backwards == b.go_backwards) {
      return absl::InvalidArgumentError(
          "the forward and the backward layer have the same 'go_backwards'; "
          "one of them must go backwards");
    }
    if (f.stateful != b.stateful || f.return_sequences != b.return_sequences ||
        f.return_state != b.return_state) {
      return absl::InvalidArgumentError(
          "the forward and the backward layer must have the same 'stateful', "
          "'return_sequences' and 'return_state'");
    }
    forward_->set_zero_output_for_mask(f.return_sequences);
    backward_->set_zero_output_for_mask(b.return_sequences);
    return absl::OkStatus();
  }
  absl::Status BuildFrom(const Arguments&) override { return absl::OkStatus(); }
  // The outputs may bear one, states never do.
  Value ComputeMask(const Value&, const CallContext& context) override {
    if (!forward_->recurrence().return_sequences || context.masks.empty())
      return Value();
    return Value::List(Value::Items(options_.merge_mode.has_value() ? 1 : 2,
                                    Value(context.masks[0])));
  }
  // The outputs merged: one tensor, or two.
  Value::Items Merge(const Tensor& forward, const Tensor& backward) const {
    if (!options_.merge_mode.has_value()) return {forward, backward};
    const std::string& mode = *options_.merge_mode;
    if (mode == "sum") return {forward + backward};
    if (mode == "ave") return {(forward + backward) / 2};
    if (mode == "mul") return {forward * backward};
    return {ops::Concatenate({forward, backward}, -1)};
  }
  Value CallWith(const CallContext& context,
                 const Arguments& arguments) override {
    std::array<Arguments, 2> calls;
    for (Arguments& call : calls) {
      call = arguments;
      call.positional.resize(1);
      std::erase_if(call.keyword, [](const auto& entry) {
        return entry.first == "initial_state" || entry.first == "mask";
      });
      if (context.mask.ok())
        call.keyword.emplace_back("mask", Value(context.mask));
    }
    const Value* initial = arguments.Find(1, "initial_state");
    if (initial != nullptr && initial->is_sequence()) {
      const Value::Items& states = initial->items();
      const auto half = states.begin() + states.size() / 2;
      calls[0].keyword.emplace_back(
          "initial_state", Value::List(Value::Items(states.begin(), half)));
      calls[1].keyword.emplace_back(
          "initial_state", Value::List(Value::Items(half, states.end())));
    }
    const Value forward = (*forward_)(calls[0]),
                backward = (*backward_)(calls[1]);
    if (forward.tensors().empty() || backward.tensors().empty())
      return Value(Tensor());
    const Recurrence options = forward_->recurrence();
    Tensor y = ops::Cast(forward.tensors()[0], compute_dtype());
    Tensor y_back = ops::Cast(backward.tensors()[0], compute_dtype());
    if (options.return_sequences) y_back = ops::Flip(y_back, 1);
    Value::Items results = Merge(y, y_back);
    if (options.return_state) {
      for (const Value* layer : {&forward, &backward}) {
        for (size_t k = 1; k < layer->items().size(); ++k)
          results.push_back(layer->items()[k]);
      }
    }
    return results.size() == 1 ? results[0] : Value::List(std::move(results));
  }

  RecurrentLayer* forward_ = nullptr;
  RecurrentLayer* backward_ = nullptr;
};

}  // namespace

KERATIN_DEFINE_LAYER("keras", Bidirectional, BidirectionalLayer);

}  // namespace keratin
