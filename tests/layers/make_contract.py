#!/usr/bin/env python3
"""Writes contract.json: for every layer class a small layer, and what the real Keras says of it.

    KERAS_BACKEND=jax python tests/layers/make_contract.py [CASE..]

Only the cases that are named are asked for anew, if any is.
contract_test.cc makes the same layers in C++ and wants the same of them. A case is named by its class, or
"Class/what is special". Axis 0 of inputs is the batch, unknown where shapes are symbolic.
"""

import json
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "jax")

import jax  # noqa: E402
import keras  # noqa: E402
from keras import KerasTensor, tree  # noqa: E402
from keras.src.applications import convnext, inception_resnet_v2  # noqa: E402
from keras.src.backend import get_keras_mask, set_keras_mask  # noqa: E402

L = keras.layers
HERE = os.path.dirname(os.path.abspath(__file__))
CASES = {}


class Spec:
    """A tensor argument: shape without the batch, and in `open` the axes (counted from 1) that may be unknown."""

    def __init__(self, *shape, dtype="float32", high=None, open=()):
        self.shape, self.dtype, self.high, self.open = shape, dtype, high, open

    def tensor(self, open=False):
        shape = [None if open and axis in self.open else size for axis, size in enumerate(self.shape, 1)]
        return KerasTensor((None, *shape), dtype=self.dtype)

    def input(self, name):
        return keras.Input(self.shape, dtype=self.dtype, name=name)

    def json(self):
        return {"shape": list(self.shape), "dtype": self.dtype, "high": self.high, "open": list(self.open)}


def case(name, make, *arguments):
    """`make` makes the layer; it is called on arguments, nests of Specs."""
    CASES[name] = (make, arguments)


def mapped(arguments, function):
    """The nest with each Spec replaced; Specs are no leaves that keras.tree need know."""
    if isinstance(arguments, Spec):
        return function(arguments)
    return type(arguments)(mapped(a, function) for a in arguments)


X = Spec
SEQUENCE = X(3, 4, open=(1,))
IMAGE = X(6, 5, 2, open=(1, 2))
VOLUME = X(4, 5, 4, 2, open=(1, 2, 3))
BY_RANK = {1: X(6, 2, open=(1,)), 2: IMAGE, 3: VOLUME}

case("Dense", lambda: L.Dense(3, activation="relu", kernel_regularizer="l2", activity_regularizer="l1"), SEQUENCE)
case("EinsumDense", lambda: L.EinsumDense("abc,cd->abd", output_shape=(None, 3), bias_axes="d"), SEQUENCE)
case("Embedding", lambda: L.Embedding(5, 3, mask_zero=True), X(3, dtype="int32", high=5, open=(1,)))
case("ReversibleEmbedding", lambda: L.ReversibleEmbedding(5, 3), X(3, dtype="int32", high=5, open=(1,)))
case("Activation", lambda: L.Activation("tanh"), SEQUENCE)
case("Identity", L.Identity, SEQUENCE)
case("Masking", lambda: L.Masking(mask_value=0.5), SEQUENCE)
case("ReLU", lambda: L.ReLU(max_value=6.0, negative_slope=0.1, threshold=0.2), SEQUENCE)
case("LeakyReLU", lambda: L.LeakyReLU(negative_slope=0.2), SEQUENCE)
case("ELU", lambda: L.ELU(alpha=0.5), SEQUENCE)
case("PReLU", lambda: L.PReLU(shared_axes=[1]), SEQUENCE)
case("Softmax", lambda: L.Softmax(axis=[1]), X(4, open=(1,)))

for merge in ["Add", "Multiply", "Average", "Maximum", "Minimum"]:
    case(merge, getattr(L, merge), [SEQUENCE, SEQUENCE, SEQUENCE])
case("Subtract", L.Subtract, [SEQUENCE, SEQUENCE])
case("Concatenate", lambda: L.Concatenate(axis=1), [SEQUENCE, X(2, 4)])
case("Dot", lambda: L.Dot(axes=(1, 2), normalize=True), [X(3, 4), X(5, 3, open=(1,))])

