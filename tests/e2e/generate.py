"""Writes testdata/: archives of every form that Keras writes, with inputs and Keras's outputs, and archives that are wrong in one
way each.

    pip install keras jax h5py
    python tests/e2e/generate.py
"""
import io
import json
import os
import struct
import zipfile

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ["COLUMNS"] = "80"  # of summaries

import h5py
import keras
import numpy as np
from keras import layers, ops
from keras.src.saving import saving_lib

# Code in a file names the file that it was compiled from: here none.
DOUBLE = eval("lambda x: x * 2")
OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "testdata")


def read(path):
    with zipfile.ZipFile(path) as z:
        return {n: z.read(n) for n in z.namelist()}


def write(name, members):
    with zipfile.ZipFile(os.path.join(OUT, name + ".keras"), "w", zipfile.ZIP_DEFLATED) as z:
        for member, content in members.items():
            if member == "metadata.json":  # the same files every time
                content = json.dumps(json.loads(content) | {"date_saved": "2024-01-01@00:00:00"})
            z.writestr(zipfile.ZipInfo(member, (2024, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)


def summaries():
    """What Keras prints of the model of the examples."""
    digits = keras.saving.load_model(os.path.join(OUT, "..", "..", "..", "examples", "digits", "digits.keras"))
    some = dict(expand_nested=True, show_trainable=True, layer_range=["conv2d_1", "drop.*"], line_length=70)
    for name, options in (("digits_summary", {}), ("digits_summary_options", some)):
        lines = []
        digits.summary(print_fn=lambda text, **_: lines.append(text), **options)
        with open(os.path.join(OUT, name + ".txt"), "w") as f:
            f.write("".join(lines))


def with_weights(members, change):
    """The archive with its HDF5 file changed by change(file)."""
    store = io.BytesIO(members["model.weights.h5"])
    with h5py.File(store, "r+") as f:
        change(f)
    return members | {"model.weights.h5": store.getvalue()}


def vars_of(f):
    return f["layers/dense/vars"]


def replace(data):
    def change(f):
        del vars_of(f)["0"]
        vars_of(f)["0"] = data
    return change


def missing(f): del vars_of(f)["1"]
def surplus(f): vars_of(f)["2"] = np.zeros(3, np.float32)
def missing_layer(f): del f["layers/dense"]


def surplus_layer(f): f["layers/dense_1/vars/0"] = np.zeros(3, np.float32)


def hard_link_loop(f):
    f["layers/dense/vars/again"] = f["layers"]


def external_link(f):
    del vars_of(f)["0"]
    vars_of(f)["0"] = h5py.ExternalLink("/etc/hostname", "/kernel")


def external_storage(f):
    del vars_of(f)["0"]
    vars_of(f).create_dataset("0", (4, 3), "f4", external=[("/etc/hostname", 0, 48)])


def virtual(f):
    del vars_of(f)["0"]
    layout = h5py.VirtualLayout((4, 3), "f4")
    layout[:] = h5py.VirtualSource("/etc/hostname", "kernel", (4, 3), "f4")
    vars_of(f).create_virtual_dataset("0", layout)


def soft_link_loop(f):
    del vars_of(f)["0"]
    vars_of(f)["0"] = h5py.SoftLink("/layers/dense/vars/0")


def absurd_size(f):
    del vars_of(f)["0"]
    vars_of(f).create_dataset("0", (1 << 40, 1 << 20), "f4", chunks=(1024, 1024))


def bomb(f):
    """Compressed zeros: 1 GB that take a megabyte."""
    del vars_of(f)["0"]
    vars_of(f).create_dataset("0", (1 << 14, 1 << 14), "f4", compression="gzip", compression_opts=9, chunks=(4096, 4096),
                              fillvalue=0)[:4096, :4096] = 0


def graph(policy=None):
    """Two inputs, two outputs, a shared layer, a nested model with an optimizer of its own, operations of keras.ops."""
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    shared = layers.Dense(3, activation="relu", name="shared", dtype=policy)
    inner = keras.Sequential([keras.Input((6,)), layers.Dense(5, dtype=policy), layers.Dropout(0.5, seed=3), layers.BatchNormalization()],
                             name="inner")
    inner.compile("adam", "mse")
    joined = ops.concatenate([shared(a), shared(b)], axis=-1)
    first = inner(joined)
    second = layers.Dense(2, name="second")(ops.tanh(first[:, 1:4] * 2.0 + 1.0))
    model = keras.Model([b, a], [second, ops.sum(first, axis=-1)], name="graph")
    model.compile("adam", "mse")
    return model


def sizes():
    """Unknown height and width."""
    x = keras.Input((None, None, 2), name="image")
    y = layers.Conv2D(3, 3, padding="same", activation="relu")(x)
    y = layers.MaxPooling2D(2)(y)
    return keras.Model(x, [layers.GlobalAveragePooling2D()(y), y], name="sizes")


def record(name, model, *batches):
    """Inputs by name and outputs by number of each batch, as <name>.<k>.npz and <name>.<k>.out.npz."""
    for k, batch in enumerate(batches):
        np.savez(os.path.join(OUT, f"{name}.{k}.npz"), **batch)
        results = model({i.name: batch[i.name] for i in model.inputs} if len(batch) > 1 else next(iter(batch.values())))
        np.savez(os.path.join(OUT, f"{name}.{k}.out.npz"), **{str(n): np.asarray(y) for n, y in enumerate(keras.tree.flatten(results))})


def packed(members):
    """The weights in chunks, by every filter that HDF5 brings along."""
    def change(f):
        names = []
        f.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
        for name in names:
            value = f[name][()]
            if value.ndim:
                del f[name]
                f.create_dataset(name, data=value, chunks=tuple((n + 1) // 2 for n in value.shape), compression="gzip", shuffle=True,
                                 fletcher32=True)
    return with_weights(members, change)


def old_names(members):
    """As Keras 2.13 named the list of layers."""
    def change(f):
        f.move("layers", "_layer_checkpoint_dependencies")
        f.move("_layer_checkpoint_dependencies/sequential/layers", "_layer_checkpoint_dependencies/sequential/_layer_checkpoint_dependencies")
    return with_weights(members, change)


def reordered(members):
    config = json.loads(members["config.json"])
    config["config"]["layers"].reverse()
    return members | {"config.json": json.dumps(config)}


def save(name, model, weights_format="h5"):
    path = os.path.join(OUT, name + ".keras")
    saving_lib.save_model(model, path, weights_format=weights_format)
    write(name, read(path))
    return read(path)


def forms():
    """The same models in every form."""
    keras.utils.set_random_seed(2)
    rng = np.random.default_rng(5)
    model = graph()
    batch = {name: rng.standard_normal((3, 4)).astype("float32") for name in "ab"}
    model.fit([batch["b"], batch["a"]], [np.ones((3, 2)), np.ones(3)], epochs=20, verbose=0)
    record("graph", model, batch)
    members = save("graph", model)
    save("npz", model, "npz")
    write("compressed", packed(members))
    write("old_names", old_names(members))
    write("reordered", reordered(members))
    half = graph("bfloat16")
    half.set_weights(model.get_weights())
    record("half", half, batch)
    save("half", half)
    save("half_npz", half, "npz")
    model = sizes()
    record("sizes", model, *({"image": rng.standard_normal(shape).astype("float32")} for shape in ((1, 4, 6, 2), (2, 7, 5, 2))))
    save("sizes", model)


def main():
    os.makedirs(OUT, exist_ok=True)
    summaries()
    forms()
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((4,), name="x"), layers.Dense(3, name="dense")], name="small")
    path = os.path.join(OUT, "good.keras")
    model.save(path)
    good = read(path)
    write("good", good)
    for change in (missing, surplus, missing_layer, surplus_layer, hard_link_loop, external_link, external_storage, virtual, soft_link_loop, absurd_size, bomb):
        write(change.__name__, with_weights(good, change))
    write("wrong_shape", with_weights(good, replace(np.zeros((4, 4), np.float32))))
    write("wrong_type", with_weights(good, replace(np.full((4, 3), b"text", "S4"))))
    write("wrong_kind", with_weights(good, replace(np.zeros((4, 3), np.int32))))
    h5 = good["model.weights.h5"]
    write("truncated_hdf5", good | {"model.weights.h5": h5[:len(h5) // 2]})
    # Names of a group at an address that is none: libhdf5 1.10 reads there and dies.
    heap = h5.rindex(b"HEAP") + 24
    write("faulting_hdf5", good | {"model.weights.h5": h5[:heap] + b"\xff" * 8 + h5[heap + 8:]})
    write("garbage_hdf5", good | {"model.weights.h5": bytes((i * 73 + 11) % 256 for i in range(4096))})

    write("not_json", good | {"config.json": b"{\"module\": \"keras\", "})
    write("json_list", good | {"config.json": b"[]"})
    config = json.loads(good["config.json"])
    for key in ("class_name", "config"):
        write("lacks_" + key, good | {"config.json": json.dumps({k: v for k, v in config.items() if k != key})})
    lacking = json.loads(good["config.json"])
    del lacking["config"]["layers"][1]["config"]["units"]
    write("lacks_units", good | {"config.json": json.dumps(lacking)})
    write("deep", good | {"config.json": b"[" * 200000 + b"]" * 200000})
    write("no_config", {k: v for k, v in good.items() if k != "config.json"})
    write("no_weights", {k: v for k, v in good.items() if k != "model.weights.h5"})

    def layer(class_name, **more):
        changed = json.loads(good["config.json"])
        changed["config"]["layers"][1].update({"class_name": class_name}, **more)
        return changed

    write("unknown_class", good | {"config.json": json.dumps(layer("Frobnicate", module="mine", registered_name="mine>Frobnicate"))})
    two = layer("Frobnicate", module="mine", registered_name="mine>Frobnicate")
    other = json.loads(json.dumps(two["config"]["layers"][1]))
    other.update({"class_name": "Unheard", "registered_name": "mine>Unheard"})
    other["config"]["name"] = "second"
    two["config"]["layers"].append(other)
    write("two_unknown_classes", good | {"config.json": json.dumps(two)})

    model = keras.Sequential([keras.Input((4,), name="x"), layers.Lambda(DOUBLE, name="doubles")], name="small")
    model.save(os.path.join(OUT, "lambda.keras"))
    write("lambda", read(os.path.join(OUT, "lambda.keras")))

    # An activation that is a lambda: of it keras.activations.serialize writes the code alone.
    code = json.loads(read(os.path.join(OUT, "lambda.keras"))["config.json"])["config"]["layers"][1]["config"]["function"]["config"]
    config = json.loads(good["config.json"])
    config["config"]["layers"][1]["config"]["activation"] = {"value": [code["code"], code["defaults"], code["closure"]]}
    write("lambda_activation", good | {"config.json": json.dumps(config)})

    # A zip whose directory claims a member of an exabyte.
    with open(path, "rb") as f:
        zipped = bytearray(f.read())
    at = zipped.rfind(b"PK\x01\x02")
    zipped[at + 24:at + 28] = struct.pack("<I", 0xfffffff0)
    with open(os.path.join(OUT, "absurd_zip.keras"), "wb") as f:
        f.write(zipped)


if __name__ == "__main__":
    main()
