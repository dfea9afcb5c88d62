// Computes and scans that do not hold together.
func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @below {{has 1 maps for 1 inputs and 1 results}}
  %r = keratin.compute ins(%x : tensor<2x3xf32>) domain #keratin.dims<2, 3> reductions [] maps [affine_map<(d0, d1) -> (d0, d1)>] combiners ["none"] -> tensor<2x3xf32> {
  ^bb0(%v: f32):
    keratin.yield %v : f32
  }
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @below {{needs one combiner for each result}}
  %r = keratin.compute ins(%x : tensor<2x3xf32>) domain #keratin.dims<2, 3> reductions [] maps [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>] combiners [] -> tensor<2x3xf32> {
  ^bb0(%v: f32):
    keratin.yield %v : f32
  }
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @below {{reduces dimension 5}}
  %r = keratin.compute ins(%x : tensor<2x3xf32>) domain #keratin.dims<2, 3> reductions [5] maps [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>] combiners ["add"] -> tensor<2xf32> {
  ^bb0(%v: f32):
    keratin.yield %v : f32
  }
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @below {{reduces without a combiner}}
  %r = keratin.compute ins(%x : tensor<2x3xf32>) domain #keratin.dims<2, 3> reductions [1] maps [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>] combiners ["none"] -> tensor<2xf32> {
  ^bb0(%v: f32):
    keratin.yield %v : f32
  }
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @below {{has extent 3 where axis 0 of result 0 has 4}}
  %r = keratin.compute ins(%x : tensor<2x3xf32>) domain #keratin.dims<3, 3> reductions [] maps [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>] combiners ["none"] -> tensor<4x3xf32> {
  ^bb0(%v: f32):
    keratin.yield %v : f32
  }
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @below {{is not a permutation of its parallel dimensions}}
  %r = keratin.compute ins(%x : tensor<2x3xf32>) domain #keratin.dims<2, 3> reductions [1] maps [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>] combiners ["add"] -> tensor<3xf32> {
  ^bb0(%v: f32):
    keratin.yield %v : f32
  }
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @below {{does not cover its parallel dimensions}}
  %r = keratin.compute ins(%x : tensor<2x3xf32>) domain #keratin.dims<2, 3> reductions [] maps [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>] combiners ["none"] -> tensor<2xf32> {
  ^bb0(%v: f32):
    keratin.yield %v : f32
  }
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @below {{yields 'i1' for result 0}}
  %r = keratin.compute ins(%x : tensor<2x3xf32>) domain #keratin.dims<2, 3> reductions [] maps [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>] combiners ["none"] -> tensor<2x3xf32> {
  ^bb0(%v: f32):
    %c = arith.constant true
    keratin.yield %c : i1
  }
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @below {{wrong number of arguments}}
  %r = keratin.compute ins(%x : tensor<2x3xf32>) domain #keratin.dims<2, 3> reductions [] maps [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>] combiners ["none"] -> tensor<2x3xf32> {
    %c = arith.constant 0.0 : f32
    keratin.yield %c : f32
  }
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @below {{is not a size}}
  %r = keratin.dim "2 *" : index
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @below {{expects parent op 'keratin.compute'}}
  %r = keratin.index 0 : index
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @below {{changes the type of carried value 0}}
  %r = keratin.scan initial(%x : tensor<2x3xf32>) length <3> -> tensor<2x3xf32> {
  ^bb0(%i: tensor<i32>, %h: tensor<2xf32>):
    keratin.yield %h : tensor<2xf32>
  }
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @below {{body of 1 arguments}}
  %r = keratin.scan initial(%x : tensor<2x3xf32>) length <3> -> tensor<2x3xf32> {
  ^bb0(%i: tensor<i32>):
    keratin.yield %x : tensor<2x3xf32>
  }
  return
}

// -----

func.func @f(%x: tensor<3xf32>) {
  // expected-error @below {{is conditional and does not carry a flag first}}
  %r = keratin.scan initial(%x : tensor<3xf32>) length <3> conditional -> tensor<3xf32> {
  ^bb0(%i: tensor<i32>, %h: tensor<3xf32>):
    keratin.yield %h : tensor<3xf32>
  }
  return
}

// -----

func.func @f(%go: tensor<i1>, %x: tensor<3xf32>) {
  // expected-error @below {{is conditional and has stacked results}}
  %r:2 = keratin.scan initial(%go : tensor<i1>) length <3> conditional -> tensor<i1>, tensor<3x3xf32> {
  ^bb0(%i: tensor<i32>, %g: tensor<i1>):
    keratin.yield %g, %x : tensor<i1>, tensor<3xf32>
  }
  return
}
