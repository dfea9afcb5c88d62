#!/usr/bin/env python3
"""Writes reference.json: what the real Keras makes of the objects that the tests here make in C++.

    KERAS_BACKEND=jax python tests/layers/make_reference.py

Weights are zeros, ones, or of integer seeds, so that values can be compared.
"""

import json
import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras  # noqa: E402
import numpy as np  # noqa: E402

L = keras.layers
HERE = os.path.dirname(os.path.abspath(__file__))


def configs():
    """Serialized layers, by the name that the test gives them."""
    keras.backend.clear_session()
    return {
        "dense": L.Dense(64, activation="relu"),
        "dense_all": L.Dense(
            3,
            activation="softmax",
            use_bias=False,
            kernel_initializer=keras.initializers.RandomNormal(stddev=0.5, seed=7),
            kernel_regularizer="l2",
            activity_regularizer=keras.regularizers.L1L2(l1=0.25, l2=0.5),
            kernel_constraint=keras.constraints.MaxNorm(1.5),
            name="all",
            dtype="mixed_bfloat16",
            trainable=False,
        ),
        "embedding": L.Embedding(10, 4, mask_zero=True),
        "relu": L.ReLU(max_value=6.0),
        "leaky_relu": L.LeakyReLU(),
        "elu": L.ELU(alpha=0.5),
        "prelu": L.PReLU(shared_axes=[1, 2]),
        "softmax": L.Softmax(axis=[1, 2]),
        "masking": L.Masking(mask_value=-1.0),
        "activation": L.Activation("gelu"),
        "identity": L.Identity(),
        "add": L.Add(),
        "concatenate": L.Concatenate(axis=1),
        "conv1d": L.Conv1D(4, 3, padding="causal"),
        "conv2d": L.Conv2D(
            4,
            (3, 5),
            strides=2,
            padding="SAME",
            data_format="channels_first",
            groups=2,
            activation="relu",
            kernel_regularizer="l2",
            activity_regularizer="l1",
        ),
        "depthwise_conv2d": L.DepthwiseConv2D(3, depth_multiplier=2),
        "separable_conv1d": L.SeparableConv1D(4, 3, dilation_rate=2, use_bias=False),
        "conv2d_transpose": L.Conv2DTranspose(4, 3, strides=(2, 3), output_padding=1),
    }


def initializers():
    """Name, configuration, shape."""
    i = keras.initializers
    return [
        ("Zeros", {}, (2, 3)),
        ("Ones", {}, (4,)),
        ("Constant", {"value": 0.5}, (2, 2)),
        ("Identity", {}, (3, 4)),
        ("RandomNormal", {"mean": 0.5, "stddev": 2.0, "seed": 3}, (5, 7)),
        ("TruncatedNormal", {"seed": 4}, (6, 5)),
        ("RandomUniform", {"minval": -1.0, "maxval": 3.0, "seed": 5}, (4, 9)),
        ("VarianceScaling", {"scale": 2.0, "mode": "fan_out", "distribution": "untruncated_normal", "seed": 6}, (3, 3, 4, 8)),
        ("GlorotUniform", {"seed": 7}, (3, 3, 4, 8)),
        ("GlorotNormal", {"seed": 8}, (10, 6)),
        ("HeUniform", {"seed": 9}, (10, 6)),
        ("HeNormal", {"seed": 10}, (10, 6)),
        ("LecunUniform", {"seed": 11}, (7,)),
        ("LecunNormal", {"seed": 12}, (10, 6)),
        ("Orthogonal", {"gain": 1.5, "seed": 13}, (8, 5)),
        ("Orthogonal", {"seed": 14}, (2, 3, 12)),
        ("STFT", {}, (16, 1, 9)),
        ("STFT", {"side": "imag", "window": "blackman", "scaling": "spectrum", "periodic": True}, (10, 1, 9)),
        ("STFT", {"window": None, "scaling": None}, (12, 1, 5)),
    ]


def objects(module, made):
    """Values of regularizers or constraints at one matrix."""
    x = np.linspace(-2, 3, 12, dtype="float32").reshape(4, 3)
    result = []
    for name, config in made:
        y = getattr(module, name)(**config)(keras.ops.convert_to_tensor(x))
        result.append({"class_name": name, "config": config, "value": np.asarray(y).ravel().tolist()})
    return result


