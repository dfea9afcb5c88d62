"""Writes cases.json: applications of keras.ops, as saved graphs hold them, and their results.

    KERAS_BACKEND=jax python3 tests/ops/make_cases.py tests/ops/cases.json

Each case is one node of a functional model: its serialized form, its inputs
(with sizes of None where they are unknown), values for them, and what the real
Keras computes, on JAX.
"""

import json
import os
import sys

os.environ["KERAS_BACKEND"] = "jax"

import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import ops  # noqa: E402

rng = np.random.default_rng(7)
cases = []


class Spec:
    """An input: values, and which axes are unknown when the graph is built."""

    def __init__(self, value, dtype=None, unknown=(0,)):
        self.value = np.asarray(value)
        self.dtype = dtype or str(self.value.dtype)
        self.shape = [None if i in unknown else s for i, s in enumerate(self.value.shape)]


def f(*shape, dtype="float32", unknown=(0,), low=-2.0, high=2.0):
    return Spec(rng.uniform(low, high, shape).astype("float32"), dtype, unknown)


def i(*shape, low=0, high=5, dtype="int32", unknown=(0,)):
    return Spec(rng.integers(low, high, shape).astype(dtype), dtype, unknown)


def b(*shape, unknown=(0,)):
    return Spec(rng.integers(0, 2, shape).astype(bool), "bool", unknown)


def plain(value):
    array = np.asarray(value)
    dtype = str(array.dtype)
    if dtype == "bfloat16":
        array = array.astype("float32")
    flat = array.reshape(-1)
    if flat.dtype.kind == "f":
        flat = [float(f"{x:.9g}") if np.isfinite(x) else str(x) for x in flat.astype("float64")]
    else:
        flat = [int(x) for x in flat]
    return {"dtype": dtype, "shape": list(array.shape), "values": flat}


def case(function, *specs, rtol=1e-5, atol=1e-6):
    """function(*tensors): one operation of keras.ops."""
    keras.backend.clear_session()
    inputs = [
        keras.Input(batch_shape=spec.shape, dtype=spec.dtype, name=f"x{k}") for k, spec in enumerate(specs)
    ]
    try:
        outputs = function(*inputs)
    except Exception as error:  # Some of Keras's own combinations fail.
        print("left out:", len(cases), str(error).splitlines()[0], file=sys.stderr)
        return
    model = keras.Model(inputs, outputs)
    try:
        nodes = [layer for layer in model.get_config()["layers"] if layer["class_name"] != "InputLayer"]
    except NotImplementedError as error:  # Of some arguments.
        print("left out:", len(cases), str(error).strip().splitlines()[0], file=sys.stderr)
        return
    values = [keras.ops.cast(spec.value, spec.dtype) for spec in specs]
    try:
        results = keras.tree.flatten(model(values if len(values) > 1 else values[0]))
    except Exception as error:  # Some of Keras's own combinations fail.
        print("left out:", nodes[0]["class_name"], str(error).splitlines()[0], file=sys.stderr)
        return
    cases.append({
        "nodes": nodes,
        "results": [history for history in results_of(model)],
        "inputs": [
            {"name": f"x{k}", "shape": spec.shape, "value": plain(value)}
            for k, (spec, value) in enumerate(zip(specs, values))
        ],
        "outputs": [plain(result) for result in results],
        "rtol": rtol,
        "atol": atol,
    })


def results_of(model):
    for tensor in keras.tree.flatten(model.outputs):
        history = tensor._keras_history
        yield [history.operation.name, history.node_index, history.tensor_index]


def main(path):
    global rng
    for family in [define, define_statistics, define_sequences, define_algebra]:
        rng = np.random.default_rng(7)
        family()
    with open(path, "w") as out:
        out.write("[\n" + ",\n".join(json.dumps(one) for one in cases) + "\n]\n")
    print(len(cases), "cases", os.path.getsize(path), "bytes")


