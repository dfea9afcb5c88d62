// Vectors that tell the lanes of a vector apart: their numbers, and masks of
// the first ones.
//
//   FirstLanes(b, loc, 8, 3)                      // 1 1 1 0 0 0 0 0
//   LaneNumbers(b, loc, 4, index, /*step=*/10)    // 0 10 20 30
#ifndef KERATIN_PASSES_CODEGEN_LANES_H_
#define KERATIN_PASSES_CODEGEN_LANES_H_

#include <cstdint>

#include "mlir/IR/Builders.h"

namespace keratin {

// step * the number of each lane, in an integer or index type.
mlir::Value LaneNumbers(mlir::OpBuilder& builder, mlir::Location loc,
                        int64_t lanes, mlir::Type element, int64_t step = 1);

// Whether a lane is one of the first `count`.
mlir::Value FirstLanes(mlir::OpBuilder& builder, mlir::Location loc,
                       int64_t lanes, int64_t count);
// Likewise of a number known at run time: an index, not negative, below 2^31.
mlir::Value FirstLanes(mlir::OpBuilder& builder, mlir::Location loc,
                       int64_t lanes, mlir::Value count);

}  // namespace keratin

#endif  // KERATIN_PASSES_CODEGEN_LANES_H_
