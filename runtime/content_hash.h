// A 64-bit hash of bytes that finds damage and mix-ups, not malice.
//
// Invariant: the value for given bytes never changes; it stands in artifacts.
// Four lanes of FNV-1a over 64-bit words; a few bytes a cycle.
//
// Example:
//   uint64_t hash = ContentHash(data, size);
#ifndef KERATIN_RUNTIME_CONTENT_HASH_H_
#define KERATIN_RUNTIME_CONTENT_HASH_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace keratin {

inline uint64_t ContentHash(const void* data, size_t size) {
  constexpr uint64_t kPrime = 0x100000001B3u;
  constexpr uint64_t kBasis = 0xCBF29CE484222325u;
  const char* bytes = static_cast<const char*>(data);
  uint64_t lanes[4] = {kBasis, kBasis + 1, kBasis + 2, kBasis + 3};
  size_t i = 0;
  for (; i + 32 <= size; i += 32) {
    for (int lane = 0; lane < 4; ++lane) {
      uint64_t word;
      std::memcpy(&word, bytes + i + 8 * lane, 8);
      lanes[lane] = (lanes[lane] ^ word) * kPrime;
      lanes[lane] ^= lanes[lane] >> 32;
    }
  }
  uint64_t hash = kBasis ^ size;
  for (uint64_t lane : lanes) {
    hash = (hash ^ lane) * kPrime;
    hash ^= hash >> 32;
  }
  for (; i < size; ++i) {
    hash = (hash ^ static_cast<unsigned char>(bytes[i])) * kPrime;
  }
  return hash ^ (hash >> 32);
}

}  // namespace keratin

#endif  // KERATIN_RUNTIME_CONTENT_HASH_H_