def define():
    low = dict(rtol=2e-2, atol=2e-2)
    # Arithmetic, with promotion and broadcasting.
    for function in [ops.add, ops.subtract, ops.multiply, ops.divide, ops.maximum, ops.minimum]:
        case(function, f(3, 4), f(3, 4))
        case(function, f(3, 4), i(3, 1))
        case(lambda x: function(x, 2), f(3, 4, dtype="bfloat16"), **low)
        case(lambda x: function(2.5, x), i(3, 4, low=1))
        case(function, f(3, 2, 4), f(4, unknown=()))
        case(function, i(3, 4, low=1, dtype="int8"), i(3, 4, low=1, dtype="uint8"))
        case(function, f(3, 4, dtype="float16"), f(3, 4, dtype="bfloat16"), **low)
    case(ops.add, b(3, 2), b(3, 2))
    case(ops.multiply, b(3, 2), i(3, 2))
    for function in [ops.floor_divide, ops.mod]:
        case(function, f(3, 4), f(3, 4, low=0.2, high=1.0))
        case(function, i(3, 4, low=-9, high=9), i(3, 4, low=1, high=4))
        case(lambda x: function(x, -3), i(3, 4, low=-9, high=9))
        case(lambda x: function(x, -0.75), f(3, 4))
    for exponent in [0, 1, 2, 3, -2, 0.5, 2.0]:
        case(lambda x: ops.power(x, exponent), f(3, 4, low=0.1))
    case(ops.power, i(3, 4, low=-3), i(3, 4, low=0))
    case(ops.power, f(3, 4, low=0.1), f(3, 4))
    case(lambda x: ops.power(x, 3), i(3, 4, low=-3))
    for function in [ops.arctan2, ops.logaddexp, ops.hypot, ops.heaviside, ops.fmod, ops.fmax, ops.fmin]:
        case(function, f(3, 4), f(3, 4))
    case(lambda x: ops.clip(x, -0.5, 0.5), f(3, 4))
    case(lambda x: ops.clip(x, 1, 3), i(3, 4))
    case(lambda x, y: ops.divide_no_nan(x, y), f(3, 4), i(3, 4, high=2))
    for function in [ops.bitwise_and, ops.bitwise_or, ops.bitwise_xor, ops.left_shift, ops.right_shift]:
        case(function, i(3, 4, low=0, high=100), i(3, 4, low=0, high=5))
    # Functions of one number.
    for function in [
        ops.exp, ops.expm1, ops.sin, ops.cos, ops.tan, ops.sinh, ops.cosh, ops.tanh, ops.arctan, ops.arcsinh,
        ops.floor, ops.ceil, ops.trunc, ops.abs, ops.sign, ops.square, ops.negative, ops.erf, ops.round, ops.exp2,
        ops.deg2rad, ops.signbit, ops.nan_to_num, ops.isfinite, ops.isnan, ops.isinf,
    ]:
        case(function, f(3, 5))
        if function not in (ops.erf, ops.nan_to_num):
            case(function, i(3, 5, low=-3))
    for function in [ops.sqrt, ops.rsqrt, ops.log, ops.log10, ops.log1p, ops.log2, ops.reciprocal, ops.arccosh]:
        case(function, f(3, 5, low=1.1, high=4.0))
        case(function, f(3, 5, low=1.1, high=4.0, dtype="float16"), **low)
    for function in [ops.arcsin, ops.arccos, ops.arctanh, ops.erfinv]:
        case(function, f(3, 5, low=-0.9, high=0.9))
    case(lambda x: ops.round(x, 2), f(3, 5))
    special = np.array([[np.nan, np.inf, -np.inf, 0.0, -0.0, 1.5]], "float32")
    for function in [ops.isnan, ops.isinf, ops.isfinite, ops.isposinf, ops.isneginf, ops.nan_to_num, ops.signbit,
                     ops.sign, ops.abs, ops.logical_not]:
        case(function, Spec(special))
    # Comparison, logic, choice, casts.
    for function in [ops.equal, ops.not_equal, ops.less, ops.less_equal, ops.greater, ops.greater_equal]:
        case(function, i(3, 4), i(3, 4))
        case(lambda x: function(x, 1.5), i(3, 4))
        case(function, f(3, 4), f(1, 4, unknown=()))
    for function in [ops.logical_and, ops.logical_or, ops.logical_xor]:
        case(function, b(3, 4), b(3, 4))
        case(function, f(3, 4), i(3, 1, high=2))
    case(ops.logical_not, b(3, 4))
    case(ops.where, b(3, 4), f(3, 4), i(3, 1))
    case(lambda c, x: ops.where(c, x, 0.0), b(3, 1), f(3, 4))
    case(lambda c, x: ops.where(c, 1, x), i(3, 4, high=2), i(3, 4))
    for dtype in ["float16", "bfloat16", "int32", "int64", "uint8", "bool", "float32"]:
        case(lambda x: ops.cast(x, dtype), f(3, 4, low=0, high=9), **low)
        case(lambda x: ops.cast(x, dtype), b(3, 4))
    case(lambda x: ops.saturate_cast(x, "uint8"), f(3, 4, low=-400, high=400))
    case(lambda x: ops.convert_to_tensor(x), b(3, 4))
    # Reductions.
    for function in [ops.sum, ops.mean, ops.max, ops.min, ops.prod, ops.var, ops.std, ops.logsumexp]:
        for axis in [None, 1, -1, (1, 2), (0, -1)]:
            case(lambda x: function(x, axis=axis, keepdims=axis == (1, 2)), f(2, 3, 4))
        case(lambda x: function(x, axis=1), f(2, 3, 4, dtype="bfloat16"), **low)
        if function is not ops.logsumexp:
            case(lambda x: function(x, axis=1), i(2, 3, 4, dtype="int8"))
            case(lambda x: function(x, axis=1), i(2, 3, 4, high=3))
    case(lambda x: ops.max(x, axis=-1, initial=0.5), f(2, 3))
    case(lambda x: ops.sum(x, axis=1), b(2, 3))
    case(lambda x: ops.mean(x, axis=(1, 2)), f(2, 3, 4, unknown=(0, 1, 2)))
    case(lambda x: ops.sum(x, axis=1), i(2, 3, dtype="uint8"))
    for function in [ops.any, ops.all]:
        case(lambda x: function(x, axis=-1), b(2, 3))
        case(lambda x: function(x), b(2, 3))
        case(lambda x: function(x, axis=(0, 1), keepdims=True), i(2, 3, high=2))
    case(lambda x: ops.count_nonzero(x, axis=1), i(3, 4, high=2))
    ties = np.array([[1, 3, 3, 2], [0, -1, -1, 0]], "float32")
    for function in [ops.argmax, ops.argmin]:
        for axis in [None, 0, -1]:
            case(lambda x: function(x, axis=axis), Spec(ties))
            case(lambda x: function(x, axis=axis, keepdims=True), i(3, 4, low=-4))
    for function in [ops.cumsum, ops.cumprod]:
        for axis in [None, 0, 1, -1]:
            case(lambda x: function(x, axis=axis), f(2, 3, 4))
        case(lambda x: function(x, axis=1), b(2, 5))
        case(lambda x: function(x, axis=1), i(2, 5, unknown=(0, 1)))
        case(lambda x: function(x, axis=1, dtype="int32"), f(2, 5))
    case(lambda x: ops.average(x, axis=1), f(3, 4))
    case(lambda x, w: ops.average(x, axis=1, weights=w), f(3, 4), f(4, low=0.1, unknown=()))
    case(lambda x: ops.moments(x, axes=[1]), f(3, 4))
    # Sorting.
    case(lambda x: ops.sort(x, axis=-1), f(3, 5))
    case(lambda x: ops.sort(x, axis=1), i(2, 5, 3))
    case(lambda x: ops.argsort(x, axis=-1), i(3, 6))
    case(lambda x: ops.top_k(x, 2), f(3, 5))
    case(lambda x: ops.top_k(x, 3), i(2, 3, 5))
    # Shapes.
    case(lambda x: ops.reshape(x, (-1, 6, 4)), f(2, 4, 6))
    case(lambda x: ops.reshape(x, (-1, 24)), f(2, 4, 6))
    case(lambda x: ops.reshape(x, (-1,)), f(2, 4))
    case(lambda x: ops.ravel(x), f(2, 4))
    case(lambda x: ops.transpose(x), f(2, 3, 4))
    case(lambda x: ops.transpose(x, (0, 2, 1)), f(2, 3, 4, unknown=(0, 1)))
    case(lambda x: ops.moveaxis(x, 1, 2), f(2, 3, 4))
    case(lambda x: ops.moveaxis(x, (0, 1), (-1, 0)), f(2, 3, 4))
    case(lambda x: ops.swapaxes(x, 1, -1), f(2, 3, 4))
    for axis in [0, 1, -1, (1, 3)]:
        case(lambda x: ops.expand_dims(x, axis), f(2, 3))
    case(lambda x: ops.squeeze(x, 1), f(2, 1, 3))
    case(lambda x: ops.squeeze(x), f(2, 1, 3, 1))
    case(lambda x: ops.flip(x, 1), f(2, 3))
    case(lambda x: ops.flip(x), f(2, 3))
    for shift, axis in [(1, 1), (-2, 0), ((1, 2), (0, 1)), (3, None), (7, 1)]:
        case(lambda x: ops.roll(x, shift, axis), f(2, 3))
    case(lambda x: ops.rot90(x, 1, (1, 2)), f(2, 3, 4))
    case(lambda x: ops.rot90(x, 3, (1, 2)), f(2, 3, 4))
    for axis in [0, 1, -1]:
        case(lambda x, y: ops.concatenate([x, y], axis), f(2, 3), f(2, 3))
        case(lambda x, y: ops.stack([x, y], axis), f(2, 3), i(2, 3))
    case(lambda x, y: ops.append(x, y, axis=1), f(2, 3), f(2, 1))
    case(lambda x, y: ops.hstack([x, y]), f(2, 3), f(2, 1))
    case(lambda x, y: ops.vstack([x, y]), f(2, 3), f(2, 3))
    case(lambda x: ops.split(x, 3, axis=1), f(2, 6))
    case(lambda x: ops.split(x, [1, 4], axis=1), f(2, 6))
    case(lambda x: ops.array_split(x, 4, axis=1), f(2, 6))
    case(lambda x: ops.unstack(x, axis=1), f(2, 3))
    case(lambda x: ops.repeat(x, 2, axis=-1), f(2, 3))
    case(lambda x: ops.repeat(x, 2), f(2, 3))
    case(lambda x: ops.repeat(x, [1, 0, 3], axis=1), f(2, 3))
    case(lambda x: ops.tile(x, (1, 2, 1)), f(2, 3, 4))
    case(lambda x: ops.tile(x, (2, 1, 1, 3)), f(2, 3, 4))
    case(lambda x: ops.broadcast_to(x, (4, 3)), f(1, 3, unknown=()))
    for mode in ["constant", "reflect", "symmetric", "edge", "wrap"]:
        case(lambda x: ops.pad(x, ((0, 0), (1, 1), (0, 2)), mode=mode), f(2, 4, 6))
        case(lambda x: ops.pad(x, ((0, 0), (7, 5)), mode=mode), f(2, 3))
    case(lambda x: ops.pad(x, ((0, 0), (1, 2)), mode="reflect"), f(2, 5, unknown=(0, 1)))
    case(lambda x: ops.pad(x, 1, constant_values=3), i(2, 3))
    # Parts.
    x = lambda: f(3, 4, 6)  # noqa: E731
    for key in [
        np.s_[:, 1:2], np.s_[:, 0], np.s_[:, -1], np.s_[..., 2], np.s_[:, None], np.s_[:, ::2], np.s_[:, ::-1],
        np.s_[:, 3:0:-2], np.s_[1:, :-1, -3:], np.s_[0], np.s_[-1], np.s_[:, 10:], np.s_[:, -10:2], np.s_[::2],
        np.s_[..., None, 1:5:3], np.s_[:, 2:1],
    ]:
        case(lambda t: t[key], x())
    case(lambda t: t[:, :2], f(3, 4, unknown=(0, 1)))
    case(lambda t: t[:, -2:], f(3, 4, unknown=(0, 1)))
    case(lambda t: t[:, 1:-1], f(3, 4, unknown=(0, 1)))
    case(lambda t: t[:, ::-1], f(3, 4, unknown=(0, 1)))
    case(lambda t, n: ops.take(t, n, axis=1), f(3, 4), i(2, 2, low=-3, high=3, unknown=()))
    case(lambda t, n: ops.take(t, n), f(3, 4), i(5, low=-3, high=11, unknown=()))
    case(lambda t, n: ops.take_along_axis(t, n, axis=-1), f(3, 4), i(3, 2, high=4))
    case(lambda t, n: ops.take_along_axis(t, n, axis=1), f(3, 4, 2), i(3, 2, 1, high=4))
    case(lambda t: ops.slice(t, (0, 1), (2, 2)), f(3, 4, unknown=()))
    case(lambda t, u: ops.slice_update(t, (1, 1), u), f(3, 4, unknown=()), f(2, 2, unknown=()))
    case(lambda t: ops.one_hot(t, 5), i(3, 2, low=-1, high=6))
    case(lambda t: ops.one_hot(t, 4, axis=1, dtype="int32"), i(3, 2))
    case(lambda t: ops.multi_hot(t, 6), i(3, 2))
    # New tensors.
    for function in [ops.zeros_like, ops.ones_like]:
        case(function, f(2, 3))
        case(lambda t: function(t, dtype="bool"), f(2, 3))
    case(lambda t: ops.full_like(t, 3), f(2, 3))
    for k in [0, 1, -2]:
        case(lambda t: ops.tril(t, k), f(2, 3, 4))
        case(lambda t: ops.triu(t, k), f(2, 3, 4))
        case(lambda t: ops.diagonal(t, offset=k, axis1=1, axis2=2), f(2, 3, 4))
        case(lambda t: ops.trace(t, offset=k, axis1=1, axis2=2), f(2, 3, 4))
        case(lambda t: ops.diag(t, k), f(3, unknown=()))
        case(lambda t: ops.diag(t, k), f(3, 4, unknown=()))
    case(lambda s, t: ops.meshgrid(s, t), f(3, unknown=()), f(2, unknown=()))
    # Products.
    case(ops.matmul, f(2, 3, 4), f(4, 5, unknown=()))
    case(ops.matmul, f(2, 3, 4), f(2, 4, 5))
    case(ops.matmul, f(2, 3), f(3, unknown=()))
    case(ops.matmul, f(3, unknown=()), f(2, 3, 4))
    case(ops.matmul, f(2, 1, 3, 4), f(5, 4, 2, unknown=()))
    case(ops.matmul, i(2, 3, dtype="int8"), i(3, 2, dtype="int8", unknown=()))
    case(ops.matmul, f(2, 3, dtype="bfloat16"), f(3, 4, dtype="bfloat16", unknown=()), **low)
    case(ops.dot, f(2, 3), f(4, 3, 5, unknown=()))
    case(ops.outer, f(3), f(2, unknown=()))
    case(ops.inner, f(2, 3), f(4, 3, unknown=()))
    case(ops.vdot, f(2, 3, unknown=()), f(2, 3, unknown=()))
    case(lambda x, y: ops.tensordot(x, y, axes=1), f(2, 3, 4), f(4, 5, unknown=()))
    case(lambda x, y: ops.tensordot(x, y, axes=[[1, 2], [1, 0]]), f(2, 3, 4), f(4, 3, 5, unknown=()))
    for equation, a, c in [
        ("bij,bjk->bik", (2, 3, 4), (2, 4, 5)), ("...x,xy->...y", (2, 3, 4), (4, 5)),
        ("abc,cd", (2, 3, 4), (4, 5)), ("btnh,bsnh->bnts", (2, 3, 2, 4), (2, 5, 2, 4)),
        ("bij,bij->b", (2, 3, 4), (2, 3, 4)), ("bi,bj->bij", (2, 3), (2, 4)), ("bij,k->bkji", (2, 3, 4), (2,)),
        ("...ij,...jk->...ik", (2, 3, 4), (1, 4, 5)), ("bi,jk->bi", (2, 3), (4, 5)),
    ]:
        case(lambda x, y: ops.einsum(equation, x, y), f(*a), f(*c, unknown=(0,) if c[0] == a[0] else ()))
    case(lambda x: ops.einsum("bii->b", x), f(2, 3, 3))
    case(lambda x: ops.einsum("bij->bji", x), f(2, 3, 4))
    case(lambda x: ops.einsum("bij->b", x), f(2, 3, 4))
    case(lambda x, y, z: ops.einsum("bi,ij,jk->bk", x, y, z), f(2, 3), f(3, 4, unknown=()), f(4, 5, unknown=()))
    # Activations and normalization.
    for name in [
        "relu", "relu6", "sigmoid", "sparse_sigmoid", "softplus", "softsign", "soft_shrink", "sparse_plus", "silu",
        "squareplus", "log_sigmoid", "leaky_relu", "hard_sigmoid", "hard_silu", "elu", "selu", "gelu", "celu", "glu",
        "tanh_shrink", "hard_tanh", "hard_shrink", "softmax", "log_softmax", "sparsemax",
    ]:
        case(getattr(ops, name), f(3, 6, low=-4, high=4))
        if name != "sparsemax":
            case(getattr(ops, name), f(3, 6, dtype="bfloat16", low=-4, high=4), **low)
    case(lambda t: ops.gelu(t, approximate=False), f(3, 6, low=-4, high=4))
    case(lambda t: ops.threshold(t, 0.3, -1.0), f(3, 6))
    case(lambda t: ops.softmax(t, axis=1), f(2, 3, 4))
    case(lambda t: ops.softmax(t, axis=(1, 2)), f(2, 3, 4))
    case(lambda t: keras.activations.relu(t, negative_slope=0.1, max_value=1.0, threshold=0.2), f(3, 6))
    for order in [1, 2, 3]:
        case(lambda t: ops.normalize(t, order=order), f(3, 6))
    case(lambda t, g, c: ops.layer_normalization(t, g, c), f(3, 6), f(6, unknown=()), f(6, unknown=()))
    case(lambda t, g: ops.rms_normalization(t, g), f(3, 6), f(6, unknown=()))
    case(lambda t, m, v, o, s: ops.batch_normalization(t, m, v, 1, o, s), f(2, 3, 4), f(3, unknown=()),
         f(3, unknown=(), low=0.1), f(3, unknown=()), f(3, unknown=()))
    # Convolution, pooling, attention, images.
    for padding in ["valid", "same"]:
        for data_format, shape in [("channels_last", (2, 7, 6, 4)), ("channels_first", (2, 4, 7, 6))]:
            settings = dict(padding=padding, data_format=data_format)
            case(lambda t, k: ops.conv(t, k, strides=2, **settings), f(*shape), f(3, 2, 4, 6, unknown=()))
            case(lambda t, k: ops.conv(t, k, dilation_rate=2, **settings), f(*shape), f(3, 2, 4, 6, unknown=()))
            case(lambda t, k: ops.depthwise_conv(t, k, strides=2, **settings), f(*shape), f(3, 3, 4, 2, unknown=()))
            case(lambda t, k: ops.conv_transpose(t, k, strides=2, **settings), f(*shape), f(3, 3, 5, 4, unknown=()))
            case(lambda t, d, p: ops.separable_conv(t, d, p, **settings), f(*shape), f(3, 3, 4, 2, unknown=()),
                 f(1, 1, 8, 3, unknown=()))
            for function in [ops.max_pool, ops.average_pool]:
                case(lambda t: function(t, 2, **settings), f(*shape))
                case(lambda t: function(t, (3, 2), strides=(2, 1), **settings), f(*shape))
        case(lambda t, k: ops.conv(t, k, padding=padding), f(2, 9, 3, unknown=(0, 1)), f(3, 3, 2, unknown=()))
        case(lambda t, k: ops.conv(t, k, strides=2, padding=padding), f(2, 9, 3, unknown=(0, 1)),
             f(3, 3, 2, unknown=()))
        case(lambda t: ops.average_pool(t, 3, strides=2, padding=padding), f(2, 8, 3, unknown=(0, 1)))
        case(lambda t, k: ops.conv(t, k, padding=padding), f(1, 4, 5, 3, 2), f(2, 3, 2, 2, 3, unknown=()))
    case(lambda t: ops.conv(t, np.linspace(-1, 1, 12).reshape(3, 2, 2).astype("float32")), f(2, 5, 2))
    attention = [f(2, 3, 4, 5), f(2, 6, 2, 5), f(2, 6, 2, 5)]
    case(lambda q, k, v: ops.dot_product_attention(q, k, v), *attention)
    case(lambda q, k, v: ops.dot_product_attention(q, k, v, is_causal=True), *attention)
    case(lambda q, k, v, m: ops.dot_product_attention(q, k, v, mask=m), *attention, b(2, 1, 3, 6))
    for interpolation in ["nearest", "bilinear", "bicubic", "lanczos3"]:
        for size in [(3, 4), (9, 13)]:
            for antialias in [False, True]:
                case(lambda t: ops.image.resize(t, size, interpolation=interpolation, antialias=antialias),
                     f(2, 6, 7, 2), rtol=1e-4, atol=1e-5)
    case(lambda t: ops.image.resize(t, (3, 4)), i(2, 6, 7, 2, high=255, dtype="uint8"), atol=1)
    case(lambda t: ops.image.resize(t, (3, 4), data_format="channels_first"), f(2, 2, 6, 7))
    case(lambda t: ops.image.resize(t, (4, 4), crop_to_aspect_ratio=True), f(2, 6, 9, 2))
    case(lambda t: ops.image.resize(t, (4, 4), pad_to_aspect_ratio=True, fill_value=0.5), f(2, 6, 9, 2))


