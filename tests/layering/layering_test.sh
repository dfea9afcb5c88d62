#!/usr/bin/env bash
# No source includes what the table of rooms in rules.awk forbids, rooms have a README of at most 40
# lines, and the checker itself sees each kind of fault (in sources made up here).
set -uo pipefail
root=$(dirname "$(readlink -f WORKSPACE)")
rules=$PWD/tests/layering/rules.awk
status=0

cd "$root"
sources() { find . -mindepth 2 \( -name .git -o -name 'bazel-*' -o -name third_party -o -name out \) -prune -o -type f \( -name '*.h' -o -name '*.cc' -o -name '*.c' -o -name '*.inc' \) -printf '%P\n'; }
mapfile -t files < <(sources)
if ((${#files[@]} == 0)); then
  echo "no sources found under $root"
  status=1
else
  awk -f "$rules" "${files[@]}" || status=1
fi

for room in runtime ir layers passes compiler tests third_party; do
  lines=$(wc -l <"$room/README.md") || lines=0
  if ((lines < 1 || lines > 40)); then
    echo "$room/README.md has $lines lines; it must have 1 to 40"
    status=1
  fi
done

# refuses FILE INCLUDE: the checker must report that include in that file.
cd "$(mktemp -d -p "${TEST_TMPDIR:-/tmp}")"
refuses() {
  mkdir -p "$(dirname "$1")"
  echo "#include \"$2\"" >"$1"
  if awk -f "$rules" $(find . -type f -printf '%P\n') >/dev/null; then
    echo "the checker let $1 include $2"
    status=1
  fi
  rm "$1"
}
refuses runtime/a.h mlir/IR/Value.h
refuses runtime/a.cc layers/base/layer.h
refuses runtime/a.cc nlohmann/json.hpp
refuses ir/a.cc passes/graph/simplify.h
refuses ir/ops/a.cc mlir/ExecutionEngine/ExecutionEngine.h
refuses layers/core/a.cc compiler/api/compile.h
refuses layers/core/a.cc ir/dialect/dialect.h
refuses layers/core/a.h hdf5.h
refuses passes/graph/a.cc layers/base/layer.h
refuses compiler/pipeline/a.cc tests/reference.h
mkdir -p ir/trace
echo '#include "mlir/IR/BuiltinOps.h"' >ir/trace/module.h
refuses compiler/api/a.h ir/trace/module.h
refuses layers/core/a.h ir/trace/module.h

((status == 0)) && echo "${#files[@]} sources keep to their rooms"
exit $status
