"""Documentation that is generated, checked in, and kept current by a test."""

def current_document(name, generated, document):
    """A test that `document` equals the generated file.

    Args:
      name: the test.
      generated: label of the generated file, such as "//ir/dialect:OPS.md".
      document: label of the checked-in one, such as "//docs:OPS.md".
    """
    native.sh_test(
        name = name,
        size = "small",
        srcs = ["current_test.sh"],
        args = [
            "$(rootpath {})".format(generated),
            "$(rootpath {})".format(document),
            generated,
        ],
        data = [generated, document],
    )
