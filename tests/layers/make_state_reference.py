#!/usr/bin/env python3
"""Writes state_reference.json: what the real Keras computes, draws and keeps, for the tests of metrics, losses, nested
calls and random numbers.

    KERAS_BACKEND=jax python tests/layers/make_state_reference.py

Arrays are {"dtype", "shape", "data"}; bits of floats survive, for they are written with all their digits; NaN is null.
"""

import json
import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras  # noqa: E402
import numpy as np  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))


def array(x):
    """An array as JSON."""
    x = np.asarray(x)
    data = [None if n != n else n for n in x.ravel().astype("float64").tolist()]
    return {"dtype": str(x.dtype), "shape": list(x.shape), "data": data}


def metrics():
    """Metrics of every class, updated twice."""
    rng = np.random.default_rng(1)
    m = keras.metrics
    rows = lambda *s: rng.random(s, dtype="float32")  # noqa: E731
    one_hot = lambda n, c: np.eye(c, dtype="float32")[rng.integers(0, c, n)]  # noqa: E731
    classes = lambda *s: rng.integers(0, 6, s).astype("int32")  # noqa: E731
    tied = np.round(rows(7, 6) * 3) / 3
    made = [
        ("Sum", {}, [([rows(5)], None), ([rows(3, 2)], rows(3))]),
        ("Mean", {}, [([rows(5)], None), ([rows(4, 3)], None)]),
        ("Mean", {"name": "weighted", "dtype": "float64"}, [([rows(5)], rows(5)), ([rows(4, 3, 2)], rows(4, 3))]),
        ("Mean", {"dtype": "float16"}, [([rows(4, 3)], rows(4, 1)), ([np.float32(3.0)], None)]),
        ("Accuracy", {}, [([classes(6), classes(6)], None), ([classes(6, 1), classes(6)], rows(6))]),
        ("BinaryAccuracy", {"threshold": 0.25}, [([np.round(rows(8, 1)), rows(8, 1)], None), ([np.round(rows(8)), rows(8, 1)], rows(8))]),
        ("BinaryAccuracy", {}, [([np.round(rows(4, 3)), rows(4, 3)], None), ([np.round(rows(4, 3)), rows(4, 3)], rows(4))]),
        ("CategoricalAccuracy", {}, [([one_hot(7, 6), rows(7, 6)], None), ([one_hot(4, 6), rows(4, 6)], rows(4))]),
        ("SparseCategoricalAccuracy", {}, [([classes(7), rows(7, 6)], None), ([classes(4, 1), rows(4, 6)], rows(4))]),
        ("SparseCategoricalAccuracy", {"name": "steps"}, [([classes(3, 4), rows(3, 4, 6)], None), ([classes(3, 4), rows(3, 4, 6)], rows(3, 4))]),
        ("TopKCategoricalAccuracy", {"k": 2}, [([one_hot(7, 6), rows(7, 6)], None), ([one_hot(7, 6), tied], rows(7))]),
        ("TopKCategoricalAccuracy", {}, [([one_hot(12, 6).reshape(3, 4, 6), rows(3, 4, 6)], None)]),
        ("SparseTopKCategoricalAccuracy", {"k": 3}, [([classes(7), rows(7, 6)], rows(7)), ([classes(3, 4), rows(3, 4, 6)], None)]),
        (
            "SparseTopKCategoricalAccuracy",
            {"k": 2, "from_sorted_ids": True},
            [([classes(5), np.stack([rng.permutation(6) for _ in range(5)]).astype("int32")], None)],
        ),
    ]
    result = []
    for name, config, updates in made:
        metric = getattr(m, name)(**config)
        entry = {
            "written": keras.saving.serialize_keras_object(metric),
            "repr": repr(metric),
            "paths": [v.path for v in metric.variables],
            "updates": [],
        }
        for values, weight in updates:
            metric.update_state(*values, sample_weight=weight)
            entry["updates"].append(
                {
                    "values": [array(v) for v in values],
                    "sample_weight": None if weight is None else array(weight),
                    "variables": [array(v.numpy()) for v in metric.variables],
                    "result": array(metric.result()),
                }
            )
        metric.reset_state()
        entry["reset"] = [array(v.numpy()) for v in metric.variables]
        result.append(entry)
    return result


class Tracking(keras.layers.Layer):
    """A layer with two metrics, a sublayer and a seed generator."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seen = keras.metrics.Mean(name="seen")
        self.dense = keras.layers.Dense(2, kernel_initializer="ones")
        self.drop = keras.layers.Dropout(0.5, seed=3)
        self.positive = keras.metrics.BinaryAccuracy(name="positive")

    def call(self, x):
        y = self.drop(self.dense(x))
        self.seen.update_state(y)
        self.positive.update_state(keras.ops.ones_like(y), y)
        return y


def attached():
    """The lists of a layer with metrics, in Keras's orders, and its state after calls."""
    keras.backend.clear_session()
    outer = keras.Sequential([keras.Input((3,)), Tracking(name="first"), Tracking(name="second")])
    layer = outer.layers[0]
    x = np.arange(6, dtype="float32").reshape(2, 3)
    outer(x)
    outer(x - 4)
    paths = lambda vs: [v.path for v in vs]  # noqa: E731
    return {
        "metrics": [m.name for m in outer.metrics],
        "metrics_variables": paths(outer.metrics_variables),
        "of_first": paths(layer.metrics_variables),
        "non_trainable_variables": paths(outer.non_trainable_variables),
        "variables": paths(outer.variables),
        "weights": paths(outer.weights),
        "values": [array(v.numpy()) for v in outer.metrics_variables],
        "results": [array(m.result()) for m in outer.metrics],
    }


