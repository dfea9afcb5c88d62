"""Tests in Python that drive the command."""

def command_test(name, data = [], size = "medium", **kwargs):
    """A test `name`.py that gets the path of `keratin` as its first argument, and command.py beside it."""
    native.sh_test(
        name = name,
        size = size,
        srcs = ["run_python.sh"],
        args = [
            "$(rootpath %s.py)" % name,
            "$(rootpath //compiler/tools:keratin)",
        ],
        data = data + [
            name + ".py",
            "command.py",
            "//compiler/tools:keratin",
        ],
        **kwargs
    )
