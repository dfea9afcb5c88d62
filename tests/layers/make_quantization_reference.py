#!/usr/bin/env python3
"""Writes quantization_reference.json: layers that the real Keras quantized and adapted, for quantization_test.

    KERAS_BACKEND=jax python tests/layers/make_quantization_reference.py

Each case names a layer, its configuration, what is done with it once it is built, and holds its first weights, an
input, and then: the configuration, variables with their paths, the output, and what is saved. Arrays are {"dtype",
"shape", "data"}.
"""

import json
import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras  # noqa: E402
import numpy as np  # noqa: E402

L, Q = keras.layers, keras.quantizers
HERE = os.path.dirname(os.path.abspath(__file__))


def array(x):
    """An array as JSON."""
    x = np.asarray(x)
    return {"dtype": str(x.dtype), "shape": list(x.shape), "data": x.ravel().astype("float64").tolist()}


def numbers(shape, seed):
    return np.random.default_rng(seed).standard_normal(shape).astype("float32")


def per_channel(**kwargs):
    return Q.Int4QuantizationConfig(block_size=None, **kwargs)


def cases():
    """Name, layer, input, and what is done: configurations to quantize by, or ranks of an adaptation."""
    x = numbers((3, 7), 1)
    sequence = numbers((2, 3, 6), 2)
    words = np.array([[1, 0, 4], [5, 2, 2]], "int32")
    own = Q.Int8QuantizationConfig(
        weight_quantizer=Q.AbsMaxQuantizer(axis=0, value_range=(-100, 100)), activation_quantizer=Q.AbsMaxQuantizer(epsilon=1e-3)
    )
    dense = lambda **k: L.Dense(5, activation="tanh", name="layer", **k)  # noqa: E731
    heads = lambda **k: L.EinsumDense("abc,cde->abde", output_shape=(None, 2, 5), bias_axes="de", name="layer", **k)  # noqa: E731
    join = lambda **k: L.EinsumDense("axy,xyz->az", output_shape=4, name="layer", **k)  # noqa: E731
    table = lambda **k: L.Embedding(6, 5, name="layer", **k)  # noqa: E731
    return [
        ("dense_int8", dense(), x, ["int8"]),
        ("dense_int8_weights_only", dense(), x, [Q.Int8QuantizationConfig(activation_quantizer=None)]),
        ("dense_int8_own_quantizers", dense(), x, [own]),
        ("dense_int8_mixed", dense(dtype="mixed_bfloat16"), x, ["int8"]),
        ("dense_int4", dense(), x, ["int4"]),
        ("dense_int4_blocks", dense(), x, [Q.Int4QuantizationConfig(block_size=3)]),
        ("dense_int4_channels", dense(), x, [per_channel()]),
        ("dense_int4_inputs", dense(), x, [per_channel(activation_quantizer=Q.AbsMaxQuantizer())]),
        ("dense_float8", dense(), x, ["float8"]),
        ("dense_lora", dense(kernel_regularizer="l2"), x, [2]),
        ("dense_lora_int8", dense(), x, [2, "int8"]),
        ("dense_int8_lora", dense(), x, ["int8", 3]),
        ("dense_int4_lora", dense(), x, ["int4", 3]),
        ("einsum_int8", heads(), sequence, ["int8"]),
        ("einsum_int4", heads(), sequence, [Q.Int4QuantizationConfig(block_size=4)]),
        ("einsum_int4_inputs", heads(), sequence, [per_channel(activation_quantizer=Q.AbsMaxQuantizer())]),
        ("einsum_float8", heads(), sequence, ["float8"]),
        ("einsum_join_int8", join(), sequence, ["int8"]),
        ("einsum_join_int4", join(), sequence, ["int4"]),
        ("einsum_lora_int8", heads(), sequence, [2, "int8"]),
        ("embedding_int8", table(), words, ["int8"]),
        ("embedding_int4", table(), words, [Q.Int4QuantizationConfig(block_size=2)]),
        ("embedding_int4_channels", table(), words, [per_channel()]),
        ("embedding_lora_int8", table(), words, [2, "int8"]),
        ("conv_lora", L.Conv2D(4, 3, groups=2, name="layer"), numbers((2, 6, 5, 4), 3), [2]),
        ("reversible_int8", L.ReversibleEmbedding(6, 5, name="layer"), words, ["int8"]),
        ("reversible_untied_int4", L.ReversibleEmbedding(6, 5, tie_weights=False, name="layer"), words, [Q.Int4QuantizationConfig(block_size=2)]),
    ]


def record(layer, x, steps):
    """The layer before and after its steps."""
    given = keras.saving.serialize_keras_object(layer)
    layer(x)
    layer.set_weights([numbers(w.shape, k + 10) for k, w in enumerate(layer.weights)])
    before = [array(w) for w in layer.get_weights()]
    done = []
    for step in steps:
        if isinstance(step, int):
            layer.enable_lora(step, lora_alpha=3)
            for k, v in enumerate([v for v in layer.trainable_variables if "lora" in v.name]):
                v.assign(0.1 * numbers(v.shape, k + 20))
            done.append({"lora": step, "values": [array(v) for v in layer.trainable_variables if "lora" in v.name]})
        elif isinstance(step, str):
            layer.quantize(step)
            done.append({"quantize": step})
        else:
            layer.quantize(config=step)
            done.append({"quantize": keras.saving.serialize_keras_object(step)})
    store = {}
    layer.save_own_variables(store)
    return {
        "layer": given,
        "weights": before,
        "input": array(x),
        "steps": done,
        "config": keras.saving.serialize_keras_object(layer)["config"],
        "trainable": [v.path for v in layer.trainable_variables],
        "variables": [{"path": v.path, "value": array(v)} for v in layer.variables],
        "output": array(layer(x)),
        "saved": [array(store[k]) for k in sorted(store, key=int)],
    }


