"""C++ messages from a .proto file, by Debian's protoc."""

def keratin_proto_library(name, src, deps = [], visibility = None):
    """A cc_library of the messages in `src`; include "<package>/<src without .proto>.pb.h".

    Args:
      name: the library.
      src: the .proto file.
      deps: libraries of the messages it imports (made by this macro).
      visibility: as of every rule.
    """
    stem = src[:-len(".proto")]
    native.genrule(
        name = name + "_protoc",
        srcs = [src],
        outs = [stem + ".pb.h", stem + ".pb.cc"],
        cmd = "/usr/bin/protoc -I. --cpp_out=$(GENDIR) $(location {})".format(src),
        message = "Generating messages",
        visibility = ["//visibility:private"],
    )
    native.cc_library(
        name = name,
        srcs = [stem + ".pb.cc"],
        hdrs = [stem + ".pb.h"],
        copts = ["-w"],
        deps = deps + ["@protobuf//:protobuf"],
        visibility = visibility,
    )
