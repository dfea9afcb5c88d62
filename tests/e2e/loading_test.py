#!/usr/bin/env python3
"""Archives in every form that Keras writes give Keras's outputs."""
import os
import struct
import unittest
import zipfile

import command

DATA = os.path.join(command.HERE, "testdata")


def arrays(path):
    """(dtype and shape, values) of each float array of an npz file."""
    with zipfile.ZipFile(path) as z:
        found = {}
        for name in z.namelist():
            content = z.read(name)
            end = 10 + struct.unpack("<H", content[8:10])[0]
            head = eval(content[10:end], {})  # a dictionary of our own files
            found[name] = head["descr"], head["shape"], struct.unpack("<%df" % ((len(content) - end) // 4), content[end:])
        return found


class Loading(command.CommandTest):
    def agrees(self, model, recorded, tolerance=1e-6):
        out = self.path("out.npz")
        self.assert_ok(command.run("run", model, "--inputs=" + os.path.join(DATA, recorded + ".npz"), "--outputs=" + out))
        got, want = arrays(out), arrays(os.path.join(DATA, recorded + ".out.npz"))
        self.assertEqual(sorted(got), sorted(want))
        for name, (descr, shape, values) in want.items():
            self.assertEqual(got[name][:2], (descr, shape))
            for a, b in zip(got[name][2], values):
                self.assertAlmostEqual(a, b, delta=tolerance * (1 + abs(b)))

    def unzipped(self, name):
        folder = self.path(name)
        with zipfile.ZipFile(os.path.join(DATA, name + ".keras")) as z:
            z.extractall(folder)
        return folder

    def test_several_inputs_and_outputs_shared_and_nested_layers(self):
        self.agrees(os.path.join(DATA, "graph.keras"), "graph.0")

    def test_any_saved_order_of_layers(self):
        self.agrees(os.path.join(DATA, "reordered.keras"), "graph.0")

    def test_weights_as_npz(self):
        self.agrees(os.path.join(DATA, "npz.keras"), "graph.0")

    def test_folders(self):
        for name in ("graph", "npz", "compressed"):
            self.agrees(self.unzipped(name), "graph.0")
            self.agrees(self.unzipped(name) + "/", "graph.0")

    def test_compressed_weights(self):
        self.agrees(os.path.join(DATA, "compressed.keras"), "graph.0")

    def test_names_of_older_versions(self):
        self.agrees(os.path.join(DATA, "old_names.keras"), "graph.0")

    def test_bfloat16_variables(self):
        for name in ("half", "half_npz"):
            self.agrees(os.path.join(DATA, name + ".keras"), "half.0", tolerance=2 ** -7)

    def test_unknown_sizes(self):
        for batch in ("sizes.0", "sizes.1"):
            self.agrees(os.path.join(DATA, "sizes.keras"), batch)


if __name__ == "__main__":
    command.main()