case("Conv1D", lambda: L.Conv1D(4, 3, padding="causal", dilation_rate=2, groups=2), BY_RANK[1])
case("Conv2D", lambda: L.Conv2D(3, (3, 2), strides=2, padding="same", activation="relu"), IMAGE)
case("Conv2D/channels_first", lambda: L.Conv2D(3, 2, data_format="channels_first", use_bias=False), X(2, 6, 5, open=(2, 3)))
case("Conv3D", lambda: L.Conv3D(3, 2, bias_regularizer="l2"), VOLUME)
case("Conv1DTranspose", lambda: L.Conv1DTranspose(3, 2, strides=3), BY_RANK[1])
case("Conv2DTranspose", lambda: L.Conv2DTranspose(3, 3, strides=2, padding="same", output_padding=1), IMAGE)
case("Conv3DTranspose", lambda: L.Conv3DTranspose(2, 2), VOLUME)
case("DepthwiseConv1D", lambda: L.DepthwiseConv1D(3, depth_multiplier=2), BY_RANK[1])
case("DepthwiseConv2D", lambda: L.DepthwiseConv2D((3, 2), strides=2, padding="same"), IMAGE)
case("SeparableConv1D", lambda: L.SeparableConv1D(3, 3), BY_RANK[1])
case("SeparableConv2D", lambda: L.SeparableConv2D(3, 2, depth_multiplier=2, pointwise_regularizer="l1"), IMAGE)

for rank, spec in BY_RANK.items():
    for kind in ["Max", "Average"]:
        case(f"{kind}Pooling{rank}D", lambda c=f"{kind}Pooling{rank}D": getattr(L, c)(2, strides=1, padding="same"), spec)
        case(f"Global{kind}Pooling{rank}D", lambda c=f"Global{kind}Pooling{rank}D": getattr(L, c)(keepdims=True), spec)
        case(f"Adaptive{kind}Pooling{rank}D", lambda c=f"Adaptive{kind}Pooling{rank}D": getattr(L, c)(2), X(*spec.shape))
    case(f"ZeroPadding{rank}D", lambda c=f"ZeroPadding{rank}D": getattr(L, c)(2), spec)
    case(f"Cropping{rank}D", lambda c=f"Cropping{rank}D": getattr(L, c)(1), spec)
case("MaxPooling2D/default_strides", lambda: L.MaxPooling2D((2, 3)), IMAGE)
case("ZeroPadding2D/pairs", lambda: L.ZeroPadding2D(((1, 0), (2, 3))), IMAGE)
case("ZeroPadding1D/pair", lambda: L.ZeroPadding1D((1, 3)), BY_RANK[1])
case("UpSampling1D", lambda: L.UpSampling1D(3), BY_RANK[1])
case("UpSampling2D", lambda: L.UpSampling2D((2, 3), interpolation="bilinear"), IMAGE)
case("UpSampling3D", lambda: L.UpSampling3D(2), VOLUME)
case("Flatten", L.Flatten, X(3, 4))
case("Reshape", lambda: L.Reshape((2, -1)), X(3, 4))
case("Permute", lambda: L.Permute((2, 1)), SEQUENCE)
case("RepeatVector", lambda: L.RepeatVector(3), X(4))

case("Dropout", lambda: L.Dropout(0.5, noise_shape=(None, 1, 4), seed=3), SEQUENCE)
case("AlphaDropout", lambda: L.AlphaDropout(0.5, seed=3), SEQUENCE)
case("GaussianDropout", lambda: L.GaussianDropout(0.5, seed=3), SEQUENCE)
case("GaussianNoise", lambda: L.GaussianNoise(0.5, seed=3), SEQUENCE)
for rank, spec in BY_RANK.items():
    case(f"SpatialDropout{rank}D", lambda c=f"SpatialDropout{rank}D": getattr(L, c)(0.5, seed=3), spec)
case("ActivityRegularization", lambda: L.ActivityRegularization(l1=0.1, l2=0.2), SEQUENCE)