def random():
    """Every function of keras.random by an explicit seed, and the states of a generator."""
    r = keras.random
    shape = (5, 7)
    logits = np.linspace(-2, 2, 12, dtype="float32").reshape(3, 4)
    alphas = np.array([0.05, 0.5, 1.0, 2.5, 40.0], "float32")
    counts = np.array([[0.0, 3, 12], [40, 100, 5000]], "float32")
    probabilities = np.array([0.05, 0.5, 0.9], "float32")
    drawn = {
        "uniform": r.uniform(shape, seed=1),
        "uniform_range": r.uniform(shape, minval=-3, maxval=5, seed=2),
        "uniform_rounded": r.uniform((200,), minval=-0.0625, maxval=0.11, seed=21),
        "uniform_rounded_half": r.uniform((200,), minval=-0.0625, maxval=0.11, dtype="float16", seed=21),
        "uniform_rounded_bfloat": r.uniform((200,), minval=-0.0625, maxval=0.11, dtype="bfloat16", seed=21),
        "uniform_half": r.uniform(shape, dtype="float16", seed=3),
        "uniform_bfloat": r.uniform(shape, dtype="bfloat16", seed=3),
        "normal": r.normal(shape, mean=1, stddev=0.5, seed=4),
        "normal_long": r.normal((1000,), seed=123456789),
        "truncated_normal": r.truncated_normal((200,), mean=-1, stddev=2, seed=5),
        "randint": r.randint(shape, minval=-10, maxval=1000, seed=6),
        "randint_small": r.randint(shape, minval=0, maxval=200, dtype="uint8", seed=7),
        "categorical": r.categorical(logits, 9, seed=8),
        "shuffle": r.shuffle(np.arange(40).reshape(20, 2), seed=9),
        "shuffle_axis": r.shuffle(np.arange(40).reshape(4, 10), axis=1, seed=10),
        "dropout": r.dropout(np.arange(1, 36, dtype="float32").reshape(shape), 0.4, seed=11),
        "dropout_noise": r.dropout(np.arange(1, 36, dtype="float32").reshape(shape), 0.4, noise_shape=(5, 1), seed=12),
        "gamma": r.gamma((600, 5), alphas, seed=13),
        "gamma_one": r.gamma((), 0.3, seed=14),
        "gamma_half": r.gamma((50,), 2.0, dtype="bfloat16", seed=15),
        "beta": r.beta((600, 5), alphas, 1.5, seed=16),
        "beta_small": r.beta((100,), 0.1, 0.2, seed=17),
        "beta_tiny": r.beta((10000,), 0.01, 0.02, seed=20),
        "gamma_tiny": r.gamma((10000,), 0.01, seed=22),
        "binomial": r.binomial((200, 2, 3), counts, probabilities, seed=18),
        "binomial_wrong": r.binomial((3,), np.array([-1.0, np.nan, 5.0], "float32"), np.array([0.5, 0.5, np.nan], "float32"), seed=19),
    }
    generator = r.SeedGenerator(42, name="mine")
    states = [array(generator.state.numpy())]
    keys = []
    for ordered in (True, True, False, True):
        keys.append(array(generator.next(ordered=ordered)))
        states.append(array(generator.state.numpy()))
    generator = r.SeedGenerator(7)
    return {
        **{k: array(np.asarray(v.astype("float32") if "float" in str(v.dtype) else v)) for k, v in drawn.items()},
        "states": states,
        "keys": keys,
        "config": keras.random.SeedGenerator(42, name="mine").get_config(),
        "by_generator": [array(r.uniform(shape, seed=generator)) for _ in range(2)],
    }


