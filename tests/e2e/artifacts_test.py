#!/usr/bin/env python3
"""What the command writes: code that is the same however it is loaded, links anywhere, and says what it is."""
import os
import re
import struct
import subprocess
import zipfile

import command

GOOD = os.path.join(command.HERE, "testdata", "good.keras")
CC = os.environ.get("CC_FOR_ARTIFACTS", "cc")


def result_bytes(npz):
    """The elements of array `0` of an npz file."""
    with zipfile.ZipFile(npz) as z:
        content = z.read("0.npy")
    return content[10 + struct.unpack("<H", content[8:10])[0]:]


def symbols(*args):
    """Names that nm prints."""
    text = subprocess.run(["nm", *args], check=True, stdout=subprocess.PIPE, text=True).stdout
    return {line.split()[-1].split("@")[0] for line in text.splitlines() if line.strip() and not line.endswith(":")}


def library(name):
    return subprocess.run([CC, "-print-file-name=" + name], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def image(batch):
    """Pixels that are all different."""
    values = [(37 * i * i + 11 * i) % 256 + i / 1024 for i in range(64 * batch)]
    return command.npy("<f4", (batch, 8, 8, 1), values), struct.pack("<%df" % len(values), *values)


class Artifacts(command.CommandTest):
    def compile(self, model, name, *flags):
        self.assert_ok(command.run("compile", model, "-o", self.path(name), *flags))
        return self.path(name)

    def outputs(self, model, inputs, *flags):
        out = self.path("out.npz")
        if os.path.exists(out):
            os.remove(out)
        self.assert_ok(command.run("run", model, "--inputs=" + inputs, "--outputs=" + out, *flags))
        return result_bytes(out)

    def link(self, source, *objects):
        path = self.path("main.c")
        with open(path, "w") as file:
            file.write(source)
        program = self.path("main")
        built = subprocess.run([CC, "-Wall", "-Werror", "-I" + self.folder, path, *objects, "-lm", "-o", program],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual(built.returncode, 0, built.stdout)
        return program

    def test_jit_library_object_and_threads_agree_bit_for_bit(self):
        batch = 5
        array, raw = image(batch)
        inputs = command.write_npz(self.path("in.npz"), {"0": array})
        lib = self.compile(command.DIGITS, "digits.so", "--emit=library")
        obj = self.compile(command.DIGITS, "digits.o")
        want = self.outputs(command.DIGITS, inputs, "--threads=1")
        self.assertEqual(len(want), batch * 10 * 4)
        self.assertEqual(self.outputs(command.DIGITS, inputs, "--threads=2"), want)
        self.assertEqual(self.outputs(lib, inputs, "--threads=1"), want)
        self.assertEqual(self.outputs(lib, inputs, "--threads=2"), want)
        program = self.link(CALL % {"name": "digits", "inputs": 64, "outputs": 10}, obj)
        got = subprocess.run([program, str(batch)], input=raw, stdout=subprocess.PIPE, check=True, timeout=60).stdout
        self.assertEqual(got, want)

    def test_two_models_in_one_program(self):
        objects = [self.compile(command.DIGITS, "digits.o"), self.compile(GOOD, "small.o")]
        source = "#include <stdio.h>\n#include \"digits.h\"\n#include \"small.h\"\n"
        source += "int main(void) { printf(\"%d %d\\n\", digits_manifest_size > 0, small_manifest_size > 0);\n"
        source += "return digits_call == small_call; }\n"
        program = self.link(source, *objects)
        self.assertEqual(subprocess.run([program], stdout=subprocess.PIPE, check=True).stdout, b"1 1\n")

    def test_the_c_example(self):
        obj = self.compile(command.DIGITS, "digits.o")
        with open(os.path.join(command.ROOT, "examples", "c", "digits.c")) as file:
            program = self.link(file.read(), obj)
        said = subprocess.run([program], stdout=subprocess.PIPE, check=True, text=True).stdout
        self.assertRegex(said, r"\Adigit 3, probability (0\.9\d+|1\.0+)\n\Z")

    def test_needs_libc_and_libm_alone(self):
        known = symbols("-D", "--defined-only", library("libc.so.6")) | symbols("-D", "--defined-only", library("libm.so.6"))
        self.assertIn("memcpy", known)
        for model in (command.DIGITS, GOOD):
            obj = self.compile(model, "model.o")
            self.assertLessEqual(symbols("-u", obj), known)
            lib = self.compile(model, "model.so", "--emit=library")
            weak = {"__cxa_finalize", "__gmon_start__", "_ITM_deregisterTMCloneTable", "_ITM_registerTMCloneTable"}
            self.assertLessEqual(symbols("-D", "--undefined-only", lib), known | weak)

    def test_defines_names_of_its_own_alone(self):
        obj = self.compile(command.DIGITS, "digits.o")
        for name in symbols("-g", "--defined-only", obj):
            self.assertRegex(name, r"\Adigits_")

    def test_targets_agree_with_each_other(self):
        inputs = command.write_npz(self.path("in.npz"), {"0": image(3)[0]})
        got = {}
        for march in ("native", "x86-64-v3", "x86-64-v4"):
            out = self.path(march + ".npz")
            ran = command.run("run", command.DIGITS, "--inputs=" + inputs, "--outputs=" + out, "--march=" + march)
            if ran.returncode == 1 and march != "native":
                self.assert_one_sentence(ran)  # says what this machine lacks
                continue
            self.assert_ok(ran)
            data = result_bytes(out)
            got[march] = struct.unpack("<%df" % (len(data) // 4), data)
        for march, values in got.items():
            for a, b in zip(values, got["native"]):
                self.assertAlmostEqual(a, b, delta=1e-5, msg=march)

    def test_one_artifact_serves_any_batch(self):
        lib = self.compile(command.DIGITS, "digits.so", "--emit=library")
        rows = []
        for batch in (1, 2, 7):
            inputs = command.write_npz(self.path("in.npz"), {"0": image(batch)[0]})
            rows.append(self.outputs(lib, inputs)[:40])
        self.assertEqual(rows[0], rows[1])
        self.assertEqual(rows[0], rows[2])

    def test_a_fixed_batch_is_checked(self):
        inputs = command.write_npz(self.path("in.npz"), {"0": image(3)[0]})
        self.assert_one_sentence(command.run("run", command.DIGITS, "--inputs=" + inputs, "--batch=4"), "image", "4", "3")

    def test_weights_in_a_file(self):
        inputs = command.write_npz(self.path("in.npz"), {"0": image(2)[0]})
        want = self.outputs(command.DIGITS, inputs)
        lib = self.compile(command.DIGITS, "digits.so", "--emit=library", "--variables=file")
        self.assertEqual(self.outputs(lib, inputs), want)
        files = [f for f in os.listdir(self.folder) if f not in ("in.npz", "out.npz", "digits.so", "digits.h")]
        self.assertEqual(len(files), 1, files)
        weights = self.path(files[0])
        with open(weights, "r+b") as file:
            file.seek(os.path.getsize(weights) // 2)
            byte = file.read(1)
            file.seek(-1, 1)
            file.write(bytes([byte[0] ^ 1]))
        self.assert_one_sentence(command.run("run", lib, "--inputs=" + inputs), files[0])
        os.remove(weights)
        self.assert_one_sentence(command.run("run", lib, "--inputs=" + inputs), files[0])

    def test_weights_as_arguments(self):
        lib = self.compile(command.DIGITS, "digits.so", "--emit=library", "--variables=arguments")
        self.assertLess(os.path.getsize(lib), 150000)
        inputs = command.write_npz(self.path("in.npz"), {"0": image(2)[0]})
        self.assert_one_sentence(command.run("run", lib, "--inputs=" + inputs), "variables=arguments")

    def test_a_library_that_is_none(self):
        path = self.path("m.so")
        with open(path, "wb") as file:
            file.write(b"\x7fELF no library")
        inputs = command.write_npz(self.path("in.npz"), {"0": image(2)[0]})
        self.assert_one_sentence(command.run("run", path, "--inputs=" + inputs), "m.so")

    def test_every_kind_of_output_is_written(self):
        for emit, pattern in (("llvm", r"define "), ("asm", r"\.text"), ("mlir", r"func\.func|llvm\.func")):
            path = self.compile(command.DIGITS, "m." + emit, "--emit=" + emit)
            with open(path) as file:
                self.assertRegex(file.read(), pattern)

    def test_phases_name_the_layers(self):
        listed = self.assert_ok(command.run("dump", command.DIGITS, "--list-phases")).stdout.split()
        for phase in ("trace", "graph", "kernels", "buffers", "llvm", "object"):
            self.assertIn(phase, listed)
            text = self.assert_ok(command.run("dump", command.DIGITS, "--phase=" + phase)).stdout
            self.assertGreater(len(text), 1000, phase)
            if phase in ("trace", "graph", "kernels"):
                self.assertIn("digits/conv2d", text, phase)

    def test_passes_dump_what_they_changed(self):
        folder = self.path("ir")
        self.compile(command.DIGITS, "digits.o", "--dump-ir=" + folder)
        files = sorted(os.listdir(folder))
        self.assertGreater(len(files), 3)
        for file in files:
            self.assertRegex(file, r"\A\d+[-_.].+")

    def test_training_mode_is_another_function(self):
        inputs = command.write_npz(self.path("in.npz"), {"0": image(2)[0]})
        self.assertNotEqual(self.outputs(command.DIGITS, inputs), self.outputs(command.DIGITS, inputs, "--training"))

    def test_summary_is_that_of_keras(self):
        said = self.assert_ok(command.run("summary", command.DIGITS, env=dict(os.environ, COLUMNS="80"))).stdout
        with open(os.path.join(command.HERE, "testdata", "digits_summary.txt")) as file:
            self.assertEqual(said, file.read())

    def test_check_finds_nothing_in_a_good_model(self):
        self.assert_ok(command.run("check", command.DIGITS))
        self.assert_ok(command.run("check", command.DIGITS, "--json"))

    def test_bench_prints_an_object(self):
        import json
        inputs = command.write_npz(self.path("in.npz"), {"arr_0": image(2)[0], "out": command.floats((2, 10))})
        out = self.path("out.npz")
        said = self.assert_ok(command.run("bench", command.DIGITS, "--inputs=" + inputs, "--outputs=" + out, "--threads=1",
                                          "--seconds=0.1", "--json")).stdout
        row = json.loads(said.strip().splitlines()[-1])
        for key in ("compile_s", "min_ms", "median_ms"):
            self.assertGreater(row[key], 0)
        self.assertGreaterEqual(row["calls"], 5)
        self.assertEqual(result_bytes(out), self.outputs(command.DIGITS, command.write_npz(self.path("x.npz"), {"0": image(2)[0]}),
                                                         "--batch=2"))


CALL = r"""
#include <stdio.h>
#include <stdlib.h>
#include "%(name)s.h"

int main(int argc, char** argv) {
  int64_t dims[] = {atoi(argv[1])};
  size_t in = (size_t)dims[0] * %(inputs)d, out = (size_t)dims[0] * %(outputs)d;
  float* x = malloc(in * sizeof *x);
  float* y = malloc(out * sizeof *y);
  size_t bytes = ((size_t)%(name)s_workspace_size(dims) + 127) / 64 * 64;
  void* workspace = aligned_alloc(64, bytes);
  const void* args[64];
  int n = 0;
  (void)argc;
  if (fread(x, sizeof *x, in, stdin) != in) return 2;
  for (; n < DIGITS_PREPARED; ++n) args[n] = %(name)s_prepared[n];
  args[n] = x;
  void* results[] = {y};
  struct keratin_call call = {args, results, dims, workspace, 0, 0};
  if (%(name)s_call(&call) != 0) return 3;
  return fwrite(y, sizeof *y, out, stdout) == out ? 0 : 4;
}
"""

if __name__ == "__main__":
    command.main()
