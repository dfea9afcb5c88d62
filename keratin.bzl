"""The C++ rules of this project: cc_library and company with our defaults."""

# Quick builds are not slow to run; -c opt and -c dbg keep Bazel's own level.
_COPTS = select({
    "//:fastbuild": ["-O1"],
    "//conditions:default": [],
})

def keratin_library(name, copts = [], **kwargs):
    """A cc_library."""
    native.cc_library(name = name, copts = _COPTS + copts, **kwargs)

def keratin_binary(name, copts = [], **kwargs):
    """A cc_binary."""
    native.cc_binary(name = name, copts = _COPTS + copts, **kwargs)

def keratin_test(name, srcs = None, deps = [], copts = [], size = "small", **kwargs):
    """A cc_test that GoogleTest runs; `srcs` is by default `name`.cc."""
    native.cc_test(
        name = name,
        srcs = srcs or [name + ".cc"],
        copts = _COPTS + copts,
        size = size,
        deps = deps + ["@googletest//:gtest_main"],
        **kwargs
    )
