#!/usr/bin/env python3
"""The examples of the root README do what it says."""
import os
import re
import shutil
import subprocess

import command


def blocks(language):
    with open(os.path.join(command.ROOT, "README.md")) as file:
        return re.findall(r"^```%s\n(.*?)^```$" % language, file.read(), re.M | re.S)


class Readme(command.CommandTest):
    def test_shell_examples_run(self):
        """In a copy of the examples, with the command on the path."""
        shutil.copytree(os.path.join(command.ROOT, "examples"), self.path("examples"))
        os.mkdir(self.path("bin"))
        os.symlink(command.KERATIN, self.path("bin/keratin"))
        env = dict(os.environ, PATH=self.path("bin") + ":" + os.environ["PATH"])
        examples = blocks("sh")
        self.assertGreaterEqual(len(examples), 3)
        said = ""
        for example in examples:
            for line in example.splitlines():
                ran = subprocess.run(line, shell=True, cwd=self.folder, env=env, text=True, timeout=120,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                self.assertEqual(ran.returncode, 0, f"{line}: {ran.stderr}")
                said += ran.stdout
        self.assertIn("digit 3, probability", said)

    def test_the_program_is_the_one_in_the_examples(self):
        """Which runs."""
        with open(os.path.join(command.ROOT, "examples", "cpp", "predict.cc")) as file:
            program = file.read()
        self.assertEqual(len(blocks("cpp")), 1)
        self.assertIn(blocks("cpp")[0].strip(), program)
        predict = os.path.join(command.ROOT, "examples", "predict")  # where Bazel puts //examples:predict
        ran = subprocess.run([predict, command.DIGITS], stdout=subprocess.PIPE, text=True, timeout=120, check=True)
        self.assertRegex(ran.stdout, r"\Afloat32 \(2, 10\) \[[0-9e., -]+")

    def test_links_lead_somewhere(self):
        for path in readmes():
            with open(path) as file:
                for target in re.findall(r"\]\(([^)#:]+)\)", file.read()):
                    self.assertTrue(os.path.exists(os.path.join(os.path.dirname(path), target)), f"{path}: {target}")

    def test_each_room_says_what_it_is_in_forty_lines(self):
        found = readmes()
        for room in ("runtime", "ir", "layers", "passes", "compiler", "tests", "third_party"):
            self.assertIn(os.path.join(SOURCES, room, "README.md"), found)
        for path in found:
            if os.path.dirname(path) != SOURCES:
                with open(path) as file:
                    self.assertLessEqual(len(file.readlines()), 40, path)


SOURCES = os.path.dirname(os.path.realpath(os.path.join(command.ROOT, "README.md")))


def readmes():
    """Every README.md of the source tree."""
    found = []
    for folder, folders, files in os.walk(SOURCES):
        folders[:] = [name for name in folders if not name.startswith(("bazel-", ".")) and name != "out"]
        if "README.md" in files:
            found.append(os.path.join(folder, "README.md"))
    return found


if __name__ == "__main__":
    command.main()
