#!/bin/sh
# Runs a test written in Python: SCRIPT ARGUMENTS. Bazel's own rule for these asks for a `python` that Debian does not have.
exec python3 -B "$@"
