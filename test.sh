#!/usr/bin/env bash
# Installs what is missing, builds everything and runs every test; arguments go to `bazel test`.
set -euo pipefail
cd "$(dirname "$0")"

third_party/install.sh
exec bazel test --keep_going "$@" //...
