#!/usr/bin/env python3
"""What the conformance runner counts as passed, failed and unsupported, and how it says so."""
import json
import os
import shutil
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
import command

CASES = os.path.join(command.ROOT, "tests", "conformance", "cases")
DENSE = os.path.join(CASES, "Dense", "06_23148cc5")
RELU = os.path.join(CASES, "ReLU", "02_1d21c273")


class Runner(command.CommandTest):
    def case(self, source, folder):
        """A copy of a case that may be changed."""
        target = self.path(folder)
        shutil.copytree(source, target)
        for name in os.listdir(target):
            os.chmod(os.path.join(target, name), 0o644)
        return target

    def note(self, folder, text):
        path = os.path.join(folder, "case.json")
        with open(path) as file:
            content = json.load(file)
        with open(path, "w") as file:
            json.dump(content | {"note": text}, file)

    def closes(self, counts, code, *flags):
        """Runs all cases of the test's folder."""
        result = command.run("--cases=" + self.folder, *flags)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        self.assertEqual(result.stdout.splitlines()[-1], "%d passed, %d failed, %d unsupported" % counts)
        return result.stdout

    def test_cases_at_any_depth(self):
        self.case(DENSE, "a/b/c/one")
        self.case(RELU, "two")
        said = self.closes((2, 0, 0), 0)
        self.assertRegex(said, r"(?m)^layer +passed +failed +unsupported +gradients$")
        self.assertRegex(said, r"(?m)^Dense +1 +0 +0 +not run$")
        self.assertRegex(said, r"(?m)^ReLU +1 +0 +0 +not run$")

    def test_the_folder_itself_may_be_a_case(self):
        result = command.run("--cases=" + DENSE)
        self.assertEqual(result.stdout.splitlines()[-1], "1 passed, 0 failed, 0 unsupported")

    def test_no_cases_is_an_error(self):
        for folder in (self.folder, self.path("none")):
            self.assert_one_sentence(command.run("--cases=" + folder), folder)
        self.case(DENSE, "one")
        self.assert_one_sentence(command.run("--cases=" + self.folder, "--layer=LSTM"), "LSTM")
        result = command.run()
        self.assertEqual(result.returncode, 2)

    def test_one_layer_alone(self):
        self.case(DENSE, "one")
        self.case(RELU, "two")
        self.assertNotIn("ReLU", self.closes((1, 0, 0), 0, "--layer=Dense"))

    def test_what_disagrees_or_breaks_has_failed(self):
        command.write_npz(os.path.join(self.case(DENSE, "shape"), "outputs.npz"), {"0": command.floats((1, 1))})
        with open(os.path.join(self.case(DENSE, "archive"), "model.keras"), "wb") as file:
            file.write(b"no archive")
        with open(os.path.join(self.case(DENSE, "case"), "case.json"), "w") as file:
            file.write("[]")
        os.remove(os.path.join(self.case(RELU, "outputs"), "outputs.npz"))
        self.case(RELU, "good")
        said = self.closes((1, 4, 0), 1)
        self.assertEqual(len([line for line in said.splitlines() if line.startswith("failed: ")]), 4)

    def test_what_check_says_is_unsupported(self):
        folder = self.case(DENSE, "one")
        shutil.copyfile(os.path.join(command.HERE, "testdata", "two_unknown_classes.keras"), os.path.join(folder, "model.keras"))
        said = self.closes((0, 0, 1), 0)
        self.assertRegex(said, r"(?m)^unsupported: .*'dense'.*Frobnicate.*'second'.*Unheard")

    def test_steps_that_do_not_exist_yet_are_unsupported(self):
        self.note(self.case(DENSE, "one"), "load, call quantize('gptq'), compare")
        with open(os.path.join(self.case(DENSE, "two"), "steps.jsonl"), "w") as file:
            file.write("{}\n")
        said = self.closes((0, 0, 2), 0)
        self.assertIn("quantize('gptq')", said)
        self.assertIn("training steps", said)

    def test_outcomes_as_json(self):
        self.case(DENSE, "one")
        command.write_npz(os.path.join(self.case(RELU, "two"), "outputs.npz"), {"0": command.floats((1, 1))})
        out = self.path("out.json")
        self.closes((1, 1, 0), 1, "--json=" + out)
        with open(out) as file:
            report = json.load(file)
        self.assertEqual([report[k] for k in ("passed", "failed", "unsupported")], [1, 1, 0])
        self.assertEqual(report["layers"]["Dense"], {"passed": 1, "failed": 0, "unsupported": 0})
        self.assertEqual([(case["layer"], case["verdict"], case["gradients"]) for case in report["cases"]],
                         [("Dense", "passed", "not run"), ("ReLU", "failed", "not run")])


if __name__ == "__main__":
    command.main()
