#!/usr/bin/env python3
"""Writes policy_reference.json: what the real Keras makes of dtype policies by path, and of the arguments of calls.

    KERAS_BACKEND=jax python tests/layers/make_policy_reference.py

`patterns` are regular expressions with a text, and whether Python's re.fullmatch, re.match and re.search match it;
`policies` are layers whose dtype is a DTypePolicyMap; `calls` are the parameters of every class's call, and calls by
name with the error that they are.
"""

import inspect
import json
import os
import re

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras  # noqa: E402
import numpy as np  # noqa: E402

L = keras.layers
HERE = os.path.dirname(os.path.abspath(__file__))
Map = keras.dtype_policies.DTypePolicyMap


def array(x):
    """An array as JSON."""
    x = np.asarray(x)
    return {"dtype": str(x.dtype), "shape": list(x.shape), "data": x.ravel().astype("float64").tolist()}


def numbers(shape, seed):
    return np.random.default_rng(seed).standard_normal(shape).astype("float32")


def patterns():
    """Every expression on every text."""
    texts = ["", "dense", "dense_1", "encoder/layer_0/dense", "encoder/layer_12/attention/query", "a.b", "aaab", "ab\n", "größe", "x y-z", "DENSE", "{a}"]
    expressions = [
        "dense", ".*", "encoder/.*", "encoder", "dense_?[0-9]*", r"encoder/layer_\d+/.+", r"encoder/layer_\d{2}/.*", "dense|encoder.*", "(a|b)*",
        "(?:a|ab)*b", "a+?b", "a{2,3}b", "a{,3}b", "a{3}b", "[a-e]+", "[^/]*", r"[^/]+/[^/]+/dense$", "^dense$", r"\w+", r"\W", r"\s", r"\S+", r"a\.b",
        ".", "...", "a..b", r"\bdense\b", r"\Bense", r"ab\Z", "ab$", r"[\d_]+", "[]a]+", "[a-]+", "gr.ße", "gr..e", "[ö-ü]", "()", "(|a)+b", "(a*)*b", "a{", "{a}",
        "a{x}", "(?P<name>a+)b", "((((a))))+b", "x y", "(?:)", "a?a?a?aaa", "(a?){20}b", "^", "$", "^$", "query$", r"\D+\Z",
    ]  # fmt: skip
    rows = []
    for expression in expressions:
        found = re.compile(expression)
        rows += [[expression, text, [m(text) is not None for m in (found.fullmatch, found.match, found.search)]] for text in texts]
    wrong = ["(", ")", "a)", "[a", "*", "+a", "a**", "a{3,2}", "[z-a]", "\\", "(?P<n", "a|*"]
    for expression in wrong:
        try:
            re.compile(expression)
        except re.error:
            continue
        raise ValueError(expression)
    return {"rows": rows, "wrong": wrong}


def policy(layer, call):
    """A layer before and after it is built, and what it computes then."""
    given = keras.saving.serialize_keras_object(layer)
    call()
    for k, v in enumerate(w for w in layer.weights if w.name != "g_idx"):
        v.assign(np.arange(np.prod(v.shape), dtype="float32").reshape(v.shape) % 7 - 3 if "int8" in str(v.dtype) else numbers(v.shape, k))
    return {
        "layer": given,
        "config": keras.saving.serialize_keras_object(layer)["config"],
        "variables": [{"path": v.path, "value": array(v)} for v in layer.variables],
        "output": array(call()),
    }