def holes(*shape, dtype="float32"):
    """Numbers, some of them NaN, and a row of nothing else."""
    value = rng.uniform(-2, 2, shape).astype("float32")
    value[rng.uniform(size=shape) < 0.3] = np.nan
    value[-1] = np.nan
    return Spec(value, dtype)


def define_statistics():
    low = dict(rtol=2e-2, atol=2e-2)
    # Without NaN.
    for function in [ops.nansum, ops.nanprod, ops.nanmean, ops.nanvar, ops.nanstd, ops.nanmax, ops.nanmin]:
        for axis in [None, 1, (1, 2), (0, -1)]:
            case(lambda x: function(x, axis=axis, keepdims=axis == (1, 2)), holes(3, 4, 5))
        case(lambda x: function(x, axis=1), holes(3, 4, dtype="float16"), **low)
        case(lambda x: function(x, axis=1), holes(3, 4, dtype="bfloat16"), **low)
        case(lambda x: function(x, axis=1), i(2, 3, 4, dtype="int8"))
        case(lambda x: function(x, axis=1), i(2, 3, high=3))
    case(lambda x: ops.nansum(x, axis=1), b(2, 3))
    case(lambda x: ops.nansum(x, axis=1), i(2, 3, dtype="uint8"))
    for function in [ops.nanargmax, ops.nanargmin]:
        for axis in [None, 0, -1]:
            case(lambda x: function(x, axis=axis), holes(3, 4))
            case(lambda x: function(x, axis=axis, keepdims=True), holes(3, 4))
        case(lambda x: function(x, axis=1), i(3, 4, low=-4))
    for function in [ops.nancumsum, ops.nancumprod]:
        for axis in [None, 1]:
            case(lambda x: function(x, axis=axis), holes(3, 4))
        case(lambda x: function(x, axis=1), i(2, 5, dtype="int8"))
        case(lambda x: function(x, axis=1), b(2, 5))
        case(lambda x: function(x, axis=1, dtype="int32"), i(2, 5))
    # Quantiles.
    for function in [ops.median, ops.nanmedian]:
        for axis in [None, 1, -1, (1, 2), (0, -1)]:
            case(lambda x: function(x, axis=axis), f(3, 4, 5))
            case(lambda x: function(x, axis=axis, keepdims=True), holes(3, 4, 5))
        case(lambda x: function(x, axis=1), f(3, 5, dtype="bfloat16"), **low)
        case(lambda x: function(x, axis=1), i(3, 4))
        case(lambda x: function(x, axis=1), f(3, 5, unknown=(0, 1)))
    for method in ["linear", "lower", "higher", "midpoint", "nearest", "inverted_cdf"]:
        for function in [ops.quantile, ops.nanquantile]:
            case(lambda x: function(x, 0.3, axis=1, method=method), f(3, 5))
            case(lambda x: function(x, [0.0, 0.35, 1.0], axis=1, method=method), holes(3, 5))
        for function in [ops.percentile, ops.nanpercentile]:
            case(lambda x: function(x, 30.0, axis=1, method=method), f(3, 5))
            case(lambda x: function(x, [0.0, 35.0, 100.0], axis=1, method=method), holes(3, 5))
    for function in [ops.quantile, ops.nanquantile]:
        case(lambda x, q: function(x, q, axis=(0, 2), keepdims=True), f(3, 4, 5), f(2, low=0, high=1, unknown=()))
        case(lambda x, q: function(x, q), f(3, 4), f(low=0, high=1, unknown=()))
        case(lambda x: function(x, [0.2, 0.7], axis=None, keepdims=True), f(3, 4))
        case(lambda x: function(x, 0.4, axis=-1), i(3, 4, 5))
        case(lambda x: function(x, 0.4, axis=-1), f(3, 4, dtype="float16"), **low)
        case(lambda x: function(x, 0.9, axis=1), f(3, 6, unknown=(0, 1)))
    # Places and counts.
    rising = Spec(np.array([-1.0, -0.5, 0.0, 0.0, 0.7, 1.2], "float32"), unknown=())
    some = Spec(np.array([[-2.0, 0.0, 0.7], [3.0, np.nan, -0.5]], "float32"))
    for side in ["left", "right"]:
        case(lambda s, v: ops.searchsorted(s, v, side=side), rising, some)
        case(lambda s, v: ops.searchsorted(s, v, side=side), Spec(np.array([1, 2, 2, 5], "int32"), unknown=()),
             i(3, 2, high=7))
    case(lambda v: ops.searchsorted(np.array([0.0, 0.5, 1.0], "float32"), v), some)
    case(lambda x, s: ops.digitize(x, s), some, rising)
    case(lambda x: ops.digitize(x, np.array([1.0, 0.5, 0.0], "float32")), some)
    case(lambda x: ops.digitize(x, np.array([1, 3], "int32")), i(3, 4))
    case(lambda x: ops.histogram(x, bins=4), f(20))
    case(lambda x: ops.histogram(x, bins=3, range=(-1.0, 1.5)), f(20))
    case(lambda x: ops.histogram(x, bins=5), i(20, high=9, unknown=()))
    for invert in [False, True]:
        case(lambda x, y: ops.isin(x, y, invert=invert), i(3, 4), i(2, 2, unknown=()))
    case(lambda x: ops.unravel_index(x, (2, 3, 4)), i(3, 2, low=-30, high=30))
    case(lambda x: ops.argpartition(x, 2), f(3, 6))
    case(lambda x: ops.argpartition(x, 1, axis=1), i(2, 5, 3))
    case(lambda x: ops.argpartition(x, 3, axis=None), i(2, 4, unknown=()))
    # Segments.
    ids = Spec(np.array([0, 2, 2, -1, 5, 0], "int32"))
    for function in [ops.segment_sum, ops.segment_max, ops.segment_min, ops.segment_prod]:
        case(lambda x, s: function(x, s, num_segments=4), f(6, 3), ids)
        case(lambda x, s: function(x, s, num_segments=4), i(6, 2, 3), ids)
        case(lambda x, s: function(x, s, num_segments=3), f(6), ids)
    case(lambda x, s: ops.segment_sum(x, s, num_segments=4), f(6, 3, dtype="float16"), ids, **low)
    at = Spec(np.array([[0, 1], [2, -1], [0, 1], [7, 0], [1, 2]], "int32"))
    case(lambda n, v: ops.scatter(n, v, (3, 4)), at, f(5))
    case(lambda n, v: ops.scatter(n, v, (3, 4, 2)), at, f(5, 2))
    case(lambda n, v: ops.scatter(n, v, (4, 3)), Spec(np.array([[1], [3], [1]], "int32")), i(3, 3))
    for reduction in [None, "add", "max", "min", "mul"]:
        case(lambda x, n, v: ops.scatter_update(x, n, v, reduction=reduction), f(3, 4, unknown=()), at, f(5))
        case(lambda x, n, v: ops.scatter_update(x, n, v, reduction=reduction), i(3, 4, 2, unknown=()), at,
             i(5, 2, low=-5))


