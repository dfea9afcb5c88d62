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
        os.mkdir(self.path("out"))
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
        """//examples/cpp:predict builds it, and its test runs it."""
        with open(os.path.join(command.ROOT, "examples", "cpp", "predict.cc")) as file:
            program = file.read()
        self.assertEqual(len(blocks("cpp")), 1)
        self.assertIn(blocks("cpp")[0].strip(), program)

    def test_links_lead_somewhere(self):
        with open(os.path.join(command.ROOT, "README.md")) as file:
            for target in re.findall(r"\]\(([^)#:]+)\)", file.read()):
                self.assertTrue(os.path.exists(os.path.join(command.ROOT, target)), target)


if __name__ == "__main__":
    command.main()
