// Operations that make and move tensors.
func.func @make(%key: tensor<2xui32>) {
  %constant = keratin.constant dense<[1, 2]> : tensor<2xi32> : tensor<2xi32>
  %full = keratin.full {value = 1.0 : f32, dtype = f32, shape = #keratin.dims<"batch", 2>} : () -> tensor<?x2xf32, #keratin.dims<"batch">>
  %truth = keratin.full {value = true, dtype = i1, shape = #keratin.dims<>} : () -> tensor<i1>
  %iota = keratin.iota {axis = 1 : i64, dtype = i32, shape = #keratin.dims<2, "2*seq + 1">} : () -> tensor<2x?xi32, #keratin.dims<"2*seq + 1">>
  %size = keratin.size {expression = #keratin.dims<"floordiv(seq, 2)">, dtype = i32} : () -> tensor<i32>
  %bits = keratin.random_bits %key {shape = #keratin.dims<"batch">} : (tensor<2xui32>) -> tensor<?xui32, #keratin.dims<"batch">>
  %keys = keratin.threefry_split %key {count = 3 : i64} : (tensor<2xui32>) -> tensor<3x2xui32>
  %of_each = keratin.threefry_split %keys {count = 4 : i64} : (tensor<3x2xui32>) -> tensor<3x4x2xui32>
  return
}

func.func @move(%x: tensor<?x4xf32, #keratin.dims<"batch">>, %zero: tensor<f32>, %row: tensor<1x4xf32>) {
  %broadcast = keratin.broadcast_in_dim %row {shape = #keratin.dims<3, "batch", 4>, dimensions = array<i64: 1, 2>} : (tensor<1x4xf32>) -> tensor<3x?x4xf32, #keratin.dims<"batch">>
  %reshape = keratin.reshape %x {shape = #keratin.dims<"4*batch">} : (tensor<?x4xf32, #keratin.dims<"batch">>) -> tensor<?xf32, #keratin.dims<"4*batch">>
  %transpose = keratin.transpose %x {permutation = array<i64: 1, 0>} : (tensor<?x4xf32, #keratin.dims<"batch">>) -> tensor<4x?xf32, #keratin.dims<"batch">>
  %slice = keratin.slice %x {start = #keratin.dims<0, 1>, limit = #keratin.dims<"batch", 4>, strides = array<i64: 1, 2>} : (tensor<?x4xf32, #keratin.dims<"batch">>) -> tensor<?x2xf32, #keratin.dims<"batch">>
  %reverse = keratin.reverse %x {axes = array<i64: 0>} : (tensor<?x4xf32, #keratin.dims<"batch">>) -> tensor<?x4xf32, #keratin.dims<"batch">>
  %pad = keratin.pad %x, %zero {low = #keratin.dims<1, 0>, high = #keratin.dims<2, -1>, interior = array<i64: 0, 1>} : (tensor<?x4xf32, #keratin.dims<"batch">>, tensor<f32>) -> tensor<?x6xf32, #keratin.dims<"batch + 3">>
  %joined = keratin.concatenate %x, %row {axis = 0 : i64} : (tensor<?x4xf32, #keratin.dims<"batch">>, tensor<1x4xf32>) -> tensor<?x4xf32, #keratin.dims<"batch + 1">>
  return
}

func.func @by_number(%x: tensor<?x4xf32, #keratin.dims<"batch">>, %numbers: tensor<5x6xi32>, %along: tensor<1x2xi32>, %at: tensor<i32>, %block: tensor<1x2xf32>) {
  %take = keratin.take %x, %numbers {axis = 1 : i64} : (tensor<?x4xf32, #keratin.dims<"batch">>, tensor<5x6xi32>) -> tensor<?x5x6xf32, #keratin.dims<"batch">>
  %taken = keratin.take_along_axis %x, %along {axis = 1 : i64} : (tensor<?x4xf32, #keratin.dims<"batch">>, tensor<1x2xi32>) -> tensor<?x2xf32, #keratin.dims<"batch">>
  %slice = keratin.dynamic_slice %x, %at, %at {sizes = #keratin.dims<1, 2>} : (tensor<?x4xf32, #keratin.dims<"batch">>, tensor<i32>, tensor<i32>) -> tensor<1x2xf32>
  %updated = keratin.dynamic_update_slice %x, %block, %at, %at : (tensor<?x4xf32, #keratin.dims<"batch">>, tensor<1x2xf32>, tensor<i32>, tensor<i32>) -> tensor<?x4xf32, #keratin.dims<"batch">>
  return
}
