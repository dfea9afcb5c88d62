"""Writes testdata/: a good archive, and archives that are wrong in one way each.

    pip install keras jax h5py
    python tests/e2e/generate.py
"""
import io
import json
import os
import struct
import zipfile

os.environ.setdefault("KERAS_BACKEND", "jax")

import h5py
import keras
import numpy as np
from keras import layers

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "testdata")


def read(path):
    with zipfile.ZipFile(path) as z:
        return {n: z.read(n) for n in z.namelist()}


def write(name, members):
    with zipfile.ZipFile(os.path.join(OUT, name + ".keras"), "w", zipfile.ZIP_DEFLATED) as z:
        for member, content in members.items():
            z.writestr(zipfile.ZipInfo(member, (2024, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)


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


def main():
    os.makedirs(OUT, exist_ok=True)
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((4,), name="x"), layers.Dense(3, name="dense")], name="small")
    path = os.path.join(OUT, "good.keras")
    model.save(path)
    good = read(path)
    write("good", good)
    for change in (missing, surplus, missing_layer, external_link, external_storage, virtual, soft_link_loop, absurd_size, bomb):
        write(change.__name__, with_weights(good, change))
    write("wrong_shape", with_weights(good, replace(np.zeros((4, 4), np.float32))))
    write("wrong_type", with_weights(good, replace(np.full((4, 3), b"text", "S4"))))
    h5 = good["model.weights.h5"]
    write("truncated_hdf5", good | {"model.weights.h5": h5[:len(h5) // 2]})
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

    model = keras.Sequential([keras.Input((4,), name="x"), layers.Lambda(lambda x: x * 2, name="doubles")], name="small")
    model.save(os.path.join(OUT, "lambda.keras"))
    write("lambda", read(os.path.join(OUT, "lambda.keras")))

    # A zip whose directory claims a member of an exabyte.
    with open(path, "rb") as f:
        zipped = bytearray(f.read())
    at = zipped.rfind(b"PK\x01\x02")
    zipped[at + 24:at + 28] = struct.pack("<I", 0xfffffff0)
    with open(os.path.join(OUT, "absurd_zip.keras"), "wb") as f:
        f.write(zipped)


if __name__ == "__main__":
    main()
