"""Runs the `keratin` command for tests, and writes numpy files without numpy.

A test module defines classes of unittest and ends with `command.main()`; it is started with the path of the command as its first
argument. Test cases are written as JUnit XML where Bazel asks for it.
"""
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import xml.sax.saxutils
import zipfile

KERATIN = None
NOBODY = 65534
# Where the files of a test are: Bazel's tree of them, else the source tree.
ROOT = (os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"]) if "TEST_SRCDIR" in os.environ
        else os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
HERE = os.path.join(ROOT, "tests", "e2e")
DIGITS = os.path.join(ROOT, "examples", "digits", "digits.keras")


def run(*args, **kwargs):
    """A finished `keratin ARGS`, its output as text."""
    kwargs.setdefault("timeout", 120)
    kwargs.setdefault("stdout", subprocess.PIPE)
    return subprocess.run([KERATIN, *args], stderr=subprocess.PIPE, text=True, errors="replace", **kwargs)


def run_unprivileged(*args):
    """The same for a user who may not read and write everything."""
    if os.geteuid() != 0:
        return run(*args)
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        # The build's own folder may be closed to others.
        program = shutil.copy(KERATIN, folder)
        os.chmod(folder, 0o755)
        return subprocess.run([program, *args], user=NOBODY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)


def npy(descr, shape, values):
    """The bytes of a .npy file; `values` are packed by `descr`, such as "<f4"."""
    codes = {"<f4": "f", "<f8": "d", "<i4": "i", "<i8": "q", "|u1": "B", "|b1": "?"}
    head = "{'descr': '%s', 'fortran_order': False, 'shape': %s, }" % (descr, repr(tuple(shape)))
    head += " " * (-(len(head) + 11) % 64) + "\n"
    return (b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode("latin1")
            + struct.pack("<%d%s" % (len(values), codes[descr]), *values))


def write_npz(path, arrays):
    with zipfile.ZipFile(path, "w") as z:
        for name, content in arrays.items():
            z.writestr(name + ".npy", content)
    return path


def floats(shape, fill=0.5):
    count = 1
    for size in shape:
        count *= size
    return npy("<f4", shape, [fill] * count)


class CommandTest(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(dir="/tmp")  # which every user may enter
        os.chmod(folder.name, 0o755)
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def assert_ok(self, result):
        self.assertEqual(result.returncode, 0, result.stderr)
        return result

    def assert_one_sentence(self, result, *words):
        """A non-zero exit, no crash, and one line on stderr that holds the words."""
        self.assertEqual(result.returncode, 1, f"stdout {result.stdout!r}, stderr {result.stderr!r}")
        self.assertRegex(result.stderr, r"\Akeratin: [^\n]+\n\Z")
        for word in words:
            self.assertIn(word, result.stderr)


class _Result(unittest.TextTestResult):
    def __init__(self, *args):
        super().__init__(*args)
        self.times = {}

    def startTest(self, test):
        super().startTest(test)
        self.times[test.id()] = time.time()

    def stopTest(self, test):
        super().stopTest(test)
        self.times[test.id()] = time.time() - self.times[test.id()]


def _write_xml(result, path):
    bad = {test.id(): text for test, text in result.failures + result.errors}
    with open(path, "w") as file:
        file.write(f'<testsuites><testsuite name="e2e" tests="{len(result.times)}" failures="{len(bad)}">\n')
        for name, seconds in result.times.items():
            file.write(f'<testcase name={xml.sax.saxutils.quoteattr(name)} time="{seconds:.3f}">')
            if name in bad:
                file.write("<failure>" + xml.sax.saxutils.escape(bad[name]) + "</failure>")
            file.write("</testcase>\n")
        file.write("</testsuite></testsuites>\n")


def main():
    global KERATIN
    KERATIN = os.path.abspath(sys.argv.pop(1))
    result = unittest.main(module="__main__", verbosity=2, exit=False,
                           testRunner=unittest.TextTestRunner(resultclass=_Result, verbosity=2)).result
    if "XML_OUTPUT_FILE" in os.environ:
        _write_xml(result, os.environ["XML_OUTPUT_FILE"])
    sys.exit(0 if result.wasSuccessful() else 1)
