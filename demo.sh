#!/usr/bin/env bash
# Installs what is missing, builds, and reads ten handwritten digits with a trained convnet: for each image its true
# label, the digit that the model sees, and the probability it gives. The object file, its header, the library and
# IR dumps go to out/.
set -euo pipefail
cd "$(dirname "$0")"
third_party/install.sh
bazel build //compiler/tools:keratin
keratin=bazel-bin/compiler/tools/keratin
model=examples/digits/digits.keras
mkdir -p out
"$keratin" compile "$model" -o out/digits.o --dump-ir=out/digits.passes
"$keratin" compile "$model" --emit=library -o out/digits.so
for phase in trace graph kernels buffers llvm object; do
  "$keratin" dump "$model" --phase="$phase" >"out/digits.$phase.txt"
done

printf '%-13s %5s  %5s  %s\n' image label digit probability
while read -r image label _; do
  [[ $image == "#" ]] && continue
  # The output is one row, [[p0, p1, ...]].
  "$keratin" run out/digits.so --input=image="examples/digits/$image" | tr -d '[] ' |
    awk -F, -v image="$image" -v label="$label" '
      NF == 10 { for (i = 2; i <= NF; i++) if ($i + 0 > $(best + 1) + 0) best = i - 1
                 printf "%-13s %5d  %5d  %.4f\n", image, label, best, $(best + 1) }'
done <examples/digits/labels.txt
