#!/usr/bin/env python3
"""Damaged files of every kind: the command may refuse them, with one sentence, or read them; it never crashes, hangs or eats memory.

    fuzz_test.py KERATIN                          a short round, the same every time
    fuzz_test.py KERATIN --turns=5000 --seed=9    a long one; what breaks the command is kept in fuzz-SEED-TURN.*
"""
import copy
import io
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import unittest
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
import command

TURNS = 40
SEED = 1
KEEP = None
DATA = os.path.join(command.HERE, "testdata")
IMAGE = os.path.join(command.ROOT, "examples", "digits", "images", "3.png")
MEMORY = 4 << 30


def members(path):
    with zipfile.ZipFile(path) as z:
        return {name: z.read(name) for name in z.namelist()}


def archive(content):
    store = io.BytesIO()
    with zipfile.ZipFile(store, "w") as z:
        for name, text in content.items():
            z.writestr(name, text)
    return store.getvalue()


def damage(rng, content):
    """Bytes changed, cut off, doubled or replaced by those that mean much."""
    data = bytearray(content)
    kind = rng.randrange(6)
    if kind == 0:
        return bytes(data[:rng.randrange(len(data))])
    if kind == 1:
        at = rng.randrange(len(data))
        return bytes(data[:at] + data[at:at + rng.randrange(64)] + data[at:])
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        at = rng.randrange(len(data))
        if kind == 2:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 3:
            data[at] = rng.choice((0, 1, 0x7f, 0x80, 0xfe, 0xff))
        elif kind == 4:
            data[at:at + 4] = rng.choice((b"\0\0\0\0", b"\xff\xff\xff\xff", b"\0\0\0\x80", b"\xff\xff\xff\x7f"))
        else:
            data[at:at + 8] = rng.choice((b"\0" * 8, b"\xff" * 8, b"\0\0\0\0\1\0\0\0"))
    return bytes(data)


def places(tree, found):
    """Every (container, key) of a JSON value."""
    for key in (list(tree) if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ()):
        found.append((tree, key))
        places(tree[key], found)
    return found


def rewrite(rng, text):
    """A JSON text with some values removed, replaced or put elsewhere."""
    tree = json.loads(text)
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        all_places = places(tree, [])
        where, key = rng.choice(all_places)
        kind = rng.randrange(4)
        if kind == 0:
            del where[key]
        elif kind == 1:
            other, other_key = rng.choice(all_places)
            where[key] = copy.deepcopy(other[other_key]) if other is not where else None
        else:
            where[key] = rng.choice((None, True, 0, -1, 1, 2, 7, 1 << 31, 1 << 62, -(1 << 63), 0.5, 1e308, "", "a/b", "float32", [], {},
                                     [0], [1, 1], [[]], {"class_name": "Dense"}, {"class_name": "Dense", "config": {}}))
        if not places(tree, []):
            return json.dumps(tree)
    return json.dumps(tree)


class Damaged(command.CommandTest):
    def hold(self, name, content, args):
        """Runs the command on a file of that content, within bounds."""
        path = self.path(name)
        with open(path, "wb") as file:
            file.write(content)
        # The sanitizers' and LLVM's own reservations stay below: data counts what is written to.
        bound = lambda: resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
        try:
            result = command.run(*[path if arg is None else arg.replace("*", path) for arg in args], timeout=120, preexec_fn=bound)
            broken = result.returncode not in (0, 1) or (result.returncode == 1) != (result.stderr.count("\n") == 1)
            said = f"exit {result.returncode}: {result.stderr[:2000]}"
        except subprocess.TimeoutExpired:
            broken, said = True, "it hangs"
        if broken:
            kept = ""
            if KEEP is not None:
                kept = os.path.join(KEEP, f"fuzz-{SEED}-{self.turn}-{name}")
                shutil.copyfile(path, kept)
            self.fail(f"turn {self.turn} of seed {SEED}: {said} {kept}")

    def rounds(self, name, make, args):
        for self.turn in range(TURNS):
            rng = random.Random(f"{SEED} {name} {self.turn}")
            with self.subTest(turn=self.turn):
                self.hold(name, make(rng), args)

    def test_zip(self):
        with open(command.DIGITS, "rb") as file:
            good = file.read()
        self.rounds("m.keras", lambda rng: damage(rng, good), ["summary", None])

    def test_hdf5(self):
        good = [members(os.path.join(DATA, name)) for name in ("good.keras", "compressed.keras")]

        def make(rng):
            one = rng.choice(good)
            return archive(one | {"model.weights.h5": damage(rng, one["model.weights.h5"])})
        self.rounds("m.keras", make, ["summary", None])

    def test_npz_weights(self):
        good = members(os.path.join(DATA, "npz.keras"))

        def make(rng):
            inner = dict(members(io.BytesIO(good["model.weights.npz"])))
            name = rng.choice(list(inner))
            inner[name] = damage(rng, inner[name])
            return archive(good | {"model.weights.npz": archive(inner)})
        self.rounds("m.keras", make, ["summary", None])

    def test_config_bytes(self):
        good = members(command.DIGITS)
        self.rounds("m.keras", lambda rng: archive(good | {"config.json": damage(rng, good["config.json"])}), ["summary", None])

    def test_config_values(self):
        """Compiled too: what is read as a model must be one."""
        good = members(os.path.join(DATA, "graph.keras"))
        self.rounds("m.keras", lambda rng: archive(good | {"config.json": rewrite(rng, good["config.json"])}),
                    ["compile", None, "-o", self.path("m.o")])

    def test_inputs(self):
        good = archive({"0.npy": command.floats((2, 4))})
        self.rounds("in.npz", lambda rng: damage(rng, good), ["run", os.path.join(DATA, "good.keras"), "--inputs=*"])

    def test_images(self):
        with open(IMAGE, "rb") as file:
            good = file.read()
        self.rounds("in.png", lambda rng: damage(rng, good), ["run", command.DIGITS, "--input=image=*"])


if __name__ == "__main__":
    for argument in [a for a in sys.argv if a.startswith(("--turns=", "--seed="))]:
        sys.argv.remove(argument)
        if argument.startswith("--turns="):
            TURNS = int(argument[8:])
            KEEP = os.getcwd()
        else:
            SEED = int(argument[7:])
    command.main()
