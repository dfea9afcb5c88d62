#include "layers/rnn/dropout_rnn_cell.h"

#include <algorithm>

#include "ir/trace/ops.h"
#include "layers/ops/creation.h"
#include "layers/ops/random.h"

namespace keratin {

void DropoutRNNCell::SetDropout(double dropout, double recurrent_dropout,
                                int masks, std::optional<int64_t> seed) {
  dropout_.rate = std::clamp(dropout, 0.0, 1.0);
  recurrent_dropout_.rate = std::clamp(recurrent_dropout, 0.0, 1.0);
  count_ = masks;
  seed_ = AddSeed("seed_generator", seed);
}

void DropoutRNNCell::Draw(Masks& masks, const Shape& shape, DType dtype) {
  if (masks.rate == 0 || !masks.drawn.empty()) return;
  for (int k = 0; k < count_; ++k) {
    // The seed is the state; its counter then advances by one.
    Tensor seed = *seed_;
    seed_->Assign(trace::Add(seed, trace::Iota(0, DType::kUInt32, {2})));
    masks.drawn.push_back(
        ops::random::Dropout(seed, ops::Ones(shape, dtype), masks.rate));
  }
}

void DropoutRNNCell::BeginRun(const Shape& step, DType dtype,
                              const Value& states) {
  EndRun();
  running_ = true;
  Draw(dropout_, step, dtype);
  const Tensor state = states.tensors()[0];
  Draw(recurrent_dropout_, state.shape(), state.dtype());
}

void DropoutRNNCell::EndRun() {
  running_ = false;
  dropout_.drawn.clear();
  recurrent_dropout_.drawn.clear();
}

const std::vector<Tensor>& DropoutRNNCell::DropoutMasks(const Tensor& x) {
  Draw(dropout_, x.shape(), x.dtype());
  return dropout_.drawn;
}

const std::vector<Tensor>& DropoutRNNCell::RecurrentDropoutMasks(
    const Tensor& state) {
  Draw(recurrent_dropout_, state.shape(), state.dtype());
  return recurrent_dropout_.drawn;
}

Value DropoutRNNCell::CallWith(const CallContext& context,
                               const Arguments& arguments) {
  Value result = RecurrentCell::CallWith(context, arguments);
  if (!running_) EndRun();
  return result;
}

}  // namespace keratin
