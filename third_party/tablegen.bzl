"""C++ from TableGen records (ODS), by Debian's mlir-tblgen."""

def keratin_tablegen(name, td, outs, deps = [], visibility = None):
    """Files generated from a .td file, and a library `name` through which they are included.

    Args:
      name: the library; depend on it to include "<package>/<out>".
      td: the .td file.
      outs: {file: "arguments of mlir-tblgen"}, such as {"dialect.h.inc": "-gen-dialect-decls"}.
      deps: .td files (or filegroups) that `td` includes, as "<package>/<file>", besides MLIR's own.
      visibility: as of every rule.
    """
    for out, arguments in outs.items():
        native.genrule(
            name = "{}_{}".format(name, out.replace(".", "_")),
            srcs = [td, "@llvm//:td_files"] + deps,
            outs = [out],
            cmd = "$(location @llvm//:mlir-tblgen) {} -I. -I/usr/lib/llvm-22/include $(location {}) -o $@".format(arguments, td),
            message = "Generating from ODS",
            tools = ["@llvm//:mlir-tblgen"],
            visibility = ["//visibility:private"],
        )
    native.cc_library(
        name = name,
        textual_hdrs = outs.keys(),
        visibility = visibility,
    )
