#!/usr/bin/env python3
"""Takes a layer of every class through the real Keras and back.

    bazel build //tests/layers:round_trip
    KERAS_BACKEND=jax python tests/layers/round_trip.py bazel-bin/tests/layers/round_trip

We write a model with each layer of contract.json; Keras loads it, computes the same outputs, and saves it again;
we load that and compute bit for bit what we did at first.
"""

import glob
import os
import subprocess
import sys
import tempfile

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras  # noqa: E402
import numpy as np  # noqa: E402

TOLERANCE = 2e-5


def arrays(path):
    with np.load(path) as file:
        return [file[str(k)] for k in range(len(file.files))]


def through_keras(path):
    """What is wrong with the model at path, or nothing."""
    stem = path[: -len(".keras")]
    try:
        model = keras.saving.load_model(path)
        outputs = keras.tree.flatten(model([keras.ops.convert_to_tensor(x) for x in arrays(stem + ".in.npz")]))
        outputs = [np.asarray(y) for y in outputs]
        model.save(stem + ".again.keras")
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:500]}"
    expected = arrays(stem + ".out.npz")
    if [y.shape for y in outputs] != [y.shape for y in expected]:
        return f"shapes {[y.shape for y in outputs]}, ours {[y.shape for y in expected]}"
    for number, (got, want) in enumerate(zip(outputs, expected)):
        if got.dtype != want.dtype:
            return f"output {number} is of {got.dtype}, ours of {want.dtype}"
        error = np.max(np.abs(got.astype("float64") - want), initial=0) / max(1, np.max(np.abs(want), initial=0))
        if not error <= TOLERANCE:
            return f"output {number} is {error} off"
    return None


def main():
    program = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        failed = subprocess.run([program, "write", folder]).returncode
        count = 0
        for path in sorted(glob.glob(folder + "/*.keras")):
            count += 1
            wrong = through_keras(path)
            if wrong:
                failed = 1
                print(f"{os.path.basename(path)}: Keras: {wrong}")
        failed |= subprocess.run([program, "check", folder]).returncode
    print(f"{count} layers taken through Keras {keras.__version__}{', with failures' if failed else ''}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
