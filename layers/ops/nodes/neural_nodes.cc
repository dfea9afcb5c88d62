// Activations, convolutions, pooling, normalization, attention, images.
#include "absl/strings/str_cat.h"
#include "layers/ops/activations.h"
#include "layers/ops/attention.h"
#include "layers/ops/convolution.h"
#include "layers/ops/creation.h"
#include "layers/ops/crossentropy.h"
#include "layers/ops/image.h"
#include "layers/ops/nodes/operation.h"
#include "layers/ops/normalization.h"
#include "layers/ops/patches.h"
#include "layers/ops/pooling.h"

namespace keratin::ops {
namespace {

using A = NodeArguments;

ConvOptions ConvOptionsOf(A& a) {
  return {.strides = a.integers("strides", {1}),
          .padding = a.padding(),
          .data_format = a.data_format(),
          .dilation_rate = a.integers("dilation_rate", {1})};
}

PoolOptions PoolOptionsOf(A& a) {
  return {.pool_size = a.integers("pool_size", {2}),
          .strides = a.integers("strides"),
          .padding = a.padding(),
          .data_format = a.data_format()};
}

Value ConvTransposeOf(A& a) {
  std::vector<std::optional<int64_t>> output_padding;
  for (int64_t padding : a.integers("output_padding"))
    output_padding.push_back(padding);
  return ConvTranspose(a.operand("inputs"), a.operand("kernel"),
                       ConvOptionsOf(a), output_padding);
}

Value AttentionOf(A& a) {
  if (a.Has("attn_logits_soft_cap"))
    return a.Unsupported("with 'attn_logits_soft_cap' is not supported");
  AttentionOptions options = {.bias = a.maybe_operand("bias"),
                              .mask = a.maybe_operand("mask")};
  if (a.Has("scale")) options.scale = a.number("scale");
  options.is_causal = a.flag("is_causal");
  return DotProductAttention(a.operand("query"), a.operand("key"),
                             a.operand("value"), options);
}

Value ResizeOf(A& a) {
  std::string name = a.text("interpolation", "bilinear");
  std::optional<Interpolation> interpolation = InterpolationOf(name);
  if (!interpolation.has_value())
    return a.Error(absl::StrCat("interpolation '", name, "' is unknown"));
  std::vector<int64_t> size = a.integers("size");
  if (size.size() != 2)
    return a.Error("argument 'size' must be a height and a width");
  return Resize(a.operand("images"), size[0], size[1],
                {.interpolation = *interpolation,
                 .antialias = a.flag("antialias"),
                 .crop_to_aspect_ratio = a.flag("crop_to_aspect_ratio"),
                 .pad_to_aspect_ratio = a.flag("pad_to_aspect_ratio"),
                 .fill_value = a.number("fill_value", 0.0),
                 .data_format = a.data_format()});
}

Value ReluOf(A& a) {
  std::optional<double> max_value;
  if (a.Has("max_value")) max_value = a.number("max_value");
  return Relu(a.operand("x"), a.number("negative_slope", 0.0), max_value,
              a.number("threshold", 0.0));
}

PatchOptions PatchOptionsOf(A& a) {
  return {.kernel_size = a.integers("kernel_size"),
          .dilation = a.integers("dilation", {1}),
          .padding = a.integers("padding", {0}),
          .stride = a.integers("stride", {1})};
}

template <Tensor (*function)(const Operand&, const std::vector<int64_t>&,
                             DataFormat)>
Value AdaptivePool(A& a) {
  return function(a.operand("inputs"), a.integers("output_size"),
                  a.data_format());
}

template <Tensor (*function)(const Operand&, int64_t, DataFormat)>
Value Blocks(A& a) {
  return function(a.operand("x"), a.integer("block_size"), a.data_format());
}

template <Tensor (*function)(const Operand&, const Operand&, bool, int)>
Value Crossentropy(A& a) {
  return function(a.operand("target"), a.operand("output"),
                  a.flag("from_logits"), a.axis("axis", -1));
}

constexpr Operation kOperations[] = {
    {"activations", "ReLU", "x", ReluOf},
    {"activations", "Mish", "x", Unary<Mish>},
    {"nn", "Relu", "x", ReluOf},
    {"nn", "Relu6", "x", Unary<Relu6>},
    {"nn", "Sigmoid", "x", Unary<Sigmoid>},
    {"nn", "SparseSigmoid", "x", Unary<SparseSigmoid>},
    {"nn", "Softplus", "x", Unary<Softplus>},
    {"nn", "Softsign", "x", Unary<Softsign>},
    {"nn", "SoftShrink", "x",
     [](A& a) -> Value {
       return SoftShrink(a.operand("x"), a.number("threshold", 0.5));
     }},
    {"nn", "SparsePlus", "x", Unary<SparsePlus>},
    {"nn", "Silu", "x", Unary<Silu>},
    {"nn", "Squareplus", "x",
     [](A& a) -> Value {
       return Squareplus(a.operand("x"), a.number("b", 4.0));
     }},
    {"nn", "LogSigmoid", "x", Unary<LogSigmoid>},
    {"nn", "LeakyRelu", "x",
     [](A& a) -> Value {
       return LeakyRelu(a.operand("x"), a.number("negative_slope", 0.2));
     }},
    {"nn", "HardSigmoid", "x", Unary<HardSigmoid>},
    {"nn", "HardSilu", "x", Unary<HardSilu>},
    {"nn", "Elu", "x",
     [](A& a) -> Value { return Elu(a.operand("x"), a.number("alpha", 1.0)); }},
    {"nn", "Selu", "x", Unary<Selu>},
    {"nn", "Gelu", "x",
     [](A& a) -> Value {
       return Gelu(a.operand("x"), a.flag("approximate", true));
     }},
    {"nn", "Celu", "x",
     [](A& a) -> Value {
       return Celu(a.operand("x"), a.number("alpha", 1.0));
     }},
    {"nn", "Glu", "x",
     [](A& a) -> Value { return Glu(a.operand("x"), a.axis("axis", -1)); }},
    {"nn", "TanhShrink", "x", Unary<TanhShrink>},
    {"nn", "HardTanh", "x", Unary<HardTanh>},
    {"nn", "HardShrink", "x",
     [](A& a) -> Value {
       return HardShrink(a.operand("x"), a.number("threshold", 0.5));
     }},
    {"nn", "Threshold", "x",
     [](A& a) -> Value {
       return Threshold(a.operand("x"), a.number("threshold"),
                        a.number("default_value"));
     }},
    {"nn", "Softmax", "x",
     [](A& a) -> Value { return Softmax(a.operand("x"), a.axes("axis")); }},
    {"nn", "LogSoftmax", "x",
     [](A& a) -> Value { return LogSoftmax(a.operand("x"), a.axes("axis")); }},
    {"nn", "Sparsemax", "x",
     [](A& a) -> Value {
       return Sparsemax(a.operand("x"), a.axis("axis", -1));
     }},

    {"nn", "Conv", "inputs,kernel",
     [](A& a) -> Value {
       return Conv(a.operand("inputs"), a.operand("kernel"), ConvOptionsOf(a));
     }},
    {"nn", "DepthwiseConv", "inputs,kernel",
     [](A& a) -> Value {
       return DepthwiseConv(a.operand("inputs"), a.operand("kernel"),
                            ConvOptionsOf(a));
     }},
    {"nn", "SeparableConv", "inputs,depthwise_kernel,pointwise_kernel",
     [](A& a) -> Value {
       return SeparableConv(a.operand("inputs"), a.operand("depthwise_kernel"),
                            a.operand("pointwise_kernel"), ConvOptionsOf(a));
     }},
    {"nn", "ConvTranspose", "inputs,kernel", ConvTransposeOf},
    {"nn", "MaxPool", "inputs",
     [](A& a) -> Value {
       return MaxPool(a.operand("inputs"), PoolOptionsOf(a));
     }},
    {"nn", "AveragePool", "inputs",
     [](A& a) -> Value {
       return AveragePool(a.operand("inputs"), PoolOptionsOf(a));
     }},

    {"nn", "AdaptiveMaxPool", "inputs", AdaptivePool<AdaptiveMaxPool>},
    {"nn", "AdaptiveAveragePool", "inputs", AdaptivePool<AdaptiveAveragePool>},
    {"nn", "DepthToSpace", "x", Blocks<DepthToSpace>},
    {"nn", "SpaceToDepth", "x", Blocks<SpaceToDepth>},
    {"nn", "Unfold", "x",
     [](A& a) -> Value { return Unfold(a.operand("x"), PatchOptionsOf(a)); }},
    {"nn", "Fold", "x",
     [](A& a) -> Value {
       return Fold(a.operand("x"), a.integers("output_size"),
                   PatchOptionsOf(a));
     }},

    {"nn", "BinaryCrossentropy", "target,output",
     [](A& a) -> Value {
       return BinaryCrossentropy(a.operand("target"), a.operand("output"),
                                 a.flag("from_logits"));
     }},
    {"nn", "CategoricalCrossentropy", "target,output",
     Crossentropy<CategoricalCrossentropy>},
    {"nn", "SparseCategoricalCrossentropy", "target,output",
     Crossentropy<SparseCategoricalCrossentropy>},
    {"nn", "PSNR", "x1,x2",
     [](A& a) -> Value {
       return Psnr(a.operand("x1"), a.operand("x2"), a.number("max_val"));
     }},

    {"nn", "OneHot", "x",
     [](A& a) -> Value {
       if (a.flag("sparse"))
         return a.Unsupported("makes no sparse tensors here");
       return OneHot(a.operand("x"), a.integer("num_classes"),
                     a.axis("axis", -1),
                     a.dtype("dtype").value_or(DType::kFloat32));
     }},
    {"nn", "MultiHot", "inputs",
     [](A& a) -> Value {
       if (a.flag("sparse"))
         return a.Unsupported("makes no sparse tensors here");
       return MultiHot(a.operand("inputs"), a.integer("num_classes"),
                       a.axis("axis", -1),
                       a.dtype("dtype").value_or(DType::kFloat32));
     }},
    {"nn", "Normalize", "x",
     [](A& a) -> Value {
       return Normalize(a.operand("x"), a.axes("axis"),
                        static_cast<int>(a.integer("order", 2)),
                        a.number("epsilon", kEpsilon));
     }},
    {"nn", "BatchNorm", "x,mean,variance,offset,scale",
     [](A& a) -> Value {
       return BatchNormalization(
           a.operand("x"), a.operand("mean"), a.operand("variance"),
           a.axis("axis", -1), a.maybe_operand("offset"),
           a.maybe_operand("scale"), a.number("epsilon", 1e-3));
     }},
    {"nn", "LayerNorm", "x,gamma,beta",
     [](A& a) -> Value {
       return LayerNormalization(a.operand("x"), a.maybe_operand("gamma"),
                                 a.maybe_operand("beta"), a.axes("axis", -1),
                                 a.number("epsilon", kEpsilon),
                                 a.flag("rms_scaling"));
     }},
    {"nn", "RMSNorm", "x,scale",
     [](A& a) -> Value {
       return RmsNormalization(a.operand("x"), a.maybe_operand("scale"),
                               a.axes("axis", -1),
                               a.number("epsilon", kEpsilon));
     }},
    {"nn", "DotProductAttention", "query,key,value,bias,mask,scale",
     AttentionOf},
    {"image", "Resize", "images", ResizeOf},
};

}  // namespace

absl::Span<const Operation> NeuralOperations() { return kOperations; }

}  // namespace keratin::ops
