// What the primitives become: computes, kernels, launches; and scans.
func.func private @kernel_0(%x: memref<?xf32>, %y: memref<?xf32>, %batch: index, %begin: index, %end: index)

func.func @levels(%x: tensor<?x4xf32, #keratin.dims<"batch">>, %table: tensor<7xf32>, %steps: tensor<?x4xf32, #keratin.dims<"seq">>, %state: tensor<4xf32>) {
  %sum = keratin.compute ins(%x : tensor<?x4xf32, #keratin.dims<"batch">>) captures(%table : tensor<7xf32>) domain #keratin.dims<"batch", 4> reductions [1] maps [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>] combiners ["add"] -> tensor<?xf32, #keratin.dims<"batch">> {
  ^bb0(%v: f32, %t: tensor<7xf32>):
    %i = keratin.index 1 : index
    %n = keratin.dim "batch + 1" : index
    %e = keratin.extract %t[%i] : tensor<7xf32> -> f32
    %w = arith.addf %v, %e : f32
    keratin.yield %w : f32
  }
  %last, %all = keratin.scan initial(%state : tensor<4xf32>) sequences(%steps : tensor<?x4xf32, #keratin.dims<"seq">>) length <"seq"> reverse -> tensor<4xf32>, tensor<?x4xf32, #keratin.dims<"seq">> {
  ^bb0(%step: tensor<i32>, %h: tensor<4xf32>, %slice: tensor<4xf32>):
    %next = keratin.add %h, %slice : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    keratin.yield %next, %h : tensor<4xf32>, tensor<4xf32>
  }
  %go = keratin.constant dense<true> : tensor<i1> : tensor<i1>
  %flag, %sum_of = keratin.scan initial(%go, %state : tensor<i1>, tensor<4xf32>) length <8> conditional -> tensor<i1>, tensor<4xf32> {
  ^bb0(%step: tensor<i32>, %g: tensor<i1>, %h: tensor<4xf32>):
    %next = keratin.add %h, %h : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    keratin.yield %g, %next : tensor<i1>, tensor<4xf32>
  }
  %grouped = keratin.kernel ins(%x : tensor<?x4xf32, #keratin.dims<"batch">>) -> tensor<?x4xf32, #keratin.dims<"batch">> {
  ^bb0(%a: tensor<?x4xf32, #keratin.dims<"batch">>):
    keratin.yield %a : tensor<?x4xf32, #keratin.dims<"batch">>
  }
  %launched = keratin.launch @kernel_0(%x) : (tensor<?x4xf32, #keratin.dims<"batch">>) -> tensor<?x4xf32, #keratin.dims<"batch">>
  return
}
