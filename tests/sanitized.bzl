"""A program of ours, built with a sanitizer whatever the rest is built with."""

def _transition(settings, attr):
    sanitizer = "-fsanitize=" + attr.sanitizer
    return {
        "//command_line_option:copt": settings["//command_line_option:copt"] + [sanitizer, "-g1"],
        "//command_line_option:linkopt": settings["//command_line_option:linkopt"] + [sanitizer],
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
        "sanitizer": attr.string(values = ["thread", "address"], mandatory = True),
        "_allowlist_function_transition": attr.label(default = "@bazel_tools//tools/allowlists/function_transition_allowlist"),
    },
)