def policies():
    """Layers with a map as their dtype; the first call of Keras casts by the default, so the second counts."""
    x, sequence = numbers((2, 4), 1), numbers((1, 3, 4), 2)
    get = keras.dtype_policies.get
    made = {}

    def add(name, layer, *inputs):
        made[name] = dict(policy(layer, lambda: layer(*inputs)), input=array(inputs[0]))

    add("exact", L.Dense(3, name="d", dtype=Map("float32", {"d": get("bfloat16"), ".*": get("float16")})), x)
    add("expression", L.Dense(3, name="d", dtype=Map(get("float32"), {"[a-d]": get("mixed_bfloat16"), "e/.*": get("float16")})), x)
    add("default", L.Dense(3, name="d", dtype=Map("mixed_float16", {"e": get("float32")})), x)
    add("quantized", L.Dense(3, name="d", dtype=Map("float32", {"d": get("int8_from_float32")})), x)
    add("int4", L.Dense(3, name="d", dtype=Map("float32", {"d": get("int4/2_from_float32")})), x)
    heads = {"m/query": get("int8_from_float32"), "m/.*_output": get("bfloat16"), "m/key": get("mixed_bfloat16")}
    add("sublayers", L.MultiHeadAttention(2, 3, name="m", dtype=Map("float32", heads)), sequence, sequence)
    keras.config.set_dtype_policy(Map("float32", {"s/a": get("float16"), "s/b/.*": get("bfloat16")}))
    inner = keras.Sequential([L.Dense(2, name="c"), L.Activation("tanh", name="t")], name="b")
    model = keras.Sequential([keras.Input((4,), name="i"), L.Dense(3, name="a"), inner, L.Dense(2, name="d")], name="s")
    add("of_process", model, x)
    keras.config.set_dtype_policy("float32")
    unnamed = Map(policy_map={"d": get("int8_from_float32"), "e": get("int4/8_from_float32")})
    layer = L.Dense(3, name="d", dtype=Map("float32", {"d": get("bfloat16")}))
    layer(x)
    layer.dtype_policy = "float16"
    return {
        "layers": made,
        "without_default": keras.saving.serialize_keras_object(unnamed),
        "after_setting": keras.saving.serialize_keras_object(layer)["config"]["dtype"],
    }


def parameters(layer_class):
    """Those of its call but training, those without a default, and whether it takes others."""
    kinds = inspect.Parameter
    own = list(inspect.signature(layer_class.call).parameters.values())[1:]
    named = [p for p in own if p.kind == kinds.POSITIONAL_OR_KEYWORD and p.name != "training"]
    return {
        "names": [p.name for p in named],
        "required": sum(p.default is kinds.empty for p in named),
        "takes_others": any(p.kind == kinds.VAR_KEYWORD for p in own),
    }


def calls():
    """Parameters by class, and the error of calls that policy_test makes under the same names."""
    classes = [c for _, c in inspect.getmembers(L, inspect.isclass) if issubclass(c, L.Layer) and c.__module__.startswith("keras.src.layers")]
    x = np.ones((2, 3, 4), "float32")
    model = keras.Sequential([keras.Input((3, 4)), L.Dense(2)])
    state = np.ones((2, 2), "float32")
    made = {
        "a tensor by name": lambda: L.Dense(2)(inputs=x),
        "a flag by position": lambda: L.Dense(2)(x, True),
        "a number as the input": lambda: L.Dense(2)(3.0),
        "a list of numbers": lambda: L.Dense(2)([1.0, 2.0]),
        "a number among tensors": lambda: L.Add()([x, 3.0]),
        "a name it does not take": lambda: L.Dense(2)(x, scale=1.0),
        "a mask it does not take": lambda: L.Dense(2)(x, mask=None),
        "a mask it takes": lambda: L.Softmax()(x, mask=np.ones((2, 3, 4), "bool")),
        "no input": lambda: L.Dense(2)(),
        "one of two": lambda: L.MultiHeadAttention(2, 2)(x),
        "two of two": lambda: L.MultiHeadAttention(2, 2)(x, value=x),
        "a flag by name": lambda: L.MultiHeadAttention(2, 2)(x, x, return_attention_scores=True),
        "an argument twice": lambda: L.Dense(2)(x, inputs=x),
        "two for one": lambda: L.Softmax()(x, None, x),
        "a nest of both": lambda: L.LSTM(2)(x, initial_state=[state, 3.0]),
        "a nest of tensors": lambda: L.LSTM(2)(x, initial_state=[state, state]),
        "any name of a model": lambda: model(x, scale=1.0),
        "training of any layer": lambda: L.Dense(2)(x, training=True),
    }
    errors = {}
    for name, call in made.items():
        try:
            call()
            errors[name] = None
        except (TypeError, ValueError) as error:
            errors[name] = str(error)
    return {"parameters": {c.__name__: parameters(c) for c in classes}, "errors": errors}


def main():
    reference = {"patterns": patterns(), "policies": policies(), "calls": calls()}
    with open(os.path.join(HERE, "policy_reference.json"), "w") as f:
        json.dump(reference, f, separators=(",", ":"))
        f.write("\n")


if __name__ == "__main__":
    main()
