#!/usr/bin/env python3
"""What the command writes: code that is the same however it is loaded, links anywhere, and says what it is."""
import os
import re
import struct
import subprocess
import zipfile

import command

GOOD = os.path.join(command.HERE, "testdata", "good.keras")


def case(name):
    """The model of a case that the real Keras wrote."""
    return os.path.join(command.ROOT, "tests", "conformance", "cases", name, "model.keras")


DROPOUT = case("Dropout/02_e3767cf7")  # (batch, 3, 4, 5)
BATCH_NORMALIZATION = case("BatchNormalization/03_1cb97f28")
# Conversions that would call a compiler's run-time library, were they not expanded.
HALF_PRECISION = [case("Dense/06_23148cc5"), case("LayerNormalization/03_70d86742"), case("Softmax/03_8989fd18"),
                  case("Conv2D/05_492ab0c1")]
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

    def link(self, source, *objects, language="c", standard="c99"):
        """A program of the source, compiled as strictly as compilers can be asked to."""
        path = self.path("main.c" if language == "c" else "main.cc")
        with open(path, "w") as file:
            file.write(source)
        program = self.path("main")
        flags = ["-std=" + standard] if language == "c" else ["-std=c++11", "-x", "c++"]
        built = subprocess.run([CC, *flags, "-Wall", "-Wextra", "-pedantic", "-Werror", "-I" + self.folder, path,
                                *(["-x", "none"] if language != "c" else []), *objects, "-lm", "-o", program],
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
        self.assertEqual(self.call(program, batch, raw), want)

    def call(self, program, *args):
        *args, given = args
        return subprocess.run([program, *map(str, args)], input=given, stdout=subprocess.PIPE, check=True, timeout=60).stdout

    def test_two_models_in_one_program(self):
        objects = [self.compile(command.DIGITS, "digits.o"), self.compile(GOOD, "small.o")]
        source = "#include <stdio.h>\n#include \"digits.h\"\n#include \"small.h\"\n"
        source += "int main(void) { printf(\"%d %d\\n\", digits_model.manifest_size > 0, small_model.manifest_size > 0);\n"
        source += "return (void (*)(void))digits_call == (void (*)(void))small_call; }\n"
        for language in ("c", "c++"):
            program = self.link(source, *objects, language=language)
            self.assertEqual(subprocess.run([program], stdout=subprocess.PIPE, check=True).stdout, b"1 1\n")

    def test_every_header_is_strict_c_and_cpp(self):
        for case, flags in ((DROPOUT, ["--training"]), (BATCH_NORMALIZATION, ["--training"]), (GOOD, [])):
            for place in ("embedded", "file", "arguments"):
                obj = self.compile(case, "model.o", "--variables=" + place, *flags)
                source = "#include \"model.h\"\n#include \"model.h\"\n"
                source += "int main(void) { return model_model.abi_version == KERATIN_ABI_VERSION ? 0 : 1; }\n"
                for language in ("c", "c++"):
                    program = self.link(source, obj, language=language)
                    self.assertEqual(subprocess.run([program]).returncode, 0)

    def test_a_written_variable_is_an_argument_and_a_result(self):
        """Dropout in training: the seed state goes in and out, and the mask is another at each call."""
        obj = self.compile(DROPOUT, "dropout.o", "--training")
        with open(self.path("dropout.h")) as file:
            header = file.read()
        call = re.search(r"int32_t dropout_call\(([^;]*)\);", header).group(1)
        parameters = [p.strip().split()[-1].lstrip("*") for p in call.split(",")]
        state, x, y, after = parameters[:4]
        self.assertEqual(after, "new_" + state)
        self.assertEqual(parameters[4:], ["batch", "workspace", "parallel_for", "pool"])
        source = r"""
#include <stdio.h>
#include <string.h>
#include "dropout.h"
static float x[2 * 60], y[2][2 * 60];
static double workspace[1 << 14];
int main(void) {
  uint32_t state[2], after[2];
  int call, i;
  void* aligned = (void*)(((uintptr_t)workspace + 63) / 64 * 64);
  if (dropout_workspace_size(2) + 64 > (int64_t)sizeof workspace) return 2;
  if (dropout_initial_state(1) != 0) return 3;
  memcpy(state, dropout_initial_state(0), sizeof state);
  for (i = 0; i < 2 * 60; ++i) x[i] = 1;
  for (call = 0; call < 2; ++call) {
    if (dropout_call(state, x, y[call], after, 2, aligned, 0, 0) != 0) return 4;
    printf("%u %u\n", (unsigned)after[0], (unsigned)after[1]);
    memcpy(state, after, sizeof state);
  }
  if (dropout_call(state, x, y[0], after, -1, aligned, 0, 0) != 1) return 5;
  return memcmp(y[0], y[1], sizeof y[0]) == 0;
}
"""
        program = self.link(source, obj)
        ran = subprocess.run([program], stdout=subprocess.PIPE, text=True)
        self.assertEqual(ran.returncode, 0, header)
        lines = [line.split() for line in ran.stdout.splitlines()]
        self.assertEqual(len(lines), 2)
        self.assertEqual(lines[0][0], lines[1][0])  # the seed stays
        self.assertEqual(int(lines[1][1]), 2 * int(lines[0][1]))  # the counter goes on

    def test_weights_in_a_file_from_c(self):
        array, raw = image(3)
        want = self.outputs(command.DIGITS, command.write_npz(self.path("in.npz"), {"0": array}))
        obj = self.compile(command.DIGITS, "digits.o", "--variables=file")
        program = self.link(CALL_FILE, obj)
        weights = obj + ".weights"
        self.assertEqual(self.call(program, weights, 3, raw), want)
        self.assertEqual(subprocess.run([program, self.path("none"), "3"], input=raw).returncode, 11)
        with open(weights, "r+b") as file:
            first = file.read(1)
            file.seek(0)
            file.write(bytes([first[0] ^ 2]))
        self.assertEqual(subprocess.run([program, weights, "3"], input=raw).returncode, 12)
        with open(weights, "ab") as file:
            file.write(b"more")
        self.assertEqual(subprocess.run([program, weights, "3"], input=raw).returncode, 12)

    def test_weights_as_arguments_from_c(self):
        """y = x * kernel + bias of good.keras, with variables of the program."""
        obj = self.compile(GOOD, "small.o", "--variables=arguments")
        program = self.link(CALL_ARGUMENTS, obj)
        said = subprocess.run([program], stdout=subprocess.PIPE, check=True, text=True).stdout
        self.assertEqual(said, "11 22 33\n11 22 33\n")

    def test_the_c_example(self):
        obj = self.compile(command.DIGITS, "digits.o")
        with open(os.path.join(command.ROOT, "examples", "c", "digits.c")) as file:
            program = self.link(file.read(), obj, standard="c11")
        said = subprocess.run([program], stdout=subprocess.PIPE, check=True, text=True).stdout
        self.assertRegex(said, r"\Adigit 3, probability (0\.9\d+|1\.0+)\n\Z")

    def test_needs_libc_and_libm_alone(self):
        known = symbols("-D", "--defined-only", library("libc.so.6")) | symbols("-D", "--defined-only", library("libm.so.6"))
        self.assertIn("memcpy", known)
        for model in [command.DIGITS, GOOD] + HALF_PRECISION:
            for march in ("native", "x86-64", "x86-64-v3", "x86-64-v4"):
                obj = self.compile(model, "model.o", "--march=" + march)
                self.assertLessEqual(symbols("-u", obj), known, (model, march))
        lib = self.compile(command.DIGITS, "model.so", "--emit=library")
        self.assertLessEqual(symbols("-D", "--undefined-only", lib), known)
        needs = subprocess.run(["readelf", "-d", lib], check=True, stdout=subprocess.PIPE, text=True).stdout
        self.assertLessEqual(set(re.findall(r"\(NEEDED\).*\[(.*)\]", needs)), {"libc.so.6", "libm.so.6"})

    def test_a_library_is_linked_without_any_tool(self):
        lib = self.path("digits.so")
        self.assert_ok(command.run("compile", command.DIGITS, "-o", lib, "--emit=library",
                                   env=dict(os.environ, PATH=self.folder)))
        self.assert_ok(command.run("run", lib, "--self-test"))

    def test_defines_names_of_its_own_alone(self):
        for place in ("embedded", "file", "arguments"):
            obj = self.compile(command.DIGITS, "digits.o", "--variables=" + place)
            for name in symbols("-g", "--defined-only", obj):
                self.assertRegex(name, r"\Adigits_")
        lib = self.compile(command.DIGITS, "digits.so", "--emit=library")
        for name in symbols("-D", "--defined-only", lib):
            self.assertRegex(name, r"\A(digits_|keratin_library\Z)")

    def test_weights_lie_read_only_on_a_page(self):
        obj = self.compile(command.DIGITS, "digits.o")
        text = subprocess.run(["readelf", "-W", "-S", obj], check=True, stdout=subprocess.PIPE, text=True).stdout
        weights = [line.split() for line in text.splitlines() if re.search(r" \.rodata\S* ", line) and line.split()[-1] == "4096"]
        self.assertEqual(len(weights), 1, text)
        self.assertEqual(weights[0][-4], "A")  # neither written nor executed

    def test_libraries_test_themselves(self):
        for flags in (["--variables=embedded"], ["--variables=file"], ["--march=x86-64-v3"], ["--training"]):
            lib = self.compile(command.DIGITS, "digits.so", "--emit=library", *flags)
            self.assertIn("agrees", self.assert_ok(command.run("run", lib, "--self-test")).stdout)
        lib = self.compile(command.DIGITS, "digits.so", "--emit=library", "--variables=arguments")
        self.assert_one_sentence(command.run("run", lib, "--self-test"), "variables=arguments")

    def test_a_library_for_another_machine_is_refused(self):
        lib = self.compile(command.DIGITS, "digits.so", "--emit=library", "--march=diamondrapids")
        inputs = command.write_npz(self.path("in.npz"), {"0": image(1)[0]})
        self.assert_one_sentence(command.run("run", lib, "--inputs=" + inputs), "compiled for a CPU with", "lacks", "--march")

    def test_code_for_another_machine_is_written(self):
        obj = self.compile(command.DIGITS, "digits.o", "--march=aarch64")
        with open(obj, "rb") as file:
            self.assertEqual(struct.unpack("<H", file.read(20)[18:])[0], 183)  # EM_AARCH64
        lib = self.compile(command.DIGITS, "digits.so", "--emit=library", "--march=aarch64")
        self.assert_one_sentence(command.run("run", lib, "--self-test"), "digits.so")

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

    def test_plot_draws_the_layers(self):
        drawing = self.path("digits.svg")
        self.assert_ok(command.run("plot", command.DIGITS, "-o", drawing, "--dtypes"))
        with open(drawing) as file:
            picture = file.read()
        for words in ("<svg", "Conv2D", "(None, 10)", "float32"):
            self.assertIn(words, picture)
        self.assert_one_sentence(command.run("plot", command.DIGITS, "-o", self.path("digits.gif")), "digits.gif", ".svg")

    def test_summary_is_that_of_keras(self):
        some = ("--expand-nested", "--show-trainable", "--layer-range=conv2d_1,drop.*", "--line-length=70")
        for name, options in (("digits_summary", ()), ("digits_summary_options", some)):
            said = self.assert_ok(command.run("summary", command.DIGITS, *options, env=dict(os.environ, COLUMNS="80"))).stdout
            with open(os.path.join(command.HERE, "testdata", name + ".txt")) as file:
                self.assertEqual(said, file.read())
        self.assert_one_sentence(command.run("summary", command.DIGITS, "--layer-range=a,b"), "'a' to 'b'")
        self.assert_one_sentence(command.run("summary", command.DIGITS, "--line-length=9"), "too short")
        self.assertEqual(command.run("summary", command.DIGITS, "--layer-range=conv2d").returncode, 2)

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
  int64_t batch = argc > 1 ? atoi(argv[1]) : 0;
  size_t in = (size_t)batch * %(inputs)d, out = (size_t)batch * %(outputs)d;
  float* x = malloc(in * sizeof *x);
  float* y = malloc(out * sizeof *y);
  char* memory = malloc((size_t)%(name)s_workspace_size(batch) + 64);
  void* workspace = memory + 63 - ((uintptr_t)memory + 63) %% 64;
  if (fread(x, sizeof *x, in, stdin) != in) return 2;
  if (%(name)s_call(x, y, batch, workspace, 0, 0) != 0) return 3;
  return fwrite(y, sizeof *y, out, stdout) == out ? 0 : 4;
}
"""

CALL_FILE = r"""
#include <stdio.h>
#include <stdlib.h>
#include "digits.h"

