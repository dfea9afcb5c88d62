// Element-wise operations: each, with sizes known and unknown.

func.func @one_operand(%x: tensor<?x3xf32, #keratin.dims<"batch">>, %i: tensor<?x3xi32, #keratin.dims<"batch">>) {
  %abs = keratin.abs %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %negate = keratin.negate %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %sign = keratin.sign %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %exponential = keratin.exponential %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %exponential_minus_one = keratin.exponential_minus_one %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %log = keratin.log %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %log_plus_one = keratin.log_plus_one %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %sqrt = keratin.sqrt %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %rsqrt = keratin.rsqrt %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %cbrt = keratin.cbrt %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %tanh = keratin.tanh %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %sinh = keratin.sinh %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %cosh = keratin.cosh %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %asinh = keratin.asinh %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %acosh = keratin.acosh %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %atanh = keratin.atanh %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %sine = keratin.sine %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %cosine = keratin.cosine %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %tan = keratin.tan %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %asin = keratin.asin %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %acos = keratin.acos %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %atan = keratin.atan %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %floor = keratin.floor %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %ceil = keratin.ceil %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %round_nearest_even = keratin.round_nearest_even %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %logistic = keratin.logistic %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %erf = keratin.erf %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %erf_inv = keratin.erf_inv %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %not = keratin.not %i : (tensor<?x3xi32, #keratin.dims<"batch">>) -> tensor<?x3xi32, #keratin.dims<"batch">>
  %is_finite = keratin.is_finite %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xi1, #keratin.dims<"batch">>
  %is_nan = keratin.is_nan %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xi1, #keratin.dims<"batch">>
  %silu = keratin.silu %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %gelu = keratin.gelu %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %gelu_tanh = keratin.gelu_tanh %x : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  return
}

func.func @two_operands(%x: tensor<?x3xf32, #keratin.dims<"batch">>, %y: tensor<?x3xf32, #keratin.dims<"batch">>, %i: tensor<?x3xi32, #keratin.dims<"batch">>, %j: tensor<?x3xi32, #keratin.dims<"batch">>) {
  %add = keratin.add %x, %y : (tensor<?x3xf32, #keratin.dims<"batch">>, tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %subtract = keratin.subtract %x, %y : (tensor<?x3xf32, #keratin.dims<"batch">>, tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %multiply = keratin.multiply %x, %y : (tensor<?x3xf32, #keratin.dims<"batch">>, tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %divide = keratin.divide %x, %y : (tensor<?x3xf32, #keratin.dims<"batch">>, tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %remainder = keratin.remainder %x, %y : (tensor<?x3xf32, #keratin.dims<"batch">>, tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %power = keratin.power %x, %y : (tensor<?x3xf32, #keratin.dims<"batch">>, tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %maximum = keratin.maximum %x, %y : (tensor<?x3xf32, #keratin.dims<"batch">>, tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %minimum = keratin.minimum %x, %y : (tensor<?x3xf32, #keratin.dims<"batch">>, tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %atan2 = keratin.atan2 %x, %y : (tensor<?x3xf32, #keratin.dims<"batch">>, tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %and = keratin.and %i, %j : (tensor<?x3xi32, #keratin.dims<"batch">>, tensor<?x3xi32, #keratin.dims<"batch">>) -> tensor<?x3xi32, #keratin.dims<"batch">>
  %or = keratin.or %i, %j : (tensor<?x3xi32, #keratin.dims<"batch">>, tensor<?x3xi32, #keratin.dims<"batch">>) -> tensor<?x3xi32, #keratin.dims<"batch">>
  %xor = keratin.xor %i, %j : (tensor<?x3xi32, #keratin.dims<"batch">>, tensor<?x3xi32, #keratin.dims<"batch">>) -> tensor<?x3xi32, #keratin.dims<"batch">>
  %shift_left = keratin.shift_left %i, %j : (tensor<?x3xi32, #keratin.dims<"batch">>, tensor<?x3xi32, #keratin.dims<"batch">>) -> tensor<?x3xi32, #keratin.dims<"batch">>
  %shift_right_logical = keratin.shift_right_logical %i, %j : (tensor<?x3xi32, #keratin.dims<"batch">>, tensor<?x3xi32, #keratin.dims<"batch">>) -> tensor<?x3xi32, #keratin.dims<"batch">>
  %shift_right_arithmetic = keratin.shift_right_arithmetic %i, %j : (tensor<?x3xi32, #keratin.dims<"batch">>, tensor<?x3xi32, #keratin.dims<"batch">>) -> tensor<?x3xi32, #keratin.dims<"batch">>
  return
}

func.func @other_results(%x: tensor<?x3xf32, #keratin.dims<"batch">>, %y: tensor<?x3xf32, #keratin.dims<"batch">>, %c: tensor<?x3xi1, #keratin.dims<"batch">>) {
  %compare = keratin.compare %x, %y {direction = "LT"} : (tensor<?x3xf32, #keratin.dims<"batch">>, tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xi1, #keratin.dims<"batch">>
  %multiply_add = keratin.multiply_add %x, %x, %y : (tensor<?x3xf32, #keratin.dims<"batch">>, tensor<?x3xf32, #keratin.dims<"batch">>, tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %select = keratin.select %c, %x, %y : (tensor<?x3xi1, #keratin.dims<"batch">>, tensor<?x3xf32, #keratin.dims<"batch">>, tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xf32, #keratin.dims<"batch">>
  %convert = keratin.convert %x {dtype = ui8} : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xui8, #keratin.dims<"batch">>
  %bits = keratin.bitcast_convert %x {dtype = i32} : (tensor<?x3xf32, #keratin.dims<"batch">>) -> tensor<?x3xi32, #keratin.dims<"batch">>
  return
}