case("BatchNormalization", lambda: L.BatchNormalization(momentum=0.9, gamma_regularizer="l2"), SEQUENCE)
case("BatchNormalization/renorm", lambda: L.BatchNormalization(renorm=True, renorm_clipping={"rmax": 3.0}, center=False), SEQUENCE)
case("LayerNormalization", L.LayerNormalization, SEQUENCE)
case("LayerNormalization/axes", lambda: L.LayerNormalization(axis=[1, 2], scale=False), X(3, 4))
case("GroupNormalization", lambda: L.GroupNormalization(groups=2), SEQUENCE)
case("RMSNormalization", L.RMSNormalization, SEQUENCE)
case("UnitNormalization", lambda: L.UnitNormalization(axis=[1, 2]), SEQUENCE)
case("SpectralNormalization", lambda: L.SpectralNormalization(L.Dense(3), power_iterations=2), X(4))

case("LayerScale", lambda: convnext.LayerScale(0.5, 4), SEQUENCE)
case("StochasticDepth", lambda: convnext.StochasticDepth(0.0), SEQUENCE)
case("CustomScaleLayer", lambda: inception_resnet_v2.CustomScaleLayer(0.25), [SEQUENCE, SEQUENCE])

case("Attention", lambda: L.Attention(use_scale=True, score_mode="concat", dropout=0.2, seed=3), [SEQUENCE, X(5, 4, open=(1,))])
case("AdditiveAttention", L.AdditiveAttention, [SEQUENCE, X(5, 4, open=(1,))])
case("MultiHeadAttention", lambda: L.MultiHeadAttention(2, 3, output_shape=5, use_gate=True, bias_regularizer="l2"), SEQUENCE, X(5, 4, open=(1,)))
case("GroupQueryAttention", lambda: L.GroupQueryAttention(3, 4, 2, activity_regularizer="l1"), SEQUENCE, X(5, 4, open=(1,)))

RNN = X(5, 4, open=(1,))
case("SimpleRNNCell", lambda: L.SimpleRNNCell(3, dropout=0.2, seed=3), X(4), [X(3)])
case("GRUCell", lambda: L.GRUCell(3, reset_after=False), X(4), [X(3)])
case("LSTMCell", lambda: L.LSTMCell(3, unit_forget_bias=False), X(4), [X(3), X(3)])
case("StackedRNNCells", lambda: L.StackedRNNCells([L.LSTMCell(3), L.GRUCell(2)]), X(4), [[X(3), X(3)], [X(2)]])
case("SimpleRNN", lambda: L.SimpleRNN(3, go_backwards=True, recurrent_regularizer="l2", seed=3), RNN)
case("GRU", lambda: L.GRU(3, return_sequences=True, recurrent_dropout=0.1, seed=3), RNN)
case("LSTM", lambda: L.LSTM(3, return_sequences=True, return_state=True, activity_regularizer="l1"), RNN)
case("RNN", lambda: L.RNN(L.LSTMCell(3), return_state=True), RNN)
case("RNN/stack", lambda: L.RNN([L.LSTMCell(3), L.GRUCell(2)], return_sequences=True), RNN)
case("Bidirectional", lambda: L.Bidirectional(L.GRU(2, return_sequences=True)), RNN)
case("Bidirectional/apart", lambda: L.Bidirectional(L.LSTM(2), backward_layer=L.LSTM(2, use_bias=False, go_backwards=True), merge_mode=None), RNN)
case("TimeDistributed", lambda: L.TimeDistributed(L.Dense(3, kernel_regularizer="l2")), RNN)
for rank in BY_RANK:
    case(
        f"ConvLSTM{rank}D",
        lambda c=f"ConvLSTM{rank}D": getattr(L, c)(2, 2, strides=2, return_sequences=True),
        X(3, *[4] * rank, 2, open=(1,)),
    )

case("Normalization", L.Normalization, X(4))
case("Normalization/known", lambda: L.Normalization(axis=None, mean=0.5, variance=2.0, invert=True), X(3, 4, open=(1, 2)))
case("Rescaling", lambda: L.Rescaling(0.5, offset=[1.0, 2.0, 3.0, 4.0]), SEQUENCE)
case("CategoryEncoding", lambda: L.CategoryEncoding(4), X(3, dtype="int32", high=4, open=(1,)))
case("Discretization", lambda: L.Discretization([0.0, 0.5]), X(3, open=(1,)))