int main(int argc, char** argv) {
  int64_t batch = argc > 2 ? atoi(argv[2]) : 0;
  size_t in = (size_t)batch * 64, out = (size_t)batch * 10;
  float* x = malloc(in * sizeof *x);
  float* y = malloc(out * sizeof *y);
  char* memory = malloc((size_t)digits_workspace_size(batch) + 64);
  void* workspace = memory + 63 - ((uintptr_t)memory + 63) % 64;
  const void* prepared;
  int32_t opened = digits_open(argv[1], &prepared);
  if (opened != 0) return 10 + opened;
  if (fread(x, sizeof *x, in, stdin) != in) return 2;
  if (digits_call(prepared, x, y, batch, workspace, 0, 0) != 0) return 3;
  digits_close(prepared);
  return fwrite(y, sizeof *y, out, stdout) == out ? 0 : 4;
}
"""

CALL_ARGUMENTS = r"""
#include <stdio.h>
#include <stdlib.h>
#include "small.h"

static const float kernel[4 * 3] = {1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0};
static const float bias[3] = {1, 2, 3};
static const float x[4] = {10, 20, 30, 40};

static void* aligned(size_t bytes) {
  char* memory = malloc(bytes + 64);
  return memory + 63 - ((uintptr_t)memory + 63) % 64;
}

int main(void) {
  const void* variables[SMALL_VARIABLES];
  float y[3];
  void* prepared = aligned(SMALL_PREPARED_BYTES);
  void* workspace = aligned((size_t)small_workspace_size(1));
  variables[0] = kernel;
  variables[1] = bias;
  if (small_prepare(variables, prepared, workspace, 0, 0) != 0) return 2;
  if (small_call(prepared, x, y, 1, workspace, 0, 0) != 0) return 3;
  printf("%g %g %g\n", y[0], y[1], y[2]);
  y[0] = y[1] = y[2] = 0;
  if (small_stateless_call(variables, prepared, x, y, 1, workspace, 0, 0) != 0) return 4;
  printf("%g %g %g\n", y[0], y[1], y[2]);
  return 0;
}
"""

if __name__ == "__main__":
    command.main()