def define_sequences():
    low = dict(rtol=2e-2, atol=2e-2)
    # What of a real tensor is real.
    for function in [ops.real, ops.imag, ops.conj, ops.conjugate, ops.angle, ops.isreal]:
        case(function, f(3, 4))
        case(function, f(3, 4, dtype="bfloat16"), **low)
        case(function, i(3, 4, low=-3))
    case(ops.angle, Spec(np.array([[0.0, -0.0, np.inf, -np.inf, np.nan, -2]], "float32")))
    case(lambda x: ops.view(x, dtype="int32"), f(3, 4))
    case(lambda x: ops.view(x, dtype="uint16"), f(3, 4, dtype="float16"))
    case(lambda x: ops.array(x), f(3, 4))
    # Functions of numbers.
    case(ops.i0, f(3, 5, low=-20, high=20))
    case(ops.i0, f(3, 5, dtype="float16"), **low)
    case(ops.i0, i(3, 4))
    case(ops.ldexp, f(3, 5), i(3, 5, low=-6, high=6))
    case(ops.ldexp, f(2, 3), Spec(np.array([[140, -120, 127], [-100, 0, 1]], "int32")), rtol=1e-6, atol=0)
    case(ops.ldexp, i(2, 3), i(2, 3, low=-2, dtype="int8"))
    near = np.array([[0.0, 0.0, 1.0, -1.0, 1.0, np.nan], [2.0, -2.0, np.inf, 3.0, 1.0, 1.0]], "float32")
    toward = np.array([[1.0, 0.0, 2.0, 0.0, -1.0, 1.0], [2.0, -3.0, 0.0, np.nan, 1.5, 0.0]], "float32")
    case(ops.nextafter, Spec(near), Spec(toward), rtol=1e-8, atol=0)
    for function in [ops.gcd, ops.lcm]:
        case(function, i(3, 5, low=-40, high=40), i(3, 5, low=-40, high=40))
        case(function, i(3, 5, low=0, high=40, dtype="uint8"), i(5, low=0, high=40, dtype="int16", unknown=()))
        case(lambda x: function(x, 12), i(3, 5, low=0, high=100))
    case(lambda c, d, x, y: ops.select([c, d], [x, y]), b(3, 4), b(3, 4), f(3, 4), i(3, 4))
    case(lambda c, d, x, y: ops.select([c, d], [x, y], 2.5), b(3, 1), b(3, 4), f(3, 4, dtype="float16"), f(3, 4),
         **low)
    case(lambda c, x: ops.select([c], [x], x + 1), b(3, 4), f(3, 4))
    case(lambda x, y: ops.allclose(x, y, atol=1.0), f(3, 4), f(3, 4))
    case(lambda x: ops.allclose(x, x), f(3, 4))
    # Sequences.
    for n, axis in [(1, -1), (1, 0), (2, 1), (0, 1), (9, 1)]:
        case(lambda x: ops.diff(x, n=n, axis=axis), f(4, 5))
    case(lambda x: ops.diff(x), b(3, 5))
    case(lambda x: ops.diff(x, axis=1), i(2, 5, 3, dtype="int8"))
    case(lambda x: ops.diff(x, axis=1), f(3, 5, unknown=(0, 1)))
    case(lambda y: ops.trapezoid(y), f(3, 5))
    case(lambda y: ops.trapezoid(y, dx=0.5, axis=1), f(3, 5, 2))
    case(lambda y: ops.trapezoid(y, x=[0.0, 0.5, 2.0, 2.5]), i(3, 4))
    for mode in ["valid", "same", "full"]:
        case(lambda x, y: ops.correlate(x, y, mode=mode), f(7, unknown=()), f(3, unknown=()))
        case(lambda x, y: ops.correlate(x, y, mode=mode), f(4, unknown=()), f(6, unknown=()))
        case(lambda x, y: ops.correlate(x, y, mode=mode), i(5, unknown=()), i(2, unknown=()))
    case(lambda x: ops.extract_sequences(x, 4, 3), f(3, 11))
    case(lambda x: ops.extract_sequences(x, 3, 1), f(2, 3, 6, unknown=(0, 1)))
    # Evenly spaced numbers.
    for function in [ops.linspace, ops.logspace]:
        case(lambda x, y: function(x, y, num=5), f(3), f(3))
        case(lambda x, y: function(x, y, num=4, endpoint=False, axis=-1), f(3, 2), f(2, unknown=()))
        case(lambda x: function(x, 2.0, num=3, axis=1), f(3, 2))
        case(lambda x: function(0, x, num=6, dtype="int32"), f(3, low=1, high=3))
        case(lambda x, y: function(x, y, num=3), i(3), f(3, dtype="float16"), **low)
        case(lambda x: function(x, 4, num=1), i(3))
        case(lambda x: function(x, 4, num=0), f(3))
    case(lambda x, y: ops.logspace(x, y, num=5, base=2), f(3), f(3))
    case(lambda x, y: ops.geomspace(x, y, num=5), f(3, low=0.5, high=2), f(3, low=3, high=9))
    case(lambda x: ops.geomspace(x, -8.0, num=4, endpoint=False, axis=1), f(3, low=-2, high=-1))
    # Shapes.
    case(lambda x: ops.multiply(x, ops.size(x)), f(3, 4))
    case(lambda x: ops.add(x, ops.ndim(x)), f(3, 4))
    case(lambda x: ops.full((2, 3), x), f(unknown=()))
    case(lambda x: ops.full((2, 3), x, dtype="int32"), f(3, unknown=()))
    case(lambda x: ops.diagflat(x, 1), f(3, unknown=()))
    case(lambda x: ops.diagflat(x, -2), i(2, 3, unknown=()))
    case(lambda x, y: ops.dstack([x, y]), f(2, 3), f(2, 3))
    case(lambda x, y: ops.dstack([x, y]), f(3, unknown=()), i(3, unknown=()))
    case(lambda x, y: ops.dstack([x, y]), f(2, 3, 2), f(2, 3, 1))
    case(lambda x: ops.hsplit(x, 2), f(3, 4))
    case(lambda x: ops.hsplit(x, [1]), f(4, unknown=()))
    case(lambda x: ops.vsplit(x, [1, 3]), f(4, 2, unknown=()))
    case(lambda x: ops.dsplit(x, 3), f(2, 4, 6))
    # Images.
    for settings in [dict(kernel_size=2), dict(kernel_size=(3, 2), dilation=(1, 2), padding=(1, 0), stride=2),
                     dict(kernel_size=3, padding=1)]:
        case(lambda x: ops.unfold(x, **settings), f(2, 3, 6, 5))
    case(lambda x: ops.fold(x, (4, 4), 2, stride=2), f(2, 8, 4))
    case(lambda x: ops.fold(x, (5, 6), (3, 2), padding=(1, 0), dilation=(1, 2), stride=1), f(2, 12, 20))
    for data_format, deep, wide in [("channels_last", (2, 3, 2, 8), (2, 4, 6, 3)),
                                    ("channels_first", (2, 8, 3, 2), (2, 3, 4, 6))]:
        case(lambda x: ops.depth_to_space(x, 2, data_format=data_format), f(*deep))
        case(lambda x: ops.space_to_depth(x, 2, data_format=data_format), f(*wide))
    for function in [ops.adaptive_max_pool, ops.adaptive_average_pool]:
        case(lambda x: function(x, (3, 2), data_format="channels_last"), f(2, 7, 5, 3))
        case(lambda x: function(x, (3, 2), data_format="channels_first"), f(2, 3, 7, 5))
        case(lambda x: function(x, 4, data_format="channels_last"), f(2, 7, 3))
    case(lambda x, y: ops.psnr(x, y, max_val=2.0), f(2, 3, 4), f(2, 3, 4))
    # Crossentropies.
    for logits in [False, True]:
        bounds = dict(low=-2, high=2) if logits else dict(low=0.05, high=0.95)
        case(lambda t, p: ops.binary_crossentropy(t, p, from_logits=logits), f(3, 4, low=0, high=1), f(3, 4, **bounds))
        case(lambda t, p: ops.categorical_crossentropy(t, p, from_logits=logits), f(3, 4, low=0, high=1),
             f(3, 4, **bounds))
        case(lambda t, p: ops.categorical_crossentropy(t, p, from_logits=logits, axis=1), f(3, 4, 2, low=0, high=1),
             f(3, 4, 2, **bounds))
        case(lambda t, p: ops.sparse_categorical_crossentropy(t, p, from_logits=logits), i(3, high=4),
             f(3, 4, **bounds))
        case(lambda t, p: ops.sparse_categorical_crossentropy(t, p, from_logits=logits), i(3, 2, 1, high=4),
             f(3, 2, 4, **bounds))


