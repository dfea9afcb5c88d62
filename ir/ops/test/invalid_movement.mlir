// Operations that make and move tensors, with wrong operands and attributes.
func.func @f() {
  // expected-error @+2 {{for elements of type 'f32'}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.full {value = 1 : i32, dtype = f32, shape = #keratin.dims<2>} : () -> tensor<2xf32>
  return
}

// -----

func.func @f() {
  // expected-error @+2 {{has no axis 1 in an operand of rank 1}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.iota {axis = 1 : i64, dtype = i32, shape = #keratin.dims<2>} : () -> tensor<2xi32>
  return
}

// -----

func.func @f() {
  // expected-error @+2 {{`expression` where 1 are needed}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.size {expression = #keratin.dims<1, 2>, dtype = i32} : () -> tensor<i32>
  return
}

// -----

func.func @f(%k: tensor<2xi32>) {
  // expected-error @+2 {{where tensor<2xui32> is needed}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.random_bits %k {shape = #keratin.dims<4>} : (tensor<2xi32>) -> tensor<4xui32>
  return
}

// -----

func.func @f(%k: tensor<3xui32>) {
  // expected-error @+2 {{where keys tensor<..x2xui32> are needed}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.threefry_split %k {count = 4 : i64} : (tensor<3xui32>) -> tensor<4x2xui32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{gives 6 elements a shape of 5}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.reshape %x {shape = #keratin.dims<5>} : (tensor<2x3xf32>) -> tensor<5xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{cannot broadcast axis 1 of size 3 to 4}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.broadcast_in_dim %x {shape = #keratin.dims<2, 4>, dimensions = array<i64: 0, 1>} : (tensor<2x3xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @f(%x: tensor<?xf32, #keratin.dims<"a">>) {
  // expected-error @+2 {{cannot broadcast axis 0 of size a to b}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.broadcast_in_dim %x {shape = #keratin.dims<"b">, dimensions = array<i64: 0>} : (tensor<?xf32, #keratin.dims<"a">>) -> tensor<?xf32, #keratin.dims<"b">>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{names axis 0 twice}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.transpose %x {permutation = array<i64: 0, 0>} : (tensor<2x3xf32>) -> tensor<2x2xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{reaches 4 along axis 1 of size 3}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.slice %x {start = #keratin.dims<0, 0>, limit = #keratin.dims<2, 4>, strides = array<i64: 1, 1>} : (tensor<2x3xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{`strides` where at least 1 is needed}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.slice %x {start = #keratin.dims<0, 0>, limit = #keratin.dims<2, 3>, strides = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{starts at -1 of axis 0}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.slice %x {start = #keratin.dims<-1, 0>, limit = #keratin.dims<2, 3>, strides = array<i64: 1, 1>} : (tensor<2x3xf32>) -> tensor<3x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{has a result of size -1 along axis 0}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.slice %x {start = #keratin.dims<2, 0>, limit = #keratin.dims<1, 3>, strides = array<i64: 1, 1>} : (tensor<2x3xf32>) -> tensor<?x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{has no axis 2}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.reverse %x {axes = array<i64: 2>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{pads with a value with axes}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.pad %x, %x {low = #keratin.dims<0, 0>, high = #keratin.dims<0, 0>, interior = array<i64: 0, 0>} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>, %y: tensor<2x4xf32>) {
  // expected-error @+2 {{along axis 0}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.concatenate %x, %y {axis = 0 : i64} : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @f() {
  // expected-error @+2 {{joins nothing}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.concatenate {axis = 0 : i64} : () -> tensor<4x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @+2 {{where integers are needed}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.take %x, %x {axis = 0 : i64} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>, %i: tensor<5x1xi32>) {
  // expected-error @+2 {{pairs axis 0 of size 2 with indices of 5}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.take_along_axis %x, %i {axis = 1 : i64} : (tensor<2x3xf32>, tensor<5x1xi32>) -> tensor<5x1xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>, %i: tensor<i32>) {
  // expected-error @+2 {{`start` where 2 are needed}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.dynamic_slice %x, %i {sizes = #keratin.dims<1, 1>} : (tensor<2x3xf32>, tensor<i32>) -> tensor<1x1xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>, %y: tensor<5x1xf32>, %i: tensor<i32>) {
  // expected-error @+2 {{reaches 5 along axis 0 of size 2}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.dynamic_update_slice %x, %y, %i, %i : (tensor<2x3xf32>, tensor<5x1xf32>, tensor<i32>, tensor<i32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f() {
  // expected-error @below {{invalid kind of type specified}}
  %r = keratin.constant dense<1.0> : vector<2xf32> : vector<2xf32>
  return
}
