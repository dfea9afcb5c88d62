#!/usr/bin/env python3
"""Writes summary_reference.json: what the real Keras prints of models, for summary_test.

    KERAS_BACKEND=jax python tests/layers/make_summary_reference.py
"""

import json
import os

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ["COLUMNS"] = "80"

import keras  # noqa: E402
import numpy as np  # noqa: E402

L = keras.layers
HERE = os.path.dirname(os.path.abspath(__file__))


class Own(keras.Model):
    """A model whose calls Keras does not see."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.first, self.second = L.Dense(3, name="first"), L.Dense(2, name="second", trainable=False)

    def call(self, x):
        return self.second(self.first(x))


def models():
    """Those of summary_test."""
    inner = keras.Sequential([keras.Input((4,), name="inside"), L.Dense(3, name="deep"), L.Dropout(0.5, name="drop")], name="inner")
    middle = keras.Sequential([keras.Input((4,), name="between"), inner, L.Dense(2, name="wide_and_well_named_layer")], name="middle")
    chain = keras.Sequential([keras.Input((4,), name="i"), L.Dense(4, name="a", trainable=False), middle, L.Dense(1, name="b")], name="chain")
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    shared = L.Dense(4, name="shared", trainable=False)
    x = L.Add(name="add")([shared(a), shared(L.Rescaling(2.0, name="scale")(b))])
    part = keras.Input((4,), name="part")
    nested = keras.Model(part, [L.Dense(2, name="left")(part), L.ReLU(name="right")(part)], name="nested")
    graph = keras.Model([a, b], L.Concatenate(name="join")([*nested(x), x * 2.0]), name="graph")
    own = Own(name="own")
    own(np.ones((5, 4), "float32"))
    return chain, graph, own


def printed(model, **options):
    lines = []
    model.summary(print_fn=lambda text, **_: lines.append(text), **options)
    return "".join(lines)


def main():
    chain, graph, own = models()
    everything = {"expand_nested": True, "show_trainable": True}
    reference = {
        "chain": printed(chain),
        "chain_nested": printed(chain, expand_nested=True),
        "chain_trainable": printed(chain, show_trainable=True),
        "chain_everything": printed(chain, line_length=64, **everything),
        "chain_range": printed(chain, layer_range=("a", "mid")),
        "chain_range_backwards": printed(chain, layer_range=("b", "a$")),
        "graph": printed(graph),
        "graph_everything": printed(graph, **everything),
        "graph_range": printed(graph, layer_range=["s.+", "nest"], line_length=76, **everything),
        "graph_long": printed(graph, line_length=140),
        "graph_short": printed(graph, line_length=40),
        "own": printed(own, **everything),
    }
    with open(os.path.join(HERE, "summary_reference.json"), "w") as f:
        json.dump({"summaries": reference}, f, separators=(",", ":"))
        f.write("\n")


if __name__ == "__main__":
    main()
