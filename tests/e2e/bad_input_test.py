#!/usr/bin/env python3
"""Bad input of every kind: one clear sentence, a non-zero exit, nothing left half written."""
import io
import json
import os
import pickle
import random
import resource
import shutil
import subprocess
import unittest
import zipfile

import command

DATA = os.path.join(command.HERE, "testdata")


def data(name):
    return os.path.join(DATA, name + ".keras")


class Archives(command.CommandTest):
    """What is wrong with the file of the model."""

    def refuse(self, path, *words):
        for verb in (["compile", path, "-o", self.path("m.o")], ["summary", path]):
            self.assert_one_sentence(command.run(*verb), *words)
        self.assertEqual(os.listdir(self.folder), self.before)

    def setUp(self):
        super().setUp()
        self.before = []

    def given(self, name, content):
        path = self.path(name)
        with open(path, "wb") as file:
            file.write(content)
        self.before = sorted(os.listdir(self.folder))
        return path

    def test_good_one_compiles(self):
        self.assert_ok(command.run("compile", data("good"), "-o", self.path("m.o")))
        self.assertEqual(sorted(os.listdir(self.folder)), ["m.h", "m.o"])

    def test_missing_file(self):
        self.refuse(self.path("no.keras"), "no.keras")

    def test_folder_without_archive(self):
        self.refuse(self.folder, "config.json")

    def test_not_a_zip(self):
        self.refuse(self.given("m.keras", b"hello, this is no zip file\n" * 100), "m.keras")

    def test_empty_file(self):
        self.refuse(self.given("m.keras", b""), "m.keras")

    def test_truncated_zip(self):
        with open(command.DIGITS, "rb") as file:
            content = file.read()
        for share in (0.1, 0.5, 0.99):
            self.refuse(self.given("m.keras", content[:int(len(content) * share)]), "m.keras")

    def test_unreadable_file(self):
        path = self.given("m.keras", b"x")
        os.chmod(path, 0)
        self.assert_one_sentence(command.run_unprivileged("summary", path), "m.keras", "Permission denied")

    def test_neither_file_nor_folder(self):
        path = self.path("m.keras")
        os.mkfifo(path)
        self.before = ["m.keras"]
        self.refuse(path, "m.keras")

    def test_absurd_sizes(self):
        self.refuse(data("absurd_zip"))
        self.refuse(data("absurd_size"), "dense", "--max-megabytes")

    def test_zip_bombs(self):
        zeros = b"\0" * (100 << 20)
        with zipfile.ZipFile(data("good")) as z:
            members = {n: z.read(n) for n in z.namelist()}
        for name in ("config.json", "model.weights.h5"):
            path = self.path("m.keras")
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
                for member, content in members.items():
                    z.writestr(member, zeros if member == name else content)
            self.assertLess(os.path.getsize(path), 1 << 18)
            self.before = ["m.keras"]
            self.refuse(path, name, "104857600")

    def test_limits_can_be_raised(self):
        """What was refused as absurd is read then, and found to be of a wrong shape."""
        self.assert_one_sentence(command.run("summary", data("bomb")), "--max-megabytes")
        self.assert_one_sentence(command.run("summary", data("bomb"), "--max-megabytes=2000"), "shape (16384, 16384)")

    def test_config_is_not_json(self):
        self.refuse(data("not_json"), "config.json")
        self.refuse(data("json_list"), "config.json")

    def test_config_lacks_keys(self):
        self.refuse(data("lacks_class_name"), "class_name")
        self.refuse(data("lacks_config"), "config")
        self.refuse(data("lacks_units"), "units", "dense")

    def test_config_nests_absurdly_deep(self):
        self.refuse(data("deep"), "config.json")

    def test_members_missing(self):
        self.refuse(data("no_config"), "config.json")
        self.refuse(data("no_weights"), "model.weights")

    def test_weights_missing_or_surplus(self):
        self.refuse(data("missing"), "dense")
        self.refuse(data("missing_layer"), "dense")
        self.refuse(data("surplus"), "dense")
        self.refuse(data("surplus_layer"), "layers/dense_1")

    def test_weights_of_wrong_shape_or_type(self):
        self.refuse(data("wrong_shape"), "dense", "4, 3")
        self.refuse(data("wrong_type"), "dense")
        self.refuse(data("wrong_kind"), "dense", "int32", "float32")

    def test_links_out_of_the_file(self):
        for name in ("external_link", "external_storage", "virtual", "soft_link_loop", "hard_link_loop"):
            with self.subTest(name):
                self.refuse(data(name), "dense")

    def test_compression_bomb(self):
        self.refuse(data("bomb"), "dense")

    def test_broken_hdf5(self):
        self.refuse(data("truncated_hdf5"), "model.weights.h5")
        self.refuse(data("garbage_hdf5"), "model.weights.h5")

    def test_hdf5_that_makes_its_library_fault(self):
        """The fault ends the process that reads alone."""
        self.refuse(data("faulting_hdf5"), "damaged")

    def test_hdf5_with_random_faults(self):
        """Most of these are errors, some are harmless; none may crash, hang or say more than a sentence."""
        with zipfile.ZipFile(data("good")) as z:
            members = {n: z.read(n) for n in z.namelist()}
        rng = random.Random(7)
        for turn in range(40):
            h5 = bytearray(members["model.weights.h5"])
            for _ in range(rng.choice((1, 4, 16))):
                h5[rng.randrange(len(h5))] = rng.randrange(256)
            path = self.path("m.keras")
            with zipfile.ZipFile(path, "w") as z:
                for name, content in (members | {"model.weights.h5": bytes(h5)}).items():
                    z.writestr(name, content)
            result = command.run("summary", path, timeout=60)
            self.assertIn(result.returncode, (0, 1), f"turn {turn}: {result.stderr}")
            if result.returncode == 1:
                self.assert_one_sentence(result)

    def test_zip_with_random_faults(self):
        with open(data("good"), "rb") as file:
            good = file.read()
        rng = random.Random(8)
        for turn in range(40):
            content = bytearray(good)
            for _ in range(rng.choice((1, 4, 16))):
                content[rng.randrange(len(content))] = rng.randrange(256)
            result = command.run("summary", self.given("m.keras", bytes(content)), timeout=60)
            self.assertIn(result.returncode, (0, 1), f"turn {turn}: {result.stderr}")
            if result.returncode == 1:
                self.assert_one_sentence(result)

    def test_unknown_layer_class(self):
        self.refuse(data("unknown_class"), "Frobnicate", "dense")

    def test_everything_unsupported_is_listed(self):
        self.refuse(data("two_unknown_classes"), "Frobnicate", "Unheard")
        result = command.run("check", data("two_unknown_classes"), "--json")
        self.assertEqual(result.returncode, 1)
        text = json.dumps(json.loads(result.stdout))
        self.assertIn("Frobnicate", text)
        self.assertIn("Unheard", text)

    def test_code_is_never_run(self):
        self.refuse(data("lambda"), "Lambda", "doubles", "never run")
        self.refuse(data("lambda_activation"), "lambda", "dense", "never run")

    def test_pickles_are_not_run(self):
        class Touch:
            def __reduce__(self):
                return os.mkdir, (made,)
        made = self.path("made")
        with zipfile.ZipFile(data("npz")) as z:
            members = {n: z.read(n) for n in z.namelist()}
        with zipfile.ZipFile(io.BytesIO(members["model.weights.npz"])) as z:
            weights = {n: z.read(n) for n in z.namelist()}
        head = weights["layers/dense.npy"][:128]
        self.assertTrue(head.endswith(b"\n"))
        store = io.BytesIO()
        with zipfile.ZipFile(store, "w") as z:
            for name, content in weights.items():
                z.writestr(name, head + pickle.dumps(Touch(), 4) if name == "layers/dense.npy" else content)
        path = self.path("m.keras")
        with zipfile.ZipFile(path, "w") as z:
            for name, content in members.items():
                z.writestr(name, store.getvalue() if name == "model.weights.npz" else content)
        self.before = ["m.keras"]
        self.refuse(path, "layers/dense")