def fitted_cases():
    """Name, layer, input and configuration of gptq or awq."""
    x = numbers((3, 7), 1)
    sequence = numbers((2, 3, 6), 2)
    gptq = lambda **k: Q.GPTQConfig(dataset=None, tokenizer=None, **k)  # noqa: E731
    awq = lambda **k: Q.AWQConfig(dataset=None, tokenizer=None, **k)  # noqa: E731
    dense = lambda **k: L.Dense(5, activation="tanh", name="layer", **k)  # noqa: E731
    heads = lambda **k: L.EinsumDense("abc,cde->abde", output_shape=(None, 2, 5), bias_axes="de", name="layer", **k)  # noqa: E731
    join = lambda **k: L.EinsumDense("abcd,cde->abe", output_shape=(None, 7), bias_axes="e", name="layer", **k)  # noqa: E731
    flat = lambda **k: L.EinsumDense("abc,cd->abd", output_shape=(None, 5), name="layer", **k)  # noqa: E731
    return [
        ("dense_gptq", dense(), x, gptq(group_size=3)),
        ("dense_gptq_2_bits", dense(), x, gptq(weight_bits=2, group_size=-1, symmetric=True)),
        ("dense_gptq_8_bits", dense(use_bias=False), x, gptq(weight_bits=8, group_size=4)),
        ("dense_gptq_mixed", dense(dtype="mixed_bfloat16"), x, gptq(group_size=3)),
        ("dense_awq", dense(), x, awq(group_size=3)),
        ("dense_awq_whole", dense(), x, awq(group_size=-1, num_grid_points=5)),
        ("dense_awq_mixed", dense(dtype="mixed_bfloat16"), x, awq()),
        ("einsum_gptq", heads(), sequence, gptq(group_size=4)),
        ("einsum_gptq_3_bits", flat(), sequence, gptq(weight_bits=3)),
        ("einsum_gptq_join", join(), numbers((2, 3, 2, 5), 3), gptq(group_size=3)),
        ("einsum_awq", heads(), sequence, awq(group_size=2)),
        ("einsum_awq_join", join(), numbers((2, 3, 2, 5), 3), awq(group_size=4)),
    ]


def fitted(layer, x, config):
    """A layer as files have it, with weights as they are after a fit; Keras needs data to make them itself."""
    layer(x)
    layer.quantize(config.mode, config=config)
    rng = np.random.default_rng(5)
    made = {
        "kernel": lambda v: rng.integers(0, 256 if config.weight_bits in (4, 8) else 2**config.weight_bits, v.shape),
        "kernel_scale": lambda v: 0.05 + 0.1 * rng.random(v.shape),
        "kernel_zero": lambda v: rng.integers(0, 2**config.weight_bits, v.shape),
        "zero_point": lambda v: rng.integers(0, 2**config.weight_bits, v.shape),
        "awq_scales": lambda v: 0.5 + rng.random(v.shape),
        "g_idx": lambda v: rng.integers(0, layer.kernel_scale.shape[-1], v.shape),
        "bias": lambda v: rng.standard_normal(v.shape),
    }
    given = keras.saving.serialize_keras_object(layer)
    given.pop("build_config")
    again = keras.saving.deserialize_keras_object(given)
    again.build(x.shape)
    for v in again.weights:
        v.assign(made[v.name](v).astype(v.dtype if "float" not in v.dtype else "float32"))
    # What load_own_variables reads; save_own_variables of Keras 3.15 leaves the zero points out.
    named = {"quantized_kernel" if v.name == "kernel" else "kernel_zero" if v.name == "zero_point" else v.name: v for v in again.weights}
    names = [name for name in again.variable_serialization_spec[config.mode] if name in named]
    store = {str(k): np.asarray(named[name]) for k, name in enumerate(names)}
    again.load_own_variables(store)
    return {
        "layer": given,
        "input": array(x),
        "config": keras.saving.serialize_keras_object(again)["config"],
        "variables": [[v.path, str(v.dtype)] for v in again.weights],
        "output": array(again(x)),
        "saved": [array(store[k]) for k in sorted(store, key=int)],
    }


def derived():
    """A class derived from Dense, alone and in a model."""

    class Doubled(L.Dense):
        def call(self, x):
            return super().call(x) * 2

    model = keras.Sequential([keras.Input((4,)), Doubled(3), L.Dense(2)])
    doubled, plain = model.layers
    modes = lambda: [doubled.quantization_mode or "", plain.quantization_mode or ""]  # noqa: E731
    try:
        doubled.quantize("int8")
        alone = True
    except NotImplementedError:
        alone = False
    model.quantize("int8")
    checked = modes()
    doubled.quantize("int8", type_check=False)
    return {"layer": alone, "checked": checked, "unchecked": modes()}


def main():
    reference = {
        "quantization": {name: record(*rest) for name, *rest in cases()},
        "fitted": {name: fitted(*rest) for name, *rest in fitted_cases()},
        "derived": derived(),
    }
    with open(os.path.join(HERE, "quantization_reference.json"), "w") as f:
        json.dump(reference, f, separators=(",", ":"))
        f.write("\n")


if __name__ == "__main__":
    main()
