// All layers that C++ makes, the models of them, and what they take: one header
// for all of keras.layers.
//
//   KerasTensor x = Input({.shape = {{28, 28, 1}}});
//   KerasTensor y = Conv2D({.filters = 8, .kernel_size = 3})(x);
//   auto model = MakeModel(Value(x), Value(Flatten()(y)));
#ifndef KERATIN_LAYERS_LAYERS_H_
#define KERATIN_LAYERS_LAYERS_H_

// IWYU pragma: begin_exports
#include "layers/applications/convnext.h"
#include "layers/applications/inception_resnet_v2.h"
#include "layers/attention/additive_attention.h"
#include "layers/attention/attention.h"
#include "layers/attention/group_query_attention.h"
#include "layers/attention/multi_head_attention.h"
#include "layers/base/config.h"
#include "layers/base/layer_ptr.h"
#include "layers/constraints/constraints.h"
#include "layers/convolutional/conv.h"
#include "layers/convolutional/conv_transpose.h"
#include "layers/convolutional/depthwise_conv.h"
#include "layers/convolutional/separable_conv.h"
#include "layers/core/activation_layers.h"
#include "layers/core/dense.h"
#include "layers/core/einsum_dense.h"
#include "layers/core/embedding.h"
#include "layers/core/input_layer.h"
#include "layers/core/reversible_embedding.h"
#include "layers/initializers/initializers.h"
#include "layers/merging/dot.h"
#include "layers/merging/merging.h"
#include "layers/models/functional.h"
#include "layers/models/model.h"
#include "layers/models/sequential.h"
#include "layers/normalization/batch_normalization.h"
#include "layers/normalization/group_normalization.h"
#include "layers/normalization/layer_normalization.h"
#include "layers/normalization/rms_normalization.h"
#include "layers/normalization/spectral_normalization.h"
#include "layers/normalization/unit_normalization.h"
#include "layers/pooling/adaptive_pooling.h"
#include "layers/pooling/global_pooling.h"
#include "layers/pooling/pooling.h"
#include "layers/preprocessing/category_encoding.h"
#include "layers/preprocessing/discretization.h"
#include "layers/preprocessing/normalization.h"
#include "layers/preprocessing/rescaling.h"
#include "layers/regularization/activity_regularization.h"
#include "layers/regularization/dropout.h"
#include "layers/regularizers/regularizers.h"
#include "layers/reshaping/border.h"
#include "layers/reshaping/reshaping.h"
#include "layers/reshaping/up_sampling.h"
#include "layers/rnn/bidirectional.h"
#include "layers/rnn/conv_lstm.h"
#include "layers/rnn/gru.h"
#include "layers/rnn/gru_cell.h"
#include "layers/rnn/lstm.h"
#include "layers/rnn/lstm_cell.h"
#include "layers/rnn/rnn.h"
#include "layers/rnn/simple_rnn.h"
#include "layers/rnn/simple_rnn_cell.h"
#include "layers/rnn/stacked_rnn_cells.h"
#include "layers/rnn/time_distributed.h"
// IWYU pragma: end_exports

#endif  // KERATIN_LAYERS_LAYERS_H_