class Inputs(command.CommandTest):
    """What is wrong with the inputs of a call."""

    @classmethod
    def setUpClass(cls):
        cls.good = data("good")

    def refuse(self, arrays, *words):
        path = command.write_npz(self.path("in.npz"), arrays)
        out = self.path("out.npz")
        self.assert_one_sentence(command.run("run", self.good, "--inputs=" + path, "--outputs=" + out), *words)
        self.assertFalse(os.path.exists(out))

    def test_names_and_numbers_bind(self):
        for name in ("x", "0", "arr_0"):
            path = command.write_npz(self.path("in.npz"), {name: command.floats((2, 4))})
            out = self.path("out.npz")
            self.assert_ok(command.run("run", self.good, "--inputs=" + path, "--outputs=" + out))
            with zipfile.ZipFile(out) as z:
                self.assertEqual(z.namelist(), ["0.npy"])

    def test_missing(self):
        self.refuse({}, "x")

    def test_surplus(self):
        self.refuse({"x": command.floats((2, 4)), "y": command.floats((2, 4))}, "y")
        self.refuse({"x": command.floats((2, 4)), "0": command.floats((2, 4))}, "0")
        self.refuse({"x": command.floats((2, 4)), "out": command.floats((2, 3))}, "out")

    def test_wrong_name(self):
        self.refuse({"image": command.floats((2, 4))}, "image", "x")

    def test_wrong_rank_shape_and_dtype(self):
        self.refuse({"x": command.floats((4,))}, "x")
        self.refuse({"x": command.floats((2, 5))}, "x", "5", "4")
        self.refuse({"x": command.npy("<f8", (2, 4), [0.5] * 8)}, "x", "float64", "float32")

    def test_broken_npz(self):
        for content in (b"", b"no npz", command.floats((2, 4))):
            path = self.path("in.npz")
            with open(path, "wb") as file:
                file.write(content)
            self.assert_one_sentence(command.run("run", self.good, "--inputs=" + path), "in.npz")
        absurd = command.floats((2, 4)).replace(b"(2, 4)", b"(2000000000000, 4)"[:6])
        self.refuse({"x": absurd[:40]}, "in.npz")

    def test_missing_npz(self):
        self.assert_one_sentence(command.run("run", self.good, "--inputs=" + self.path("no.npz")), "no.npz")

    def test_images(self):
        digits = command.DIGITS
        image = os.path.join(command.ROOT, "examples", "digits", "images", "3.png")
        self.assert_ok(command.run("run", digits, "--input=image=" + image))
        self.assert_one_sentence(command.run("run", digits, "--input=picture=" + image), "picture", "image")
        self.assert_one_sentence(command.run("run", self.good, "--input=x=" + image), "PNG")
        with open(image, "rb") as file:
            content = file.read()
        half = self.path("half.png")
        with open(half, "wb") as file:
            file.write(content[:60])
        self.assert_one_sentence(command.run("run", digits, "--input=image=" + half), "half.png")


    def test_pipes_are_not_waited_for(self):
        pipe = self.path("pipe")
        os.mkfifo(pipe)
        for argument in ("--inputs=" + pipe, "--input=x=" + pipe):
            self.assert_one_sentence(command.run("run", self.good, argument), "pipe")
        for name in ("pipe.npy", "pipe.png"):
            os.mkfifo(self.path(name))
            self.assert_one_sentence(command.run("run", command.DIGITS, "--input=image=" + self.path(name)), name)

    def test_libraries_cut_short(self):
        library = self.path("m.so")
        self.assert_ok(command.run("compile", self.good, "--emit=library", "-o", library))
        with open(library, "rb") as file:
            content = file.read()
        inputs = "--inputs=" + command.write_npz(self.path("in.npz"), {"x": command.floats((2, 4))})
        self.assert_ok(command.run("run", library, inputs))
        for size in (0, 40, 500, 4000, len(content) - 5000):
            with open(library, "wb") as file:
                file.write(content[:size])
            self.assert_one_sentence(command.run("run", library, inputs), "m.so", "cut short")

    def test_libraries_of_another_processor(self):
        library = self.path("m.so")
        other = "aarch64" if os.uname().machine == "x86_64" else "x86-64"
        self.assert_ok(command.run("compile", self.good, "--emit=library", "-o", library, "--march=" + other))
        inputs = "--inputs=" + command.write_npz(self.path("in.npz"), {"x": command.floats((2, 4))})
        self.assert_one_sentence(command.run("run", library, inputs), "m.so", "processor")

    def test_weights_that_nothing_reads(self):
        library = self.path("m.so")
        self.assert_ok(command.run("compile", self.good, "--emit=library", "-o", library))
        inputs = "--inputs=" + command.write_npz(self.path("in.npz"), {"x": command.floats((2, 4))})
        self.assert_one_sentence(command.run("run", library, inputs, "--weights=" + self.path("none")), "--weights")
        self.assertEqual(command.run("run", self.good, inputs, "--weights=" + self.path("none")).returncode, 2)

    def test_the_largest_batch(self):
        inputs = "--inputs=" + command.write_npz(self.path("in.npz"), {"x": command.floats((2, 4))})
        self.assert_one_sentence(command.run("run", self.good, inputs, "--batch=9223372036854775807"))


