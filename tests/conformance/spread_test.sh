#!/usr/bin/env bash
# Runs the cases that the repository carries: RUNNER. Their number is not zero, and none fails.
set -euo pipefail
"$1" --cases=tests/conformance/cases --jobs="$(nproc)" --seconds=300
