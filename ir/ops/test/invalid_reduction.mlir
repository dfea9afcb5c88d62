// Reductions, windows and products with wrong operands and attributes.
func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{names axis 1 twice}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.reduce_sum %x {axes = array<i64: 1, 1>} : (tensor<2x3xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{where integers are needed}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.reduce_and %x {axes = array<i64: 1>} : (tensor<2x3xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{has no axis 4}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.arg_max %x {axis = 4 : i64} : (tensor<2x3xf32>) -> tensor<2xi32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @below {{non-negative}}
  %r = keratin.sort_rank %x {axis = -1 : i64} : (tensor<2x3xf32>) -> tensor<2x3xi32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{add, mul, max or min is needed}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.cumulative %x {axis = 1 : i64, kind = "mean"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{has no axis 2}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.softmax %x {axes = array<i64: 2>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{`window` where 2 are needed}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.reduce_window_max %x {window = array<i64: 2>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, low = #keratin.dims<0, 0>, high = #keratin.dims<0, 0>} : (tensor<2x3xf32>) -> tensor<1x2xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{has a result of size -1 along axis 0}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.reduce_window_sum %x {window = array<i64: 4, 1>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, low = #keratin.dims<0, 0>, high = #keratin.dims<0, 0>} : (tensor<2x3xf32>) -> tensor<?x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{contracts axis 1 of size 3 with axis 0 of size 2}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.dot_general %x, %x {x_batch = array<i64>, y_batch = array<i64>, x_contract = array<i64: 1>, y_contract = array<i64: 0>} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{has no axis 2}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.dot_general %x, %x {x_batch = array<i64>, y_batch = array<i64>, x_contract = array<i64: 2>, y_contract = array<i64: 0>} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x3xf32>, %k: tensor<3x4x8xf32>) {
  // expected-error @+2 {{has 3 input channels}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.convolution %x, %k {strides = array<i64: 1>, low = #keratin.dims<1>, high = #keratin.dims<1>, lhs_dilation = array<i64: 1>, rhs_dilation = array<i64: 1>, input_layout = array<i64: 0, 2, 1>, kernel_layout = array<i64: 1, 2, 0>, output_layout = array<i64: 0, 2, 1>, feature_groups = 1 : i64} : (tensor<1x8x3xf32>, tensor<3x4x8xf32>) -> tensor<1x8x8xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x3xf32>, %k: tensor<3x1x8xf32>) {
  // expected-error @+2 {{cannot divide its filters into 3 groups}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.convolution %x, %k {strides = array<i64: 1>, low = #keratin.dims<1>, high = #keratin.dims<1>, lhs_dilation = array<i64: 1>, rhs_dilation = array<i64: 1>, input_layout = array<i64: 0, 2, 1>, kernel_layout = array<i64: 1, 2, 0>, output_layout = array<i64: 0, 2, 1>, feature_groups = 3 : i64} : (tensor<1x8x3xf32>, tensor<3x1x8xf32>) -> tensor<1x8x8xf32>
  return
}

// -----

func.func @f(%x: tensor<1x8x3xf32>, %k: tensor<3x3x8xf32>) {
  // expected-error @+2 {{`strides` where 1 are needed}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.convolution %x, %k {strides = array<i64>, low = #keratin.dims<1>, high = #keratin.dims<1>, lhs_dilation = array<i64: 1>, rhs_dilation = array<i64: 1>, input_layout = array<i64: 0, 2, 1>, kernel_layout = array<i64: 1, 2, 0>, output_layout = array<i64: 0, 2, 1>, feature_groups = 1 : i64} : (tensor<1x8x3xf32>, tensor<3x3x8xf32>) -> tensor<1x8x8xf32>
  return
}