class Outputs(command.CommandTest):
    """What is wrong with where results go."""

    def test_links_are_followed(self):
        os.mkdir(self.path("there"))
        with open(self.path("there/m.ll"), "w") as file:
            file.write("before")
        for target in ("there/m.ll", "there/new.ll"):
            os.symlink(target, self.path("link"))
            self.assert_ok(command.run("compile", data("good"), "--emit=llvm", "-o", self.path("link")))
            self.assertTrue(os.path.islink(self.path("link")))
            with open(self.path(target)) as file:
                self.assertIn("define", file.read())
            os.remove(self.path("link"))
        inputs = "--inputs=" + command.write_npz(self.path("in.npz"), {"x": command.floats((2, 4))})
        os.symlink("there/out.npz", self.path("link"))
        shutil.copyfile(self.path("in.npz"), self.path("there/out.npz"))
        self.assert_ok(command.run("run", data("good"), inputs, "--outputs=" + self.path("link")))
        with zipfile.ZipFile(self.path("there/out.npz")) as z:
            self.assertEqual(z.namelist(), ["0.npy"])
        self.assertTrue(os.path.islink(self.path("link")))

    def test_what_is_read_is_not_replaced(self):
        model = shutil.copyfile(data("good"), self.path("m.keras"))
        named_as_header = shutil.copyfile(data("good"), self.path("m.h"))
        os.symlink("m.keras", self.path("link"))
        inputs = command.write_npz(self.path("in.npz"), {"x": command.floats((2, 4))})
        for verb in (["compile", model, "-o", model], ["compile", model, "-o", self.path("link")],
                     ["compile", named_as_header, "-o", self.path("m.o")], ["run", model, "--inputs=" + inputs, "--outputs=" + model],
                     ["run", model, "--inputs=" + inputs, "--outputs=" + inputs]):
            self.assert_one_sentence(command.run(*verb), "would replace")
        self.assert_one_sentence(command.run("compile", model, "-o", self.path("other.h")), "other.h", ".h")
        with open(data("good"), "rb") as good, open(model, "rb") as file:
            self.assertEqual(file.read(), good.read())

    def test_closed_streams(self):
        for stream in (1, 2):
            result = command.run("compile", data("good"), "-o", self.path("m.o"), preexec_fn=lambda: os.close(stream))
            self.assertEqual(result.returncode, 0)

    def test_a_full_temporary_folder(self):
        disk = self.path("disk")
        os.mkdir(disk)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24k", "tmpfs", disk], stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("no file system may be mounted")
        self.addCleanup(subprocess.run, ["umount", disk], check=True)
        result = command.run("compile", data("good"), "--emit=library", "-o", self.path("m.so"), env={**os.environ, "TMPDIR": disk})
        self.assert_one_sentence(result, "TMPDIR")
        self.assertEqual(os.listdir(disk), [])

    def test_folder_is_missing(self):
        target = self.path("none/m.o")
        self.assert_one_sentence(command.run("compile", data("good"), "-o", target), "none/m.o")

    def test_folder_is_read_only(self):
        shutil.copyfile(data("good"), self.path("good.keras"))
        os.chmod(self.folder, 0o555)
        result = command.run_unprivileged("compile", self.path("good.keras"), "-o", self.path("m.o"))
        self.assert_one_sentence(result, "m.o", "Permission denied")

    def test_target_is_a_folder(self):
        self.assert_one_sentence(command.run("compile", data("good"), "-o", self.folder), self.folder)

    def test_full_device(self):
        inputs = command.write_npz(self.path("in.npz"), {"x": command.floats((2, 4))})
        with open("/dev/full", "w") as full:
            for verb in (["summary", data("good")], ["dump", data("good"), "--phase=trace"], ["run", data("good"), "--inputs=" + inputs]):
                self.assert_one_sentence(command.run(*verb, stdout=full))

    def test_full_device_as_output(self):
        inputs = command.write_npz(self.path("in.npz"), {"x": command.floats((2, 4))})
        for verb in (["compile", data("good"), "-o", "/dev/full", "--emit=asm"], ["run", data("good"), "--inputs=" + inputs, "--outputs=/dev/full"]):
            self.assert_one_sentence(command.run(*verb), "/dev/full")

    def test_full_disk(self):
        """A file system of a few pages, where one may be mounted; else a limit on the size of files, which writing meets alike."""
        disk = self.path("disk")
        os.mkdir(disk)
        bound = None
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk], stderr=subprocess.DEVNULL).returncode == 0:
            self.addCleanup(subprocess.run, ["umount", disk], check=True)
        else:
            bound = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (16 << 10, 16 << 10))
        for emit, name in (("object", "m.o"), ("library", "m.so"), ("asm", "m.s")):
            target = os.path.join(disk, name)
            result = command.run("compile", command.DIGITS, "-o", target, "--emit=" + emit, preexec_fn=bound)
            self.assert_one_sentence(result, name)
            self.assertEqual(os.listdir(disk), [])
        inputs = command.write_npz(self.path("in.npz"), {"x": command.floats((9000, 4))})
        target = os.path.join(disk, "out.npz")
        self.assert_one_sentence(command.run("run", data("good"), "--inputs=" + inputs, "--outputs=" + target, preexec_fn=bound), "out.npz")
        self.assertEqual(os.listdir(disk), [])


