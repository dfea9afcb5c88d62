#!/usr/bin/env bash
# Compiled code and runtime, called from several threads at once, under a sanitizer: KERATIN PROGRAM.
set -euo pipefail
"$1" compile examples/digits/digits.keras -o "$TEST_TMPDIR/digits.so" --emit=library
"$2" "$TEST_TMPDIR/digits.so"
