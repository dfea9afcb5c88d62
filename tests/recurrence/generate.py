"""Writes testdata/: recurrent models that one case cannot show, with what the real Keras makes of them.

    pip install keras jax
    python tests/recurrence/generate.py
"""
import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
from keras import layers

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "testdata")


def write(name, arrays):
    np.savez(os.path.join(OUT, name + ".npz"), **{k: np.asarray(v) for k, v in arrays.items()})


def lengths():
    """Unknown batch and time: masked, backwards, stacked, at three sizes."""
    keras.utils.set_random_seed(3)
    x = keras.Input((None, 3), name="x")
    y = layers.Masking()(x)
    y = layers.Bidirectional(layers.LSTM(5, return_sequences=True))(y)
    y = layers.RNN([layers.GRUCell(4), layers.SimpleRNNCell(3)], return_sequences=True)(y)
    y = layers.TimeDistributed(layers.Dense(6, activation="relu"))(y)
    y = layers.GRU(4, reset_after=False, go_backwards=True)(y)
    model = keras.Model(x, y, name="lengths")
    model.save(os.path.join(OUT, "lengths.keras"))
    random = np.random.default_rng(4)
    arrays = {}
    for k, (batch, time) in enumerate([(2, 5), (1, 1), (3, 9)]):
        value = random.standard_normal((batch, time, 3), dtype="float32")
        value[0, time // 2 + 1:] = 0  # masked
        arrays["x%d" % k] = value
        arrays["y%d" % k] = model(value)
    write("lengths", arrays)


def stateful():
    """Three calls, each beginning where the one before ended."""
    keras.utils.set_random_seed(5)
    x = keras.Input(batch_shape=(2, 4, 3), name="x")
    y = layers.LSTM(4, return_sequences=True, stateful=True)(x)
    y = layers.Bidirectional(layers.GRU(3, return_sequences=True, stateful=True), merge_mode="sum")(y)
    y = layers.RNN([layers.SimpleRNNCell(3), layers.LSTMCell(2)], stateful=True)(y)
    model = keras.Model(x, y, name="stateful")
    model.save(os.path.join(OUT, "stateful.keras"))
    random = np.random.default_rng(6)
    arrays = {}
    for k in range(3):
        arrays["x%d" % k] = random.standard_normal((2, 4, 3), dtype="float32")
        arrays["y%d" % k] = model(arrays["x%d" % k])
    write("stateful", arrays)


if __name__ == "__main__":
    os.makedirs(OUT, exist_ok=True)
    lengths()
    stateful()
