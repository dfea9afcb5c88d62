#include "tests/layers/contract_cases.h"

#include "compiler/api/keratin.h"

namespace keratin {
namespace {

using Maker = std::function<LayerPtr()>;
using Makers = std::map<std::string, Maker>;

template <typename Layer>
Maker Default() {
  return [] { return Layer(); };
}

Makers CoreCases() {
  return {
      {"Dense",
       [] {
         return Dense(
             {.units = 3, .activation = "relu", .kernel_regularizer = "l2"},
             {.activity_regularizer = "l1"});
       }},
      {"EinsumDense",
       [] {
         return EinsumDense({.equation = "abc,cd->abd",
                             .output_shape = {{}, 3},
                             .bias_axes = "d"});
       }},
      {"Embedding",
       [] {
         return Embedding({.input_dim = 5, .output_dim = 3, .mask_zero = true});
       }},
      {"ReversibleEmbedding",
       [] { return ReversibleEmbedding({.input_dim = 5, .output_dim = 3}); }},
      {"Activation", [] { return Activation({.activation = "tanh"}); }},
      {"Identity", Default<Identity>()},
      {"Masking", [] { return Masking({.mask_value = 0.5}); }},
      {"ReLU",
       [] {
         return ReLU(
             {.max_value = 6.0, .negative_slope = 0.1, .threshold = 0.2});
       }},
      {"LeakyReLU", [] { return LeakyReLU({.negative_slope = 0.2}); }},
      {"ELU", [] { return ELU({.alpha = 0.5}); }},
      {"PReLU", [] { return PReLU({.shared_axes = {1}}); }},
      {"Softmax", [] { return Softmax({.axis = {1}}); }},
      {"Add", Default<Add>()},
      {"Subtract", Default<Subtract>()},
      {"Multiply", Default<Multiply>()},
      {"Average", Default<Average>()},
      {"Maximum", Default<Maximum>()},
      {"Minimum", Default<Minimum>()},
      {"Concatenate", [] { return Concatenate({.axis = 1}); }},
      {"Dot", [] { return Dot({.axes = {1, 2}, .normalize = true}); }},
  };
}

Makers ConvolutionCases() {
  return {
      {"Conv1D",
       [] {
         return Conv1D({.filters = 4,
                        .kernel_size = 3,
                        .padding = "causal",
                        .dilation_rate = 2,
                        .groups = 2});
       }},
      {"Conv2D",
       [] {
         return Conv2D({.filters = 3,
                        .kernel_size = {3, 2},
                        .strides = 2,
                        .padding = "same",
                        .activation = "relu"});
       }},
      {"Conv2D/channels_first",
       [] {
         return Conv2D({.filters = 3,
                        .kernel_size = 2,
                        .data_format = "channels_first",
                        .use_bias = false});
       }},
      {"Conv3D",
       [] {
         return Conv3D(
             {.filters = 3, .kernel_size = 2, .bias_regularizer = "l2"});
       }},
      {"Conv1DTranspose",
       [] {
         return Conv1DTranspose({.filters = 3, .kernel_size = 2, .strides = 3});
       }},
      {"Conv2DTranspose",
       [] {
         return Conv2DTranspose({.filters = 3,
                                 .kernel_size = 3,
                                 .strides = 2,
                                 .padding = "same",
                                 .output_padding = 1});
       }},
      {"Conv3DTranspose",
       [] { return Conv3DTranspose({.filters = 2, .kernel_size = 2}); }},
      {"DepthwiseConv1D",
       [] {
         return DepthwiseConv1D({.kernel_size = 3, .depth_multiplier = 2});
       }},
      {"DepthwiseConv2D",
       [] {
         return DepthwiseConv2D(
             {.kernel_size = {3, 2}, .strides = 2, .padding = "same"});
       }},
      {"SeparableConv1D",
       [] { return SeparableConv1D({.filters = 3, .kernel_size = 3}); }},
      {"SeparableConv2D",
       [] {
         return SeparableConv2D({.filters = 3,
                                 .kernel_size = 2,
                                 .depth_multiplier = 2,
                                 .pointwise_regularizer = "l1"});
       }},
  };
}

template <typename Layer>
Maker Pooling() {
  return
      [] { return Layer({.pool_size = 2, .strides = 1, .padding = "same"}); };
}
template <typename Layer>
Maker GlobalPooling() {
  return [] { return Layer({.keepdims = true}); };
}
template <typename Layer>
Maker AdaptivePooling() {
  return [] { return Layer({.output_size = 2}); };
}

Makers PoolingCases() {
  return {
      {"MaxPooling1D", Pooling<MaxPooling1D>()},
      {"MaxPooling2D", Pooling<MaxPooling2D>()},
      {"MaxPooling3D", Pooling<MaxPooling3D>()},
      {"MaxPooling2D/default_strides",
       [] { return MaxPooling2D({.pool_size = {2, 3}}); }},
      {"AveragePooling1D", Pooling<AveragePooling1D>()},
      {"AveragePooling2D", Pooling<AveragePooling2D>()},
      {"AveragePooling3D", Pooling<AveragePooling3D>()},
      {"GlobalMaxPooling1D", GlobalPooling<GlobalMaxPooling1D>()},
      {"GlobalMaxPooling2D", GlobalPooling<GlobalMaxPooling2D>()},
      {"GlobalMaxPooling3D", GlobalPooling<GlobalMaxPooling3D>()},
      {"GlobalAveragePooling1D", GlobalPooling<GlobalAveragePooling1D>()},
      {"GlobalAveragePooling2D", GlobalPooling<GlobalAveragePooling2D>()},
      {"GlobalAveragePooling3D", GlobalPooling<GlobalAveragePooling3D>()},
      {"AdaptiveMaxPooling1D", AdaptivePooling<AdaptiveMaxPooling1D>()},
      {"AdaptiveMaxPooling2D", AdaptivePooling<AdaptiveMaxPooling2D>()},
      {"AdaptiveMaxPooling3D", AdaptivePooling<AdaptiveMaxPooling3D>()},
      {"AdaptiveAveragePooling1D", AdaptivePooling<AdaptiveAveragePooling1D>()},
      {"AdaptiveAveragePooling2D", AdaptivePooling<AdaptiveAveragePooling2D>()},
      {"AdaptiveAveragePooling3D", AdaptivePooling<AdaptiveAveragePooling3D>()},
  };
}

Makers ReshapingCases() {
  return {
      {"ZeroPadding1D", [] { return ZeroPadding1D({.padding = 2}); }},
      {"ZeroPadding2D", [] { return ZeroPadding2D({.padding = 2}); }},
      {"ZeroPadding3D", [] { return ZeroPadding3D({.padding = 2}); }},
      {"ZeroPadding1D/pair", [] { return ZeroPadding1D({.padding = {1, 3}}); }},
      {"ZeroPadding2D/pairs",
       [] { return ZeroPadding2D({.padding = {{1, 0}, {2, 3}}}); }},
      {"Cropping1D", [] { return Cropping1D({.cropping = 1}); }},
      {"Cropping2D", [] { return Cropping2D({.cropping = 1}); }},
      {"Cropping3D", [] { return Cropping3D({.cropping = 1}); }},
      {"UpSampling1D", [] { return UpSampling1D({.size = 3}); }},
      {"UpSampling2D",
       [] {
         return UpSampling2D({.size = {2, 3}, .interpolation = "bilinear"});
       }},
      {"UpSampling3D", [] { return UpSampling3D({.size = 2}); }},
      {"Flatten", Default<Flatten>()},
      {"Reshape", [] { return Reshape({.target_shape = {2, -1}}); }},
      {"Permute", [] { return Permute({.dims = {2, 1}}); }},
      {"RepeatVector", [] { return RepeatVector({.n = 3}); }},
  };
}

template <typename Layer>
Maker Dropping() {
  return [] { return Layer({.rate = 0.5, .seed = 3}); };
}

Makers RegularizationCases() {
  return {
      {"Dropout",
       [] {
         return Dropout({.rate = 0.5, .noise_shape = {{{}, 1, 4}}, .seed = 3});
       }},
      {"AlphaDropout", Dropping<AlphaDropout>()},
      {"GaussianDropout", Dropping<GaussianDropout>()},
      {"GaussianNoise",
       [] { return GaussianNoise({.stddev = 0.5, .seed = 3}); }},
      {"SpatialDropout1D", Dropping<SpatialDropout1D>()},
      {"SpatialDropout2D", Dropping<SpatialDropout2D>()},
      {"SpatialDropout3D", Dropping<SpatialDropout3D>()},
      {"ActivityRegularization",
       [] { return ActivityRegularization({.l1 = 0.1, .l2 = 0.2}); }},
  };
}

Makers NormalizationCases() {
  return {
      {"BatchNormalization",
       [] {
         return BatchNormalization(
             {.momentum = 0.9, .gamma_regularizer = "l2"});
       }},
      {"BatchNormalization/renorm",
       [] {
         return BatchNormalization({.center = false,
                                    .renorm = true,
                                    .renorm_clipping = {{.rmax = 3.0}}});
       }},
      {"LayerNormalization", Default<LayerNormalization>()},
      {"LayerNormalization/axes",
       [] { return LayerNormalization({.axis = {1, 2}, .scale = false}); }},
      {"GroupNormalization", [] { return GroupNormalization({.groups = 2}); }},
      {"RMSNormalization", Default<RMSNormalization>()},
      {"UnitNormalization", [] { return UnitNormalization({.axis = {1, 2}}); }},
      {"SpectralNormalization",
       [] {
         return SpectralNormalization(
             {.layer = Dense({.units = 3}), .power_iterations = 2});
       }},
  };
}

Makers ApplicationCases() {
  return {
      {"LayerScale",
       [] { return LayerScale({.init_values = 0.5, .projection_dim = 4}); }},
      {"StochasticDepth", Default<StochasticDepth>()},
      {"CustomScaleLayer", [] { return CustomScaleLayer({.scale = 0.25}); }},
  };
}

Makers AttentionCases() {
  return {
      {"Attention",
       [] {
         return Attention({.use_scale = true,
                           .score_mode = "concat",
                           .dropout = 0.2,
                           .seed = 3});
       }},
      {"AdditiveAttention", Default<AdditiveAttention>()},
      {"MultiHeadAttention",
       [] {
         return MultiHeadAttention({.num_heads = 2,
                                    .key_dim = 3,
                                    .output_shape = 5,
                                    .bias_regularizer = "l2",
                                    .use_gate = true});
       }},
      {"GroupQueryAttention",
       [] {
         return GroupQueryAttention(
             {.head_dim = 3, .num_query_heads = 4, .num_key_value_heads = 2},
             {.activity_regularizer = "l1"});
       }},
  };
}

template <typename Layer>
Maker ConvLSTM() {
  return [] {
    return Layer({.filters = 2,
                  .kernel_size = 2,
                  .strides = 2,
                  .return_sequences = true});
  };
}

Makers RecurrentCases() {
  return {
      {"SimpleRNNCell",
       [] { return SimpleRNNCell({.units = 3, .dropout = 0.2, .seed = 3}); }},
      {"GRUCell", [] { return GRUCell({.units = 3, .reset_after = false}); }},
      {"LSTMCell",
       [] { return LSTMCell({.units = 3, .unit_forget_bias = false}); }},
      {"StackedRNNCells",
       [] {
         return StackedRNNCells(
             {.cells = {LSTMCell({.units = 3}), GRUCell({.units = 2})}});
       }},
      {"SimpleRNN",
       [] {
         return SimpleRNN({.units = 3,
                           .recurrent_regularizer = "l2",
                           .go_backwards = true,
                           .seed = 3});
       }},
      {"GRU",
       [] {
         return GRU({.units = 3,
                     .recurrent_dropout = 0.1,
                     .seed = 3,
                     .return_sequences = true});
       }},
      {"LSTM",
       [] {
         return LSTM(
             {.units = 3, .return_sequences = true, .return_state = true},
             {.activity_regularizer = "l1"});
       }},
      {"RNN",
       [] {
         return RNN({.cell = LSTMCell({.units = 3}), .return_state = true});
       }},
      {"RNN/stack",
       [] {
         return RNN({.cell = {LSTMCell({.units = 3}), GRUCell({.units = 2})},
                     .return_sequences = true});
       }},
      {"Bidirectional",
       [] {
         return Bidirectional(
             {.layer = GRU({.units = 2, .return_sequences = true})});
       }},
      {"Bidirectional/apart",
       [] {
         return Bidirectional(
             {.layer = LSTM({.units = 2}),
              .merge_mode = {},
              .backward_layer =
                  LSTM({.units = 2, .use_bias = false, .go_backwards = true})});
       }},
      {"TimeDistributed",
       [] {
         return TimeDistributed(
             {.layer = Dense({.units = 3, .kernel_regularizer = "l2"})});
       }},
      {"ConvLSTM1D", ConvLSTM<ConvLSTM1D>()},
      {"ConvLSTM2D", ConvLSTM<ConvLSTM2D>()},
      {"ConvLSTM3D", ConvLSTM<ConvLSTM3D>()},
  };
}

Makers PreprocessingCases() {
  return {
      {"Normalization", Default<Normalization>()},
      {"Normalization/known",
       [] {
         return Normalization(
             {.axis = {}, .mean = 0.5, .variance = 2.0, .invert = true});
       }},
      {"Rescaling",
       [] {
         return Rescaling({.scale = 0.5, .offset = {1.0, 2.0, 3.0, 4.0}});
       }},
      {"CategoryEncoding", [] { return CategoryEncoding({.num_tokens = 4}); }},
      {"Discretization",
       [] { return Discretization({.bin_boundaries = {0.0, 0.5}}); }},
  };
}

Makers ModelCases() {
  return {
      {"Sequential",
       [] {
         return Sequential(
             {Input({.shape = {{4}}, .name = "begin"}),
              Dense({.units = 3, .kernel_regularizer = "l2"},
                    {.name = "first"}),
              Dropout({.rate = 0.5, .seed = 3}, {.name = "second"})},
             {.name = "chain"});
       }},
      {"Functional",
       []() -> LayerPtr {
         KerasTensor a = Input({.shape = {{4}}, .name = "a"});
         KerasTensor b = Input({.shape = {{4}}, .name = "b"});
         Dense shared({.units = 3}, {.name = "shared"});
         auto model =
             MakeModel(Value::List({a, b}),
                       Value(Add({}, {.name = "sum"})({shared(a), shared(b)})),
                       {.name = "two"});
         return model.ok() ? LayerPtr(*model) : LayerPtr();
       }},
  };
}

}  // namespace

const Makers& ContractCases() {
  static const auto* all = [] {
    auto* cases = new Makers();
    for (Makers part :
         {CoreCases(), ConvolutionCases(), PoolingCases(), ReshapingCases(),
          RegularizationCases(), NormalizationCases(), ApplicationCases(),
          AttentionCases(), RecurrentCases(), PreprocessingCases(),
          ModelCases()})
      cases->merge(part);
    return cases;
  }();
  return *all;
}

}  // namespace keratin
