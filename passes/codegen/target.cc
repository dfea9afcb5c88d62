#include "passes/codegen/target.h"

namespace keratin {
namespace {

// name, vector bits, registers, tile rows, tile vectors, L1, L2
constexpr Target kTargets[] = {
    {"avx512", 512, 32, 8, 2, 32 << 10, 1 << 20},
    {"avx2", 256, 16, 6, 2, 32 << 10, 512 << 10},
    {"sse2", 128, 16, 6, 2, 32 << 10, 256 << 10},
    {"neon", 128, 32, 4, 4, 64 << 10, 512 << 10},
    {"simd128", 128, 16, 4, 2, 32 << 10, 256 << 10},
};

bool Has(std::string_view features, std::string_view feature) {
  return features.find(feature) != std::string_view::npos;
}

}  // namespace

const Target& TargetFor(std::string_view name, std::string_view features) {
  for (const Target& target : kTargets) {
    if (target.name == name) return target;
  }
  if (name == "x86-64-v4" || Has(features, "+avx512f")) return kTargets[0];
  if (name == "x86-64-v3" || Has(features, "+avx2")) return kTargets[1];
  if (Has(features, "+neon")) return kTargets[3];
  if (Has(features, "+simd128")) return kTargets[4];
  return kTargets[2];
}

}  // namespace keratin
