#!/usr/bin/env bash
# A checked-in document equals what is generated today: current_test.sh GENERATED CHECKED_IN LABEL.
if ! diff -u "$2" "$1"; then
  echo "$2 is not current; regenerate it:"
  echo "    bazel build $3 && install -m 644 bazel-bin/${1#bazel-out/*/bin/} $2"
  exit 1
fi