class Block(keras.layers.Layer):
    """A loss of its own, and a sublayer with a regularizer."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = keras.layers.Dense(2, kernel_initializer="ones", kernel_regularizer=keras.regularizers.L2(0.5), activity_regularizer=keras.regularizers.L1(0.25))

    def call(self, x):
        y = self.inner(x)
        self.add_loss(keras.ops.sum(y))
        return y


def losses():
    """What `losses` holds after calls on the layer, and on its sublayer alone."""
    keras.backend.clear_session()
    block = Block(name="block")
    x = np.arange(6, dtype="float32").reshape(2, 3)
    result = {}
    values = lambda layer: [float(v) for v in layer.losses]  # noqa: E731
    block(x)
    block(2 * x)
    result["after_two_calls"] = values(block)
    result["of_inner"] = values(block.inner)
    block.inner(x)
    result["after_inner_alone"] = values(block)
    block.inner.kernel.assign(2 * block.inner.kernel)
    result["after_assign"] = values(block)
    return result


class Pair(keras.layers.Layer):
    """Several tensor arguments, their masks, a plain one, and a nest of results."""

    def build(self, query_shape, value_shape):
        self.kernel = self.add_weight(shape=(query_shape[-1], value_shape[-1]), initializer="ones", name="kernel")

    def call(self, query, value, scale=1.0, query_mask=None, value_mask=None):
        ops = keras.ops
        count = lambda m: ops.zeros(()) if m is None else ops.sum(ops.cast(m, "float32"))  # noqa: E731
        y = ops.matmul(query, self.kernel) * scale
        return {"y": y, "counts": (count(query_mask), [count(value_mask)])}


class Outer(keras.layers.Layer):
    """Hands its arguments on to a sublayer."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.pair = Pair(name="pair")

    def call(self, inputs, scale=1.0, weight=None, training=False):
        result = self.pair(inputs["query"], value=inputs["rest"][0], scale=scale)
        y = result["y"] * weight + keras.ops.cast(training, "float32")
        return y, result["counts"]


def nests():
    """Structures in and out, extra arguments through sublayers, masks of several arguments, what a build records."""
    keras.backend.clear_session()
    words, others = np.array([[1, 2, 0], [3, 0, 0]]), np.array([[4, 0], [1, 1]])
    table = keras.layers.Embedding(5, 2, mask_zero=True, embeddings_initializer="ones")
    flat = lambda v: [array(x) for x in keras.tree.flatten(v)]  # noqa: E731
    pair = Pair(name="pair")
    result = {"masked": flat(pair(table(words), table(others), scale=2.0)), "given": flat(pair(table(words), table(others), query_mask=np.ones((2, 3), "bool")))}
    result["build_config"] = json.loads(json.dumps(pair.get_build_config()))
    result["one_build_config"] = json.loads(json.dumps(table.get_build_config()))
    outer = Outer(name="outer")
    x = {"query": np.arange(6, dtype="float32").reshape(1, 3, 2), "rest": [np.ones((1, 4, 3), "float32")]}
    weight = np.array([1.0, 2.0, 3.0], "float32")
    result["outer"] = flat(outer(x, scale=3.0, weight=weight))
    result["outer_training"] = flat(outer(x, scale=0.5, weight=weight, training=True))
    result["paths"] = [v.path for v in outer.weights]
    inputs = {"query": keras.Input((3, 2), name="query"), "rest": [keras.Input((4, 3), name="rest")]}
    y, counts = outer(inputs, scale=3.0, weight=keras.Input((3, 3), name="weight"))
    result["symbolic"] = [list(t.shape) for t in keras.tree.flatten((y, counts))]
    return result


def plots():
    """Boxes and edges of keras.utils.model_to_dot, which needs pydot."""
    import re

    def drawn(dot):
        names, labels, edges = {}, [], []

        def walk(graph):
            for node in graph.get_nodes():
                label = node.get_label()
                if label is None:
                    continue
                labels.append(label[1:-1])
                names[node.get_name().strip('"')] = re.search("<b>(.*?)</b>", label).group(1)
            for inner in graph.get_subgraphs():
                walk(inner)
            edges.extend(graph.get_edges())

        walk(dot)
        pairs = [[names[e.get_source().strip('"')], names[e.get_destination().strip('"')]] for e in edges]
        return {"labels": sorted(labels), "edges": sorted(pairs)}

    keras.backend.clear_session()
    L = keras.layers
    inner = keras.Sequential([keras.Input((4,), name="inside"), L.Dense(3, activation="relu", name="deep"), L.Dropout(0.5, name="drop")], name="inner")
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b", dtype="int32")
    shared = L.Dense(4, name="shared", trainable=False)
    x = L.Add(name="add")([shared(a), shared(L.Rescaling(2.0, name="scale")(b))])
    out = L.Concatenate(name="join")([inner(x), x])
    graph = keras.Model([a, b], [out, x], name="graph")
    everything = dict(show_shapes=True, show_dtype=True, show_layer_activations=True, show_trainable=True)
    dot = keras.utils.model_to_dot
    return {
        "graph": drawn(dot(graph, show_shapes=True)),
        "everything": drawn(dot(graph, **everything)),
        "expanded": drawn(dot(graph, show_shapes=True, expand_nested=True)),
        "bare": drawn(dot(inner, show_layer_names=True)),
        "chain": drawn(dot(inner, show_shapes=True)),
    }


def main():
    reference = {"metrics": metrics(), "attached": attached(), "random": random(), "losses": losses(), "nests": nests(), "plots": plots()}
    with open(os.path.join(HERE, "state_reference.json"), "w") as f:
        json.dump(reference, f, separators=(",", ":"))
        f.write("\n")


if __name__ == "__main__":
    main()
