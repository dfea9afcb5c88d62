// ConvolutionOf: what the convolution layers of every kind and rank share: the
// window, the bias, the activation. Keras: BaseConv and its like.
//
// Options are those of one kind: they have the fields of a Window, use_bias,
// bias_initializer, bias_regularizer, bias_constraint and activation.
#ifndef KERATIN_LAYERS_CONVOLUTIONAL_BASE_CONVOLUTION_H_
#define KERATIN_LAYERS_CONVOLUTIONAL_BASE_CONVOLUTION_H_

#include <type_traits>

#include "absl/strings/str_cat.h"
#include "layers/base/layer.h"
#include "layers/convolutional/window.h"
#include "layers/quantizers/adaptable_layer.h"

namespace keratin {

// With a bias, as AdaptableLayer has one.
template <typename O>
class BiasedLayer : public LayerWith<O> {
 protected:
  Weight bias_;
};

// Layers whose options say so can be adapted.
template <typename O>
inline constexpr bool kAdaptable = requires(O options) { options.lora_rank; };

template <typename O, int kRank>
class ConvolutionOf
    : public std::conditional_t<kAdaptable<O>, AdaptableLayer<O>,
                                BiasedLayer<O>> {
 protected:
  absl::Status Configured() override {
    absl::Status status =
        window_.Configure(kRank, this->options_, may_be_causal());
    this->set_input_spec({window_.Input()});
    return status.ok() ? CheckOptions() : status;
  }
  // Whether 'padding' may be "causal".
  virtual bool may_be_causal() const { return false; }
  // What the options of this kind must be besides.
  virtual absl::Status CheckOptions() = 0;
  // The weights, for an input of so many channels; how many the output has.
  virtual absl::StatusOr<Dim> AddKernels(const Dim& channels) = 0;
  // Without bias and activation.
  virtual Tensor Convolve(const Tensor& x) = 0;

  absl::Status Build(const Shape& input) override {
    absl::StatusOr<Dim> in = window_.Channels(input);
    if (!in.ok()) return in.status();
    this->set_input_spec({window_.Input(*in)});
    absl::StatusOr<Dim> out = AddKernels(*in);
    if (!out.ok()) return out.status();
    const O& o = this->options_;
    if (o.use_bias) {
      this->bias_ = this->AddWeight({.name = "bias",
                                     .shape = {*out},
                                     .initializer = o.bias_initializer,
                                     .regularizer = o.bias_regularizer,
                                     .constraint = o.bias_constraint});
    }
    if constexpr (kAdaptable<O>) return this->Adapt();
    return absl::OkStatus();
  }
  Tensor Call(const Tensor& x) override {
    Tensor y = Convolve(x);
    if (this->options_.use_bias) y = window_.AddBias(y, this->bias_);
    return this->options_.activation(y);
  }

  Window window_;
};

}  // namespace keratin

#endif  // KERATIN_LAYERS_CONVOLUTIONAL_BASE_CONVOLUTION_H_
