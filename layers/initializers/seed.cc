#include "layers/initializers/seed.h"

#include <mutex>
#include <random>

#include "absl/strings/str_cat.h"
#include "layers/initializers/initializers.h"
#include "layers/ops/random.h"

namespace keratin::initializers {
namespace {

std::mutex seeds_mutex;

std::mt19937_64& Seeds() {
  static auto* seeds = new std::mt19937_64(std::random_device{}());
  return *seeds;
}

}  // namespace

void SetRandomSeed(int64_t seed) {
  std::lock_guard<std::mutex> lock(seeds_mutex);
  Seeds().seed(static_cast<uint64_t>(seed));
}

// From 1 to 1e9, as Keras's make_default_seed.
Seed::Seed() {
  std::lock_guard<std::mutex> lock(seeds_mutex);
  seed_ = static_cast<int64_t>(Seeds()() % 1000000000) + 1;
}

Tensor Seed::Key() const { return ops::random::KeyOf(seed_); }

absl::Status Read(const Value& value, Seed& seed) {
  seed.written_ = value;
  if (value.is_none()) return absl::OkStatus();
  if (!value.is_int()) {
    return absl::UnimplementedError(
        absl::StrCat("must be an integer or None, not ", value.ToString()));
  }
  seed.seed_ = value.as_int();
  return absl::OkStatus();
}

}  // namespace keratin::initializers
