#!/usr/bin/env python3
"""Writes model_reference.json and nest.keras: what the real Keras makes of models as they are built, called, masked and
saved.

    KERAS_BACKEND=jax python tests/layers/make_model_reference.py

Arrays are written as make_state_reference.py writes them.
"""

import json
import os
import warnings

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras  # noqa: E402
import numpy as np  # noqa: E402
from make_state_reference import array  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
L = keras.layers


def paths(layer):
    """Of the weights, seed states aside."""
    return [v.path for v in layer.weights]


def sequential():
    """The weights of Sequential models as layers come and go, and what they say of wrong ones."""
    keras.backend.clear_session()
    result = {}
    model = keras.Sequential([keras.Input((3,)), L.Dense(2, name="a")], name="chain")
    states = []
    note = lambda: states.append({"built": model.built, "paths": paths(model), "params": model.count_params()})  # noqa: E731
    note()
    model.add(L.Dense(4, name="b"))
    note()
    model.pop()
    note()
    result["chain"] = states
    result["inner_unbuilt"] = paths(keras.Sequential([keras.Input((3,)), keras.Sequential([L.Dense(2, name="a")], name="in"), L.Dense(1, name="b")], name="out"))
    inner = keras.Sequential([keras.Input((3,)), L.Dense(2, name="a")], name="in")
    outer = keras.Sequential([inner, L.Dense(1, name="b")], name="out")
    result["inner_built"] = paths(outer)
    result["inner_built_is_built"] = outer.built
    try:
        keras.Sequential([keras.Input((3,)), L.Conv2D(2, 3, name="conv")])
    except ValueError as error:
        result["wrong"] = str(error)
    return result


class Outer(L.Layer):
    """Weights without names, and layers made while it is built."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.first = self.add_weight(shape=(2,))

    def build(self, input_shape):
        self.second = self.add_weight(shape=(2,))
        self.dense = L.Dense(2, name="dense")
        self.inner = Inner(name="inner")
        self.early = L.Dense(3, name="early")
        self.early.build(input_shape)

    def call(self, x):
        return self.inner(self.dense(x))


class Inner(L.Layer):
    """A weight made before it is built."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.weight = self.add_weight(shape=(2,))

    def call(self, x):
        return x + self.weight


def names():
    """Paths of unnamed weights, and of layers that a build makes."""
    keras.backend.clear_session()
    outer = Outer(name="outer")
    outer(np.ones((1, 2), "float32"))
    return paths(outer)


def training():
    """Models that are called without `training`: each layer's own, and what the graph says."""
    keras.backend.clear_session()
    x = np.ones((2, 8), "float32")
    inputs = keras.Input((8,))
    calls = lambda m: {"unset": array(m(x)), "false": array(m(x, training=False)), "none": array(m(x, training=None))}  # noqa: E731
    drop = lambda: L.Dropout(0.5, seed=1)  # noqa: E731
    always = keras.Model(inputs, drop()(inputs, training=True))
    result = {"always": calls(always)}
    nested = keras.Sequential([keras.Input((8,)), keras.Model(inputs, drop()(inputs, training=True))])
    result["nested"] = calls(nested)
    # The first dropout says that it is not training, to those after it.
    after = keras.Sequential([keras.Input((8,)), drop(), keras.Model(inputs, drop()(inputs, training=True))])
    result["after"] = calls(after)
    return result


class Both(L.Layer):
    """Doubles each of several tensors, and keeps their masks apart."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, inputs):
        return [2 * x for x in inputs]


class Hides(L.Layer):
    """Masks what it is given, without supporting masks itself."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.masking = L.Masking()

    def call(self, x):
        return self.masking(x)


class Sums(L.Layer):
    """Does not support masks."""

    def call(self, x):
        return keras.ops.sum(x, axis=1)


