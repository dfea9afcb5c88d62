#!/usr/bin/env bash
# Installs the system packages that Keratin builds from (Debian bookworm and its security archive).
# Asks nothing; needs root or sudo; does nothing where everything is there.
set -euo pipefail

packages=(
  bazel-bootstrap
  clang-22 lld-22 liblld-22-dev libpolly-22-dev llvm-22-dev libclang-rt-22-dev libmlir-22-dev mlir-22-tools
  clang-format-22 clang-tidy-22
  libabsl-dev libprotobuf-dev protobuf-compiler libgtest-dev libgmock-dev libbenchmark-dev
  libhdf5-dev libzip-dev zlib1g-dev libzstd1 libpng-dev nlohmann-json3-dev
  graphviz gcc g++ git ca-certificates
)

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
  [[ $status == "install ok installed" ]] || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
  exit 0
fi

as_root=()
if ((EUID != 0)); then
  command -v sudo >/dev/null || {
    echo "install.sh: ${missing[*]} must be installed: run this as root, or install sudo" >&2
    exit 1
  }
  as_root=(sudo)
fi
apt() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o=Dpkg::Use-Pty=0 -o=Acquire::Retries=3 "$@"
}

echo "install.sh: installing ${missing[*]}" >&2
apt update
# LLVM 22 is in Debian's security archive. A machine that lacks it gets it from where it has Debian itself.
if ! apt-cache show libmlir-22-dev >/dev/null 2>&1; then
  read -r archive release < <(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(ORIGIN)' 'Created-By: Packages' |
    awk '$3 == "Debian" && $2 !~ /-/ && $1 ~ /\/debian\/$/ { print $1, $2; exit }') || {
    echo "install.sh: LLVM 22 is in Debian's security archive, and no apt source of this machine is Debian's" >&2
    exit 1
  }
  echo "deb ${archive%/debian/}/debian-security $release-security main" |
    "${as_root[@]}" tee /etc/apt/sources.list.d/keratin-security.list >/dev/null
  apt update
fi
apt install --no-install-recommends -y "${missing[@]}" >/dev/null
