#!/usr/bin/env bash
# Compiled code and runtime, called from several threads at once, under a sanitizer: KERATIN PROGRAM.
set -euo pipefail
for variables in embedded file; do
  "$1" compile examples/digits/digits.keras -o "$TEST_TMPDIR/$variables.so" --emit=library --variables="$variables"
  # The containers of system libraries are not annotated.
  ASAN_OPTIONS=detect_container_overflow=0:detect_leaks=0 "$2" "$TEST_TMPDIR/$variables.so"
done
