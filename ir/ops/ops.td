// Every operation of the dialect.
include "ir/ops/elementwise.td"
include "ir/ops/structure.td"
include "ir/ops/tensor.td"
