#!/usr/bin/env bash
# Runs the `// RUN:` lines of the given .mlir files as shell pipelines, in which %s is the file and
# keratin-opt, FileCheck and not are found. One fault fails the test, and its command is printed.
#
#     // RUN: keratin-opt --structure %s | FileCheck %s
#     // RUN: keratin-opt --verify-diagnostics --split-input-file %s
set -uo pipefail
bin=$TEST_TMPDIR/bin
mkdir -p "$bin"
tool=$1
shift
ln -s "$PWD/$tool" "$bin/keratin-opt"
ln -s /usr/lib/llvm-22/bin/{FileCheck,not} "$bin"
PATH=$bin:$PATH

status=0
for file in "$@"; do
  mapfile -t commands < <(sed -n 's#^// *RUN: *##p' "$file")
  if ((${#commands[@]} == 0)); then
    echo "$file has no RUN line"
    status=1
  fi
  for command in "${commands[@]}"; do
    if ! bash -o pipefail -c "${command//%s/$file}"; then
      echo "$file: failed: $command"
      status=1
    fi
  done
done
exit $status
