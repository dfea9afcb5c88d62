// Seed: what a random initializer draws from. Keras: RandomInitializer.seed.
#ifndef KERATIN_LAYERS_INITIALIZERS_SEED_H_
#define KERATIN_LAYERS_INITIALIZERS_SEED_H_

#include <cstdint>

#include "absl/status/status.h"
#include "ir/trace/tensor.h"
#include "layers/base/value.h"

namespace keratin::initializers {

class Seed {
 public:
  // None: drawn now, and the same ever after.
  Seed();

  // The key of every draw, in the current trace.
  Tensor Key() const;

  friend absl::Status Read(const Value& value, Seed& seed);
  friend Value Written(const Seed& seed) { return seed.written_; }

 private:
  Value written_;
  int64_t seed_;
};

absl::Status Read(const Value& value, Seed& seed);

}  // namespace keratin::initializers

#endif  // KERATIN_LAYERS_INITIALIZERS_SEED_H_
