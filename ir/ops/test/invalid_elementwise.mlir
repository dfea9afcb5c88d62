// Element-wise operations with wrong operands.
func.func @f(%x: tensor<2xf32>, %y: tensor<3xf32>) {
  // expected-error @+2 {{has operands of different shapes}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.add %x, %y : (tensor<2xf32>, tensor<3xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @f(%x: tensor<?xf32, #keratin.dims<"a">>, %y: tensor<?xf32, #keratin.dims<"b">>) {
  // expected-error @+2 {{has operands of different shapes}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.add %x, %y : (tensor<?xf32, #keratin.dims<"a">>, tensor<?xf32, #keratin.dims<"b">>) -> tensor<?xf32, #keratin.dims<"a">>
  return
}

// -----

func.func @f(%x: tensor<2xf32>, %y: tensor<2xi32>) {
  // expected-error @+2 {{has operands of element types 'f32' and 'i32'}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.add %x, %y : (tensor<2xf32>, tensor<2xi32>) -> tensor<2xf32>
  return
}

// -----

func.func @f(%x: tensor<2xf32>) {
  // expected-error @+2 {{inferred type(s)}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.tanh %x : (tensor<2xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @f(%x: tensor<2xi32>) {
  // expected-error @below {{must be ranked tensor of floating-point values}}
  %r = keratin.tanh %x : (tensor<2xi32>) -> tensor<2xi32>
  return
}

// -----

func.func @f(%x: tensor<2xf32>) {
  // expected-error @below {{EQ, NE, LT, LE, GT or GE}}
  %r = keratin.compare %x, %x {direction = "ABOVE"} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xi1>
  return
}

// -----

func.func @f(%x: tensor<2xf32>) {
  // expected-error @+2 {{where booleans are needed}}
  // expected-error @below {{failed to infer returned types}}
  %r = keratin.select %x, %x, %x : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @f(%x: tensor<2xf32>) {
  // expected-error @below {{elements of one width}}
  %r = keratin.bitcast_convert %x {dtype = i8} : (tensor<2xf32>) -> tensor<2xi8>
  return
}

// -----

// expected-error @below {{is not a size}}
func.func private @f(tensor<?xf32, #keratin.dims<"1 +">>)
