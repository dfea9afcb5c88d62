// One table of features for each architecture.
#include "runtime/cpu_features.h"

#include <cstdint>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include <sys/auxv.h>
#endif

namespace keratin {
namespace {

// x86: leaf, subleaf and register (0 eax, 1 ebx, 2 ecx, 3 edx) of cpuid.
// `state`: bits that the system must save (xgetbv).
struct X86Feature {
  absl::string_view name;
  uint32_t leaf, subleaf;
  int reg, bit;
  uint32_t state;
};

constexpr uint32_t kNone = 0, kAvx = 0x6, kAvx512 = 0xe6, kAmx = 0x60000;
constexpr uint32_t kExtended = 0x80000001;

constexpr X86Feature kX86[] = {
    {"64bit", kExtended, 0, 3, 29, kNone},
    {"cx8", 1, 0, 3, 8, kNone},
    {"cmov", 1, 0, 3, 15, kNone},
    {"mmx", 1, 0, 3, 23, kNone},
    {"fxsr", 1, 0, 3, 24, kNone},
    {"sse", 1, 0, 3, 25, kNone},
    {"sse2", 1, 0, 3, 26, kNone},
    {"sse3", 1, 0, 2, 0, kNone},
    {"pclmul", 1, 0, 2, 1, kNone},
    {"ssse3", 1, 0, 2, 9, kNone},
    {"fma", 1, 0, 2, 12, kAvx},
    {"cx16", 1, 0, 2, 13, kNone},
    {"sse4.1", 1, 0, 2, 19, kNone},
    {"sse4.2", 1, 0, 2, 20, kNone},
    {"crc32", 1, 0, 2, 20, kNone},
    {"movbe", 1, 0, 2, 22, kNone},
    {"popcnt", 1, 0, 2, 23, kNone},
    {"aes", 1, 0, 2, 25, kNone},
    {"xsave", 1, 0, 2, 26, kNone},
    {"avx", 1, 0, 2, 28, kAvx},
    {"f16c", 1, 0, 2, 29, kAvx},
    {"sahf", kExtended, 0, 2, 0, kNone},
    {"lzcnt", kExtended, 0, 2, 5, kNone},
    {"bmi", 7, 0, 1, 3, kNone},
    {"avx2", 7, 0, 1, 5, kAvx},
    {"bmi2", 7, 0, 1, 8, kNone},
    {"avx512f", 7, 0, 1, 16, kAvx512},
    {"avx512dq", 7, 0, 1, 17, kAvx512},
    {"adx", 7, 0, 1, 19, kNone},
    {"avx512ifma", 7, 0, 1, 21, kAvx512},
    {"avx512cd", 7, 0, 1, 28, kAvx512},
    {"avx512bw", 7, 0, 1, 30, kAvx512},
    {"avx512vl", 7, 0, 1, 31, kAvx512},
    {"avx512vbmi", 7, 0, 2, 1, kAvx512},
    {"avx512vbmi2", 7, 0, 2, 6, kAvx512},
    {"gfni", 7, 0, 2, 8, kNone},
    {"vaes", 7, 0, 2, 9, kAvx},
    {"vpclmulqdq", 7, 0, 2, 10, kAvx},
    {"avx512vnni", 7, 0, 2, 11, kAvx512},
    {"avx512bitalg", 7, 0, 2, 12, kAvx512},
    {"avx512vpopcntdq", 7, 0, 2, 14, kAvx512},
    {"avx512vp2intersect", 7, 0, 3, 8, kAvx512},
    {"amx-bf16", 7, 0, 3, 22, kAmx},
    {"avx512fp16", 7, 0, 3, 23, kAvx512},
    {"amx-tile", 7, 0, 3, 24, kAmx},
    {"amx-int8", 7, 0, 3, 25, kAmx},
    {"avxvnni", 7, 1, 0, 4, kAvx},
    {"avx512bf16", 7, 1, 0, 5, kAvx512},
    {"avxvnniint8", 7, 1, 3, 4, kAvx},
};

// AArch64 on Linux: the word and the bit of the auxiliary vector.
struct ArmFeature {
  absl::string_view name;
  int word;  // AT_HWCAP or AT_HWCAP2
  int bit;
};

constexpr ArmFeature kArm[] = {
    {"fp-armv8", 1, 0}, {"neon", 1, 1},     {"aes", 1, 3},       {"sha2", 1, 6},
    {"crc", 1, 7},      {"lse", 1, 8},      {"fullfp16", 1, 10}, {"rdm", 1, 12},
    {"dotprod", 1, 20}, {"fp16fml", 1, 23}, {"sve", 1, 22},      {"sve2", 2, 1},
    {"i8mm", 2, 13},    {"bf16", 2, 14},
};

#if defined(__x86_64__)
uint32_t SavedState() {
  uint32_t a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !((c >> 27) & 1)) return 0;
  uint32_t low, high;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}
#endif

}  // namespace

absl::string_view HostArchitecture() {
#if defined(__x86_64__)
  return "x86_64";
#elif defined(__aarch64__)
  return "aarch64";
#else
  return "unknown";
#endif
}

bool KnowsCpuFeature(absl::string_view architecture,
                     absl::string_view feature) {
  if (architecture == "x86_64") {
    for (const X86Feature& row : kX86) {
      if (row.name == feature) return true;
    }
  } else if (architecture == "aarch64") {
    for (const ArmFeature& row : kArm) {
      if (row.name == feature) return true;
    }
  }
  return false;
}

bool HostHasCpuFeature(absl::string_view feature) {
#if defined(__x86_64__)
  static const uint32_t saved = SavedState();
  for (const X86Feature& row : kX86) {
    if (row.name != feature) continue;
    uint32_t regs[4];
    return (saved & row.state) == row.state &&
           __get_cpuid_count(row.leaf, row.subleaf, &regs[0], &regs[1],
                             &regs[2], &regs[3]) &&
           ((regs[row.reg] >> row.bit) & 1);
  }
#elif defined(__aarch64__)
  for (const ArmFeature& row : kArm) {
    if (row.name != feature) continue;
    return (getauxval(row.word == 1 ? AT_HWCAP : AT_HWCAP2) >> row.bit) & 1;
  }
#endif
  return false;
}

}  // namespace keratin