class Arguments(command.CommandTest):
    """What is wrong with the command line: exit code 2."""

    def refuse(self, *args):
        result = command.run(*args)
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertRegex(result.stderr, r"\Akeratin: [^\n]+\n\Z")

    def test_usage_errors(self):
        for args in (["frobnicate"], ["compile"], ["compile", "a", "b"], ["compile", "a", "--emit=gold"], ["compile", "a", "--batch=0"],
                     ["compile", "a", "--batch=-1"], ["compile", "a", "--nonsense"], ["run", "a", "--threads=0"], ["run", "a", "--threads=x"],
                     ["run", "a", "--threads"], ["bench", "a", "--seconds=nan"], ["dump", "a", "--phase=nothing"], ["check"],
                     ["summary", "a", "--json", "--json"], ["compile", "a", "--training=yes"]):
            with self.subTest(args):
                self.refuse(*args)

    def test_help(self):
        for verb in ("compile", "run", "dump", "summary", "check", "bench"):
            result = self.assert_ok(command.run(verb, "--help"))
            self.assertIn("keratin " + verb, result.stdout)
            self.assertEqual(result.stderr, "")
        self.assert_ok(command.run("--help"))

    def test_unknown_march_names_the_choice(self):
        result = command.run("compile", data("good"), "-o", self.path("m.o"), "--march=z80")
        self.assert_one_sentence(result, "z80")
        self.assertEqual(os.listdir(self.folder), [])


if __name__ == "__main__":
    command.main()
