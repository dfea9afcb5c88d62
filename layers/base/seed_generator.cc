#include "layers/base/seed_generator.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "ir/trace/ops.h"
#include "layers/base/names.h"

namespace keratin {

std::shared_ptr<Variable> SeedState(const std::string& path,
                                    std::optional<int64_t> seed) {
  auto state =
      std::make_shared<Variable>(WeightSpec{.name = "seed_generator_state",
                                            .shape = {2},
                                            .dtype = DType::kUInt32,
                                            .trainable = false,
                                            .autocast = false},
                                 absl::StrCat(path, "/seed_generator_state"));
  // Of the right type and shape, so it cannot fail.
  state
      ->Assign(Array::FromVector<uint32_t>(
          {2}, {static_cast<uint32_t>(seed.value_or(0)), 0}))
      .IgnoreError();
  return state;
}

Tensor NextSeed(const Variable& state, bool ordered) {
  const Tensor key = state.value();
  if (ordered) {
    state.Assign(trace::Add(key, trace::Iota(0, DType::kUInt32, {2})));
    return key;
  }
  const auto number = [](int64_t value) {
    return trace::FullInteger({2}, value, DType::kUInt32);
  };
  state.Assign(trace::Remainder(
      trace::Multiply(trace::Add(key, number(1)), number(5387)),
      number(933199)));
  return key;
}

SeedGenerator::SeedGenerator(std::optional<int64_t> seed, std::string name)
    : state_(std::make_shared<State>()) {
  state_->name = name.empty() ? AutoName("SeedGenerator") : std::move(name);
  state_->seed = seed;
  state_->variable = SeedState(state_->name, seed);
}

Value SeedGenerator::GetConfig() const {
  return Value::Dict(
      {{"seed", state_->seed.has_value() ? Value(*state_->seed) : Value()},
       {"name", state_->name}});
}

Tensor SeedGenerator::Next(bool ordered) const {
  return NextSeed(*state_->variable, ordered);
}

absl::StatusOr<Array> SeedGenerator::NextOnArrays(bool ordered) const {
  Variable* variable = state_->variable.get();
  const StatefulFunction next = {
      .kind = "seed generator",
      .name = state_->name,
      .entry = ordered ? "next" : "next_unordered",
      .trainable = [] { return std::vector<Variable*>(); },
      .non_trainable = [variable] { return std::vector<Variable*>{variable}; },
      .version = [] { return int64_t{0}; },
      .call =
          [variable, ordered](const Arguments&) {
            return Value(NextSeed(*variable, ordered));
          },
      .losses = [] { return std::vector<CallScope::Loss>(); }};
  auto results = state_->calls.Call(next, {});
  if (!results.ok()) return results.status();
  return results->outputs.as_array();
}

}  // namespace keratin
