// GatedCell: what Keras's own cells have in common: a kernel for the input, one
// for the state, a bias, each holding the gates side by side along its last
// axis.
//
// Options of a cell are a struct whose fields are Keras's arguments; those of
// a layer around it have the same fields and more. What all have is described
// by DescribeCell.
#ifndef KERATIN_LAYERS_RNN_GATED_CELL_H_
#define KERATIN_LAYERS_RNN_GATED_CELL_H_

#include <functional>
#include <utility>
#include <vector>

#include "layers/base/layer.h"
#include "layers/rnn/dropout_rnn_cell.h"

namespace keratin {

// All fields of a cell but its seed.
template <typename O>
void DescribeCell(Fields& f, O& o) {
  if constexpr (requires { o.units; }) f.Required("units")("units", o.units);
  f("activation", o.activation)("use_bias", o.use_bias)(
      "kernel_initializer", o.kernel_initializer)("recurrent_initializer",
                                                  o.recurrent_initializer)(
      "bias_initializer", o.bias_initializer)("kernel_regularizer",
                                              o.kernel_regularizer)(
      "recurrent_regularizer", o.recurrent_regularizer)("bias_regularizer",
                                                        o.bias_regularizer)(
      "kernel_constraint", o.kernel_constraint)("recurrent_constraint",
                                                o.recurrent_constraint)(
      "bias_constraint", o.bias_constraint)("dropout", o.dropout)(
      "recurrent_dropout", o.recurrent_dropout);
  if constexpr (requires { o.recurrent_activation; })
    f("recurrent_activation", o.recurrent_activation);
  if constexpr (requires { o.unit_forget_bias; })
    f("unit_forget_bias", o.unit_forget_bias);
  if constexpr (requires { o.reset_after; }) f("reset_after", o.reset_after);
}

// The options of a cell, out of those of a layer around it.
template <typename Cell, typename O>
Cell CellOptionsOf(const O& o) {
  Cell cell;
  if constexpr (requires { cell.units; }) cell.units = o.units;
  cell.activation = o.activation;
  cell.use_bias = o.use_bias;
  cell.kernel_initializer = o.kernel_initializer;
  cell.recurrent_initializer = o.recurrent_initializer;
  cell.bias_initializer = o.bias_initializer;
  cell.kernel_regularizer = o.kernel_regularizer;
  cell.recurrent_regularizer = o.recurrent_regularizer;
  cell.bias_regularizer = o.bias_regularizer;
  cell.kernel_constraint = o.kernel_constraint;
  cell.recurrent_constraint = o.recurrent_constraint;
  cell.bias_constraint = o.bias_constraint;
  cell.dropout = o.dropout;
  cell.recurrent_dropout = o.recurrent_dropout;
  cell.seed = o.seed;
  if constexpr (requires { cell.recurrent_activation; })
    cell.recurrent_activation = o.recurrent_activation;
  if constexpr (requires { cell.unit_forget_bias; })
    cell.unit_forget_bias = o.unit_forget_bias;
  if constexpr (requires { cell.reset_after; })
    cell.reset_after = o.reset_after;
  return cell;
}

// The tensor once for each gate, times the gate's mask; a mask for all gates,
// or none, gives one tensor.
std::vector<Tensor> Masked(const Tensor& x, const std::vector<Tensor>& masks);

// `product` of the inputs and the gates' parts of a kernel, gate by gate. One
// input takes the whole kernel at once, which computes the same: the gates then
// lie side by side along `axis` of the product.
std::vector<Tensor> GateProducts(
    const std::vector<Tensor>& inputs, const Tensor& kernel, int gates,
    const std::function<Tensor(const Tensor& x, const Tensor& kernel)>& product,
    int axis = -1);

// The first bias of four gates i, f, c, o: by `others`, but ones for f. Keras:
// unit_forget_bias.
Initializer UnitForgetBias(const Initializer& others);

// Equal parts of an axis.
std::vector<Tensor> Gates(const Tensor& x, int gates, int axis = -1);

template <typename O>
class GatedCell : public DropoutRNNCell {
 public:
  using Options = O;
  void set_options(Options options) { options_ = std::move(options); }

 protected:
  void Describe(Fields& f) override { options_.Describe(f); }

  void AddWeights(const Shape& kernel, const Shape& recurrent_kernel,
                  const Shape& bias, const Initializer& bias_initializer) {
    kernel_ = AddWeight({.name = "kernel",
                         .shape = kernel,
                         .initializer = options_.kernel_initializer,
                         .regularizer = options_.kernel_regularizer,
                         .constraint = options_.kernel_constraint});
    recurrent_kernel_ =
        AddWeight({.name = "recurrent_kernel",
                   .shape = recurrent_kernel,
                   .initializer = options_.recurrent_initializer,
                   .regularizer = options_.recurrent_regularizer,
                   .constraint = options_.recurrent_constraint});
    if (!options_.use_bias) return;
    bias_ = AddWeight({.name = "bias",
                       .shape = bias,
                       .initializer = bias_initializer,
                       .regularizer = options_.bias_regularizer,
                       .constraint = options_.bias_constraint});
  }

  // The masks to use now: none but in training, and none at a rate of 1.
  std::vector<Tensor> InputMasks(const Tensor& x, bool training) {
    return training && dropout() < 1 ? DropoutMasks(x) : std::vector<Tensor>();
  }
  std::vector<Tensor> StateMasks(const Tensor& state, bool training) {
    return training && recurrent_dropout() < 1 ? RecurrentDropoutMasks(state)
                                               : std::vector<Tensor>();
  }

  Options options_;
  Weight kernel_, recurrent_kernel_, bias_;
};

// Checks `units` and the last axis of the input of a cell of dense gates.
absl::Status CheckUnits(int64_t units, const Shape& input);

}  // namespace keratin

#endif  // KERATIN_LAYERS_RNN_GATED_CELL_H_
