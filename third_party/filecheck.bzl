"""Tests of passes and IR: .mlir files with RUN lines."""

def keratin_mlir_test(name, srcs, tool = "//compiler/tools:keratin-opt", **kwargs):
    """Runs the `// RUN:` lines of `srcs`; see third_party/llvm/run_lines.sh.

    Args:
      name: the test.
      srcs: .mlir files, such as glob(["test/*.mlir"]).
      tool: what stands for `keratin-opt` in the RUN lines.
      **kwargs: as of every test.
    """
    native.sh_test(
        name = name,
        size = "small",
        srcs = ["//third_party/llvm:run_lines.sh"],
        args = ["$(rootpath {})".format(tool)] + ["$(rootpath {})".format(src) for src in srcs],
        data = [tool] + srcs,
        **kwargs
    )
