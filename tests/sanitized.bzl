"""A program of ours, built with a sanitizer whatever the rest is built with."""

# Undefined behaviour is an error like the others; vptr needs type information that system libraries lack.
_COPTS = {
    "address": [],
    "thread": [],
    "undefined": ["-fno-sanitize-recover=undefined", "-fno-sanitize=vptr"],
}
_LINKOPTS = {
    "address": [],
    "thread": [],
    "undefined": ["-fsanitize-link-c++-runtime"],
}

def _transition(settings, attr):
    sanitizer = "-fsanitize=" + attr.sanitizer
    return {
        "//command_line_option:copt": settings["//command_line_option:copt"] + [sanitizer, "-g1"] + _COPTS[attr.sanitizer],
        "//command_line_option:linkopt": settings["//command_line_option:linkopt"] + [sanitizer] + _LINKOPTS[attr.sanitizer],
    }

_sanitize = transition(
    implementation = _transition,
    inputs = ["//command_line_option:copt", "//command_line_option:linkopt"],
    outputs = ["//command_line_option:copt", "//command_line_option:linkopt"],
)

def _sanitized_impl(ctx):
    program = ctx.attr.binary[0][DefaultInfo].files_to_run.executable
    link = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(output = link, target_file = program, is_executable = True)
    return [DefaultInfo(executable = link, files = depset([link]))]

sanitized_binary = rule(
    doc = "`binary` and all of ours that it links, compiled with -fsanitize=`sanitizer`.",
    implementation = _sanitized_impl,
    executable = True,
    attrs = {
        "binary": attr.label(cfg = _sanitize, mandatory = True),
        "sanitizer": attr.string(values = ["address", "thread", "undefined"], mandatory = True),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
    },
)

def sanitized_test(name, test, sanitizer, **kwargs):
    """Runs the test `test` once more, built with a sanitizer.

    Args:
      name: the test.
      test: a cc_test.
      sanitizer: address, thread or undefined.
      **kwargs: as of every test.
    """
    sanitized_binary(
        name = name + "_program",
        testonly = True,
        binary = test,
        sanitizer = sanitizer,
    )
    native.sh_test(
        name = name,
        srcs = ["//tests:run_sanitized.sh"],
        args = ["$(rootpath :%s_program)" % name],
        data = kwargs.pop("data", []) + [":%s_program" % name],
        **kwargs
    )
