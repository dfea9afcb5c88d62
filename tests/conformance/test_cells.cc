// The cells that Keras's own tests of RNN define, as users define theirs: cases
// of RNN name them. Keras: rnn_test.py, dropout_rnn_cell_test.py.
#include <cstdint>
#include <optional>
#include <vector>

#include "layers/base/layer.h"
#include "layers/ops/arithmetic.h"
#include "layers/ops/linear.h"
#include "layers/rnn/dropout_rnn_cell.h"
#include "layers/rnn/recurrent_cell.h"

namespace keratin::conformance {
namespace {

// output = x · kernel + h · recurrent_kernel, which is the next state.
class OneStateRNNCell : public RecurrentCell {
 public:
  std::vector<int64_t> state_size() const override { return {units_}; }

 protected:
  void Describe(Fields& f) override {
    f("units", units_)("state_size", state_size_);
  }
  absl::Status Build(const Shape& input) override {
    kernel_ = AddWeight({.name = "kernel", .shape = {input.back(), units_}});
    recurrent_kernel_ =
        AddWeight({.name = "recurrent_kernel", .shape = {units_, units_}});
    return absl::OkStatus();
  }
  StepResult Step(const Tensor& x, const std::vector<Tensor>& states,
                  bool training) override {
    Tensor y =
        ops::MatMul(x, *kernel_) + ops::MatMul(states[0], *recurrent_kernel_);
    return {y, {y}};
  }

 private:
  int64_t units_ = 0;
  Value state_size_;
  Variable* kernel_ = nullptr;
  Variable* recurrent_kernel_ = nullptr;
};
KERATIN_REGISTER_LAYER("keras", OneStateRNNCell);

// Two states, both of which the first one makes.
class TwoStatesRNNCell : public RecurrentCell {
 public:
  std::vector<int64_t> state_size() const override { return {units_, units_}; }

 protected:
  void Describe(Fields& f) override {
    f("units", units_)("state_size", state_size_);
  }
  absl::Status Build(const Shape& input) override {
    kernel_ = AddWeight({.name = "kernel", .shape = {input.back(), units_}});
    recurrent_kernel_1_ =
        AddWeight({.name = "recurrent_kernel_1", .shape = {units_, units_}});
    recurrent_kernel_2_ =
        AddWeight({.name = "recurrent_kernel_2", .shape = {units_, units_}});
    return absl::OkStatus();
  }
  StepResult Step(const Tensor& x, const std::vector<Tensor>& states,
                  bool training) override {
    Tensor h = ops::MatMul(x, *kernel_);
    Tensor first = h + ops::MatMul(states[0], *recurrent_kernel_1_);
    Tensor second = h + ops::MatMul(states[0], *recurrent_kernel_2_);
    return {first + second, {first, second}};
  }

 private:
  int64_t units_ = 0;
  Value state_size_;
  Variable* kernel_ = nullptr;
  Variable* recurrent_kernel_1_ = nullptr;
  Variable* recurrent_kernel_2_ = nullptr;
};
KERATIN_REGISTER_LAYER("keras", TwoStatesRNNCell);

// OneStateRNNCell with dropout of inputs and states.
class RNNCellWithDropout : public DropoutRNNCell {
 public:
  std::vector<int64_t> state_size() const override { return {units_}; }

 protected:
  void Describe(Fields& f) override {
    f("units", units_)("dropout", dropout_)("recurrent_dropout",
                                            recurrent_dropout_)("seed", seed_);
  }
  absl::Status Configured() override {
    SetDropout(dropout_, recurrent_dropout_, 1, seed_);
    return absl::OkStatus();
  }
  absl::Status Build(const Shape& input) override {
    kernel_ = AddWeight({.name = "kernel", .shape = {input.back(), units_}});
    recurrent_kernel_ =
        AddWeight({.name = "recurrent_kernel", .shape = {units_, units_}});
    return absl::OkStatus();
  }
  StepResult Step(const Tensor& x, const std::vector<Tensor>& states,
                  bool training) override {
    Tensor input = x, state = states[0];
    if (training) {
      input = input * DropoutMasks(input)[0];
      state = state * RecurrentDropoutMasks(state)[0];
    }
    Tensor y =
        ops::MatMul(input, *kernel_) + ops::MatMul(state, *recurrent_kernel_);
    return {y, {y}};
  }

 private:
  int64_t units_ = 0;
  double dropout_ = 0.5, recurrent_dropout_ = 0.5;
  std::optional<int64_t> seed_;
  Variable* kernel_ = nullptr;
  Variable* recurrent_kernel_ = nullptr;
};
KERATIN_REGISTER_LAYER("keras", RNNCellWithDropout);

}  // namespace
}  // namespace keratin::conformance
