// SeedGenerator: a state from which random functions take one key after the
// other. Keras: keras.random.SeedGenerator.
//
// The state is [seed, counter], uint32. A layer that tracks a generator has it
// among its variables; drawing in a call assigns it, as any state. Copies are
// the same generator.
//
//   class Noise : public Layer {
//     absl::Status Configured() override {
//       Track("seed_generator", generator_);
//       return absl::OkStatus();
//     }
//     Tensor Call(const Tensor& x) override {
//       return x + ops::random::Normal(generator_.Next(), x.shape());
//     }
//     SeedGenerator generator_ = SeedGenerator(1337);
//   };
#ifndef KERATIN_LAYERS_BASE_SEED_GENERATOR_H_
#define KERATIN_LAYERS_BASE_SEED_GENERATOR_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "layers/base/concrete_call.h"
#include "layers/base/variable.h"

namespace keratin {

class SeedGenerator {
 public:
  // Begins at [seed, 0]; without a seed Keras draws one, and here it is 0, so
  // that what is compiled is reproducible. The name is counted by default.
  explicit SeedGenerator(std::optional<int64_t> seed = std::nullopt,
                         std::string name = "");

  const std::string& name() const { return state_->name; }
  const std::shared_ptr<Variable>& state() const { return state_->variable; }
  // {"seed", "name"}
  Value GetConfig() const;

  // In a call: the key to draw from now, [2]; the counter goes on. Not ordered,
  // the state becomes another near-unique number.
  Tensor Next(bool ordered = true) const;
  // Apart from any call.
  absl::StatusOr<Array> NextOnArrays(bool ordered = true) const;

 private:
  struct State {
    std::string name;
    std::optional<int64_t> seed;
    std::shared_ptr<Variable> variable;
    ConcreteCalls calls;
  };
  std::shared_ptr<State> state_;
};

// The variable that holds the state of a generator, begun at [seed, 0].
std::shared_ptr<Variable> SeedState(const std::string& path,
                                    std::optional<int64_t> seed);
// SeedGenerator::Next of a state.
Tensor NextSeed(const Variable& state, bool ordered = true);

}  // namespace keratin

#endif  // KERATIN_LAYERS_BASE_SEED_GENERATOR_H_