def define_algebra():
    case(ops.kron, f(2, 3, unknown=()), f(4, 2, unknown=()))
    case(ops.kron, f(2, 3), i(2, 2))
    case(ops.kron, f(3), f(2, unknown=()))
    case(ops.cross, f(3, 3), f(3, 3))
    case(ops.cross, f(4, 2), f(4, 2))
    case(ops.cross, f(4, 2), f(4, 3))
    case(lambda x, y: ops.cross(x, y, axisa=1, axisb=2, axisc=0), f(4, 3, 5), i(4, 5, 3))
    case(lambda x, y: ops.cross(x, y, axis=1), f(4, 3, 5), f(4, 3, 5))
    case(lambda x: ops.vander(x), f(4, unknown=()))
    case(lambda x: ops.vander(x, 3, increasing=True), f(4))
    case(lambda x: ops.vander(x, 5), i(3, low=1))
    case(ops.cdist, f(2, 3, 4), f(2, 5, 4))
    case(ops.corrcoef, f(3, 6, unknown=()))
    case(ops.corrcoef, i(3, 6, unknown=()))
    # Factorizations.
    near = dict(rtol=2e-4, atol=2e-5)
    definite = lambda *shape: spd(*shape)  # noqa: E731
    for function in [ops.det, ops.inv, ops.slogdet, ops.logdet, ops.lu_factor]:
        for shape in [(4, 4), (3, 3, 3), (2, 1, 6, 6), (5, 1, 1)]:
            case(function, f(*shape, unknown=(0,) if len(shape) > 2 else ()), **near)
    case(ops.det, Spec(np.array([[1, 2], [2, 4]], "float32"), unknown=()), **near)
    case(ops.slogdet, Spec(np.zeros((3, 3), "float32"), unknown=()), **near)
    case(ops.det, i(3, 3, unknown=()), **near)
    case(ops.lu_factor, f(2, 5, 3), **near)
    case(ops.lu_factor, f(2, 3, 5), **near)
    case(ops.solve, f(4, 4, unknown=()), f(4, unknown=()), **near)
    case(ops.solve, f(4, 4, unknown=()), f(4, 2, unknown=()), **near)
    case(ops.solve, f(3, 4, 4), f(3, 4, 2), **near)
    for lower in [False, True]:
        case(lambda a, b: ops.solve_triangular(a, b, lower=lower), definite(4, 4), f(4, unknown=()), **near)
        case(lambda a, b: ops.solve_triangular(a, b, lower=lower), definite(3, 4, 4), f(3, 4, 2), **near)
    for upper in [False, True]:
        case(lambda x: ops.cholesky(x, upper=upper), definite(4, 4), **near)
        case(lambda x: ops.cholesky(x, upper=upper), definite(3, 5, 5), **near)
        case(lambda x: ops.cholesky_inverse(x, upper=upper), Spec(np.array(
            [[1.0, 0.5, 0.2], [0.5, 2.0, -0.3], [0.2, -0.3, 1.5]], "float32"), unknown=()), **near)
    for mode in ["reduced", "complete"]:
        for shape in [(4, 4), (3, 5, 3), (2, 3, 5)]:
            case(lambda x: ops.qr(x, mode=mode), f(*shape, unknown=(0,) if len(shape) > 2 else ()), **near)
    for order in [None, 0, 1, 2, 3, -1, 0.5, np.inf, -np.inf]:
        case(lambda x: ops.norm(x, ord=order, axis=1), f(3, 4, 2))
        case(lambda x: ops.norm(x, ord=order, axis=-1, keepdims=True), i(3, 4, low=-3))
    for order in [None, "fro", 1, -1, np.inf, -np.inf]:
        case(lambda x: ops.norm(x, ord=order, axis=(1, 2)), f(3, 4, 2))
        case(lambda x: ops.norm(x, ord=order, axis=(2, 0), keepdims=True), f(3, 4, 2))
    case(lambda x: ops.norm(x), f(3, 4, 2))
    case(lambda x: ops.norm(x, ord=1), f(3, 4))
    # Python writes the infinite ones into a configuration as no JSON number is written.
    case(lambda x: ops.clip(x, 0.25, np.inf), f(3, 4))
    case(lambda x: ops.maximum(x, -np.inf), f(3, 4))
    case(lambda x: ops.nan_to_num(x, nan=1.0, posinf=2.0, neginf=-np.inf), f(3, 4))


def spd(*shape):
    """Symmetric and positive definite matrices."""
    half = rng.uniform(-1, 1, shape).astype("float32")
    value = half @ np.swapaxes(half, -1, -2) + np.eye(shape[-1], dtype="float32")
    return Spec(value, unknown=(0,) if len(shape) > 2 else ())


if __name__ == "__main__":
    main(sys.argv[1])
