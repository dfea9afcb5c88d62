"""Trains the digits model with the real Keras, and writes the files beside this one.

    pip install keras jax scikit-learn
    python train.py        writes digits.keras, images/0.png ... images/9.png and labels.txt

The data are scikit-learn's handwritten digits: 1797 grey images of 8x8 pixels. Pixels are scaled to 0..255, as a PNG holds
them, and the model divides by 255 itself: an image file is its input as it stands. A fifth of the images is kept for testing;
the ten images are the first of each digit among those.
"""
import os
import struct
import zlib

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

HERE = os.path.dirname(os.path.abspath(__file__))


def png(pixels):
    """An 8-bit grey PNG file of an array (height, width)."""
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    height, width = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


def main():
    keras.utils.set_random_seed(1)
    data = load_digits()
    x = np.round(data.images * (255 / 16)).astype("float32")[..., None]
    x_train, x_test, y_train, y_test = train_test_split(x, data.target, test_size=0.2, random_state=1, stratify=data.target)

    model = keras.Sequential([
        keras.Input((8, 8, 1), name="image"),
        layers.Rescaling(1 / 255),
        layers.Conv2D(16, 3, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.ReLU(),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.MaxPooling2D(),
        layers.Dropout(0.25),
        layers.Conv2D(32, 3, padding="same", activation="relu"),
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.Dense(10, activation="softmax"),
    ], name="digits")
    model.compile(keras.optimizers.Adam(2e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_train, y_train, batch_size=32, epochs=40, verbose=2)
    loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
    print(f"test accuracy {accuracy:.4f}, loss {loss:.4f}")
    if accuracy < 0.98:
        raise SystemExit("less than 98% right: not written")

    # Without its optimizer: what is needed to predict.
    saved = keras.Sequential.from_config(model.get_config())
    saved.set_weights(model.get_weights())
    saved.save(os.path.join(HERE, "digits.keras"))
    os.makedirs(os.path.join(HERE, "images"), exist_ok=True)
    first = [int(np.flatnonzero(y_test == digit)[0]) for digit in range(10)]
    for digit, i in enumerate(first):
        with open(os.path.join(HERE, "images", f"{digit}.png"), "wb") as file:
            file.write(png(x_test[i, :, :, 0].astype(np.uint8)))
    probabilities = saved.predict(x_test[first], verbose=0)
    with open(os.path.join(HERE, "labels.txt"), "w") as file:
        file.write("# image, true digit, digit and probability that Keras predicts\n")
        for digit, row in enumerate(probabilities):
            file.write(f"images/{digit}.png {digit} {row.argmax()} {row.max():.4f}\n")


if __name__ == "__main__":
    main()