def sequential():
    return keras.Sequential([keras.Input((4,), name="begin"), L.Dense(3, name="first", kernel_regularizer="l2"), L.Dropout(0.5, seed=3, name="second")], name="chain")


def functional():
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    shared = L.Dense(3, name="shared")
    return keras.Model([a, b], L.Add(name="sum")([shared(a), shared(b)]), name="two")


case("Sequential", sequential, X(4))
case("Functional", functional, [X(4), X(4)])


def described(tensors):
    return [{"shape": list(t.shape), "dtype": t.dtype} for t in tree.flatten(tensors)]


def listed(variables):
    return [{"path": v.path, "shape": list(v.shape), "dtype": v.dtype} for v in variables]


def call(layer, arguments, open=False):
    return layer(*mapped(arguments, lambda s: s.tensor(open)))


def computed_dtypes(layer, arguments):
    """Of the outputs of a call on data, which may differ from what compute_output_spec says."""
    call(layer, arguments)

    def stateless(*tensors):
        with keras.StatelessScope():
            return layer(*tensors)

    data = mapped(arguments, lambda s: jax.ShapeDtypeStruct((2, *s.shape), s.dtype))
    return [str(output.dtype) for output in jax.tree.leaves(jax.eval_shape(stateless, *data))]


def with_policy(serialized, policy):
    """The same layer under another dtype policy."""
    changed = json.loads(json.dumps(serialized))
    changed["config"]["dtype"] = policy
    keras.backend.clear_session()
    return keras.saving.deserialize_keras_object(changed)


def masks(make, arguments):
    """Shapes of the masks of the outputs where every tensor of the first argument bears one over its first axes."""
    layer = make()
    made = mapped(arguments, lambda s: s.tensor())
    for tensor in tree.flatten(made[0]):
        set_keras_mask(tensor, KerasTensor(tensor.shape[:2], dtype="bool"))
    outputs = layer(*made)
    return [None if get_keras_mask(t) is None else list(get_keras_mask(t).shape) for t in tree.flatten(outputs)]


def recorded(make, arguments):
    keras.backend.clear_session()
    layer = make()
    serialized = keras.saving.serialize_keras_object(layer)
    outputs = call(layer, arguments)
    is_open = any(tree.flatten(list(mapped(arguments, lambda s: bool(s.open)))))
    record = {
        "serialized": serialized,
        "arguments": mapped(list(arguments), lambda s: s.json()),
        "built": keras.saving.serialize_keras_object(layer),
        "trainable": listed(layer.trainable_weights),
        "non_trainable": listed(layer.non_trainable_weights),
        "seeds": len(layer.variables) - len(layer.weights),
        "outputs": described(outputs),
    }
    # Only a call on data leaves its losses behind.
    if any(f'"{regularizer}"' in json.dumps(serialized) for regularizer in ["L1", "L2", "L1L2", "ActivityRegularization"]):
        layer(*mapped(arguments, lambda s: keras.ops.ones((2, *s.shape), dtype=s.dtype)))
    record["losses"] = len(layer.losses)
    if is_open:
        keras.backend.clear_session()
        record["open_outputs"] = described(call(make(), arguments, open=True))
    first = tree.flatten(list(mapped(arguments[:1], lambda s: len(s.shape) >= 2)))
    if all(first):
        keras.backend.clear_session()
        record["masks"] = masks(make, arguments)
    record["mixed"] = {
        policy: computed_dtypes(with_policy(serialized, policy), arguments)
        for policy in ["mixed_bfloat16", "mixed_float16"]
    }
    return record


def main():
    path = os.path.join(HERE, "contract.json")
    before = {}
    if sys.argv[1:]:
        with open(path) as f:
            before = json.load(f)
    contract = {
        name: before[name] if sys.argv[1:] and name not in sys.argv[1:] else recorded(make, arguments)
        for name, (make, arguments) in CASES.items()
    }
    with open(path, "w") as f:
        json.dump(contract, f, separators=(",", ":"))
        f.write("\n")


if __name__ == "__main__":
    main()
