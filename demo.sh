#!/usr/bin/env bash
# Installs what is missing, builds, and reads ten handwritten digits with a trained convnet: for each image its true
# label, the digit that the model sees, and the probability it gives. The object file, its header, the
# library and IR dumps go to out/.
set -euo pipefail
cd "$(dirname "$0")"
third_party/install.sh
bazel build //compiler/tools:keratin
keratin=bazel-bin/compiler/tools/keratin
mkdir -p out
"$keratin" compile examples/digits/digits.keras -o out/digits.o
"$keratin" compile examples/digits/digits.keras --emit=library -o out/digits.so
for phase in trace graph kernels buffers llvm object; do
  "$keratin" dump examples/digits/digits.keras --phase="$phase" >"out/digits.$phase.txt"
done
echo "image         label  digit  probability"
while read -r image label _; do
  [[ $image == "#" ]] && continue
  "$keratin" run examples/digits/digits.keras --input=image="examples/digits/$image" --outputs=out/digits.npz >/dev/null
  python3 - "$image" "$label" <<'P'
import struct, sys, zipfile
data = zipfile.ZipFile("out/digits.npz").read("0.npy")
header = 10 + struct.unpack("<H", data[8:10])[0]
p = struct.unpack("<10f", data[header:header + 40])
best = max(range(10), key=p.__getitem__)
print(f"{sys.argv[1]:<13} {sys.argv[2]:>5}  {best:>5}  {p[best]:.4f}")
P
done <examples/digits/labels.txt
