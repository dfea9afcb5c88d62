"""A family of layers: one folder, every file in it found by itself."""

load("//:keratin.bzl", "keratin_library", "keratin_test")

def layer_family(name, deps = [], test_deps = [], exclude = [], visibility = ["//:sees_layers"]):
    """The library `name` of all *.h and *.cc of a folder, and the test `name`_test of all its *_test.cc.

    A layer registers itself from its .cc, so the library is linked whole wherever it is depended on.

    Args:
      name: the family, as its folder is called.
      deps: what the layers include.
      test_deps: what the tests include besides.
      exclude: files that the folder's BUILD builds otherwise.
      visibility: as of every rule.
    """
    tests = native.glob(["*_test.cc"], exclude = exclude)
    keratin_library(
        name = name,
        srcs = native.glob(["*.cc"], exclude = exclude + ["*_test.cc"]),
        hdrs = native.glob(["*.h"], exclude = exclude),
        deps = deps,
        visibility = visibility,
        alwayslink = 1,
    )
    if tests:
        keratin_test(
            name = name + "_test",
            srcs = tests,
            deps = deps + test_deps + [":" + name],
        )
