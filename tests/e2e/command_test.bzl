"""Tests in Python that drive a program of ours."""

def command_test(name, program = "//compiler/tools:keratin", data = [], size = "medium", **kwargs):
    """A test `name`.py that gets the path of the program as its first argument; it may import tests/e2e/command.py."""
    native.sh_test(
        name = name,
        size = size,
        srcs = ["//tests/e2e:run_python.sh"],
        args = [
            "$(rootpath %s.py)" % name,
            "$(rootpath %s)" % program,
        ],
        data = data + [
            name + ".py",
            program,
            "//tests/e2e:command.py",
        ],
        **kwargs
    )