def models():
    """Configurations of models."""
    keras.backend.clear_session()
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    shared = L.Dense(3, name="shared")
    x, y = shared(a), shared(b)
    joined = L.Concatenate(name="join")([x, y])
    out = L.Dense(2, activation="softmax", name="out")(joined)
    functional = keras.Model([a, b], [out, joined], name="two")
    sequential = keras.Sequential([keras.Input((5,), name="begin"), L.Dense(4, activation="relu", name="first"), L.Dense(2, name="second")], name="chain")
    inner = keras.Sequential([keras.Input((3,), name="inside"), L.Dense(3, name="deep")], name="inner")
    i = keras.Input((3,), name="outside")
    nested = keras.Model(i, L.ReLU(name="last")(inner(i)), name="nest")
    o = keras.Input((2,), name="o")
    operations = keras.Model(o, (o + 1) * (o / 2), name="operations")
    return {"functional": functional, "sequential": sequential, "nested": nested, "operations": operations}


def step_losses():
    """Losses that layers below TimeDistributed add, step by step."""
    x = np.arange(24, dtype="float32").reshape(2, 3, 4) / 10

    def dense(**kwargs):
        return L.Dense(2, activity_regularizer="l2", kernel_initializer="ones", **kwargs)

    def of(layer):
        wrapper = L.TimeDistributed(layer)
        wrapper(x)
        return [float(loss) for loss in wrapper.losses]

    return {"own": of(dense(kernel_regularizer="l1")), "below": of(keras.Sequential([keras.Input((4,)), dense(), dense()]))}


def paths():
    """Paths of the weights of models: as they are made, and as they are read from their configuration."""
    keras.backend.clear_session()
    x = keras.Input((4,), name="x")
    shared = L.Dense(4, name="shared")
    inner = keras.Sequential([L.Dense(3, name="deep")], name="inner")
    branch = keras.Model(x, L.Dense(4, name="side")(x), name="branch")
    t = keras.Input((3, 4), name="t")
    made = {
        "shared": keras.Model(x, shared(shared(x)), name="twice"),
        "nested": keras.Model(x, inner(branch(x)), name="outer"),
        "chain": keras.Sequential([x, L.Dense(3, name="first")], name="chain"),
        "chain_of_chains": keras.Sequential([x, keras.Sequential([L.Dense(2, name="a")], name="within")], name="around"),
        "wrapped": keras.Model(t, L.Bidirectional(L.LSTM(2, name="l"), name="both")(L.TimeDistributed(L.Dense(4, name="each"), name="steps")(t)), name="recurrent"),
    }

    def of(model):
        return [w.path for w in model.weights]

    return {k: {"made": of(m), "read": of(keras.models.model_from_json(m.to_json()))} for k, m in made.items()}


def main():
    serialize = keras.saving.serialize_keras_object
    reference = {
        "configs": {k: serialize(v) for k, v in configs().items()},
        "initializers": [
            {
                "class_name": n,
                "config": c,
                "shape": list(s),
                "value": np.asarray(getattr(keras.initializers, n)(**c)(s, dtype="float32")).ravel().tolist(),
            }
            for n, c, s in initializers()
        ],
        "regularizers": objects(
            keras.regularizers,
            [("L1", {"l1": 0.3}), ("L2", {"l2": 0.2}), ("L1L2", {"l1": 0.1, "l2": 0.2}), ("OrthogonalRegularizer", {"factor": 0.5, "mode": "rows"}), ("OrthogonalRegularizer", {"factor": 0.5, "mode": "columns"})],
        ),
        "constraints": objects(
            keras.constraints,
            [("MaxNorm", {"max_value": 1.5, "axis": 0}), ("NonNeg", {}), ("UnitNorm", {"axis": [0, 1]}), ("MinMaxNorm", {"min_value": 3.0, "max_value": 4.0, "rate": 0.5, "axis": 1})],
        ),
        "step_losses": step_losses(),
        "paths": paths(),
        "models": {k: json.loads(v.to_json()) for k, v in models().items()},
    }
    with open(os.path.join(HERE, "reference.json"), "w") as f:
        json.dump(reference, f, separators=(",", ":"))
        f.write("\n")


if __name__ == "__main__":
    main()