class Counts(L.Layer):
    """How many positions its mask holds; -1 without a mask."""

    def call(self, x, other=None, mask=None):
        ops = keras.ops
        return ops.full((1,), -1.0) if mask is None else ops.sum(ops.cast(mask, "float32"), keepdims=True)[0]


def masks():
    """Which outputs bear which masks, by the means that read them."""
    keras.backend.clear_session()
    steps, plain = keras.Input((4, 2)), keras.Input((4, 2))
    x = np.ones((1, 4, 2), "float32")
    x[0, 2:] = 0
    mean = L.GlobalAveragePooling1D()
    values = lambda m: [array(v) for v in m([x, x])]  # noqa: E731
    masked = L.Masking()(steps)
    a, b = Both()([masked, plain])
    c, d = Both()([plain, masked])
    result = {"apart": values(keras.Model([steps, plain], [mean(t) for t in (a, b, c, d)]))}
    result["hidden"] = values(keras.Model([steps, plain], [mean(Hides()(steps)), mean(plain)]))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        Sums(name="plain")(masked)
    result["warnings"] = [str(w.message) for w in caught]
    counts = Counts()
    result["counted"] = [float(counts(L.Masking()(x))[0]), float(counts(L.Masking()(x), other=x)[0]), float(counts(x, other=x, mask=np.ones((1, 4), "bool"))[0])]
    for name, options in (("lstm", {}), ("lstm_states", {"return_state": True})):
        lstm = L.LSTM(2, return_sequences=True, kernel_initializer="ones", recurrent_initializer="ones", **options)
        outputs = lstm(masked)
        first = outputs[0] if options else outputs
        result[name] = values(keras.Model([steps, plain], [mean(first), mean(plain)]))
    pair = L.Bidirectional(L.LSTM(2, return_sequences=True, kernel_initializer="ones", recurrent_initializer="ones"), merge_mode=None)
    result["bidirectional"] = values(keras.Model([steps, plain], [mean(t) for t in pair(masked)]))
    return result


class Sum(L.Layer):
    """Adds what there is."""

    def call(self, a, b=None):
        return a if b is None else a + b


def inputs():
    """Inputs that may be None, and arrays in graphs."""
    keras.backend.clear_session()
    x = np.arange(8, dtype="float32").reshape(2, 4)
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b", optional=True)
    model = keras.Model([a, b], Sum()(a, b))
    result = {"with": array(model([x, x])), "without": array(model([x, None]))}
    constant = keras.Model(a, L.Add(name="add")([a, np.array([[1, 2, 3, 4]], "float32")]), name="constant")
    result["constant"] = array(constant(x))
    result["constant_config"] = json.loads(constant.to_json())["config"]["layers"][1]
    return result


@keras.saving.register_keras_serializable(package="models_of_ones_own")
class Nest(keras.Model):
    """A model of a dictionary."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.dense = L.Dense(2, kernel_initializer="ones", name="dense")

    def call(self, x):
        return {"y": self.dense(x["a"]) + x["b"][0], "z": 2 * x["b"][1]}


def subclassed():
    """What a model of one's own records of its build; writes nest.keras."""
    keras.backend.clear_session()
    model = Nest(name="nest")
    x = {"b": [np.ones((1, 2), "float32"), np.ones((1, 5), "float32")], "a": np.ones((1, 3), "float32")}
    model(x)
    model.dense.kernel.assign([[1, 2], [3, 4], [5, 6]])
    model.save(os.path.join(HERE, "nest.keras"))
    y = model(x)
    return {"build_config": model.get_build_config(), "paths": paths(model), "outputs": [array(y["y"]), array(y["z"])]}


def main():
    warnings.simplefilter("ignore")
    reference = {
        "sequential": sequential(),
        "names": names(),
        "training": training(),
        "masks": masks(),
        "inputs": inputs(),
        "subclassed": subclassed(),
    }
    with open(os.path.join(HERE, "model_reference.json"), "w") as f:
        json.dump(reference, f, separators=(",", ":"))
        f.write("\n")


if __name__ == "__main__":
    main()
