// Target tables: the facts of a machine that the code generator's choices rest
// on.
//
// A target is a row of numbers, never a fork in the code: vector width,
// register count and cache sizes decide tile shapes in schedule.cc. A new
// machine is a new row in target.cc.
//
//   const Target& target = TargetFor("x86-64-v4");
#ifndef KERATIN_PASSES_CODEGEN_TARGET_H_
#define KERATIN_PASSES_CODEGEN_TARGET_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace keratin {

struct Target {
  std::string_view name;
  // Bits of the widest vector register used, and how many such registers there
  // are.
  int vector_bits;
  int vector_registers;
  // Rows and vectors of the register tile of a matrix product: rows * vectors
  // accumulators stay in registers, beside one row of right-hand vectors and
  // one broadcast value.
  int tile_rows;
  int tile_vectors;
  // Bytes of data cache of one core.
  int64_t l1_bytes;
  int64_t l2_bytes;

  // Elements of `element_bits` in a vector.
  int Lanes(int element_bits) const { return vector_bits / element_bits; }
};

// The row whose name is `name`, or the row of the widest vector extension in
// the comma-separated feature list `features` ("+avx512f,+fma,..."), for `name`
// a processor that has no row of its own.
const Target& TargetFor(std::string_view name, std::string_view features = "");

}  // namespace keratin

#endif  // KERATIN_PASSES_CODEGEN_TARGET_H_
