// Reductions, windows, products and composites.
func.func @reduce(%x: tensor<?x4xf32, #keratin.dims<"batch">>, %c: tensor<?x4xi1, #keratin.dims<"batch">>) {
  %sum = keratin.reduce_sum %x {axes = array<i64: 1>} : (tensor<?x4xf32, #keratin.dims<"batch">>) -> tensor<?xf32, #keratin.dims<"batch">>
  %prod = keratin.reduce_prod %x {axes = array<i64: 0, 1>} : (tensor<?x4xf32, #keratin.dims<"batch">>) -> tensor<f32>
  %max = keratin.reduce_max %x {axes = array<i64: 0>} : (tensor<?x4xf32, #keratin.dims<"batch">>) -> tensor<4xf32>
  %min = keratin.reduce_min %x {axes = array<i64>} : (tensor<?x4xf32, #keratin.dims<"batch">>) -> tensor<?x4xf32, #keratin.dims<"batch">>
  %all = keratin.reduce_and %c {axes = array<i64: 0>} : (tensor<?x4xi1, #keratin.dims<"batch">>) -> tensor<4xi1>
  %any = keratin.reduce_or %c {axes = array<i64: 0>} : (tensor<?x4xi1, #keratin.dims<"batch">>) -> tensor<4xi1>
  %where = keratin.arg_max %x {axis = 1 : i64} : (tensor<?x4xf32, #keratin.dims<"batch">>) -> tensor<?xi32, #keratin.dims<"batch">>
  %running = keratin.cumulative %x {axis = 1 : i64, kind = "add"} : (tensor<?x4xf32, #keratin.dims<"batch">>) -> tensor<?x4xf32, #keratin.dims<"batch">>
  %rank = keratin.sort_rank %x {axis = 0 : i64} : (tensor<?x4xf32, #keratin.dims<"batch">>) -> tensor<?x4xi32, #keratin.dims<"batch">>
  %softmax = keratin.softmax %x {axes = array<i64: 1>} : (tensor<?x4xf32, #keratin.dims<"batch">>) -> tensor<?x4xf32, #keratin.dims<"batch">>
  return
}

func.func @windows(%x: tensor<1x?x3xf32, #keratin.dims<"seq">>, %kernel: tensor<3x3x8xf32>) {
  %sum = keratin.reduce_window_sum %x {window = array<i64: 1, 2, 1>, strides = array<i64: 1, 2, 1>, dilations = array<i64: 1, 1, 1>, low = #keratin.dims<0, 0, 0>, high = #keratin.dims<0, 0, 0>} : (tensor<1x?x3xf32, #keratin.dims<"seq">>) -> tensor<1x?x3xf32, #keratin.dims<"floordiv(seq, 2)">>
  %max = keratin.reduce_window_max %x {window = array<i64: 1, 2, 1>, strides = array<i64: 1, 1, 1>, dilations = array<i64: 1, 1, 1>, low = #keratin.dims<0, 1, 0>, high = #keratin.dims<0, 0, 0>} : (tensor<1x?x3xf32, #keratin.dims<"seq">>) -> tensor<1x?x3xf32, #keratin.dims<"seq">>
  %convolution = keratin.convolution %x, %kernel {strides = array<i64: 1>, low = #keratin.dims<1>, high = #keratin.dims<1>, lhs_dilation = array<i64: 1>, rhs_dilation = array<i64: 1>, input_layout = array<i64: 0, 2, 1>, kernel_layout = array<i64: 1, 2, 0>, output_layout = array<i64: 0, 2, 1>, feature_groups = 1 : i64} : (tensor<1x?x3xf32, #keratin.dims<"seq">>, tensor<3x3x8xf32>) -> tensor<1x?x8xf32, #keratin.dims<"seq">>
  return
}

func.func @products(%x: tensor<?x4x5xf32, #keratin.dims<"batch">>, %y: tensor<?x5x6xf32, #keratin.dims<"batch">>) {
  %z = keratin.dot_general %x, %y {x_batch = array<i64: 0>, y_batch = array<i64: 0>, x_contract = array<i64: 2>, y_contract = array<i64: 1>} : (tensor<?x4x5xf32, #keratin.dims<"batch">>, tensor<?x5x6xf32, #keratin.dims<"batch">>) -> tensor<?x4x6xf32, #keratin.dims<"batch">>
  return
}
