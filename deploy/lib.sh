# SPDX-License-Identifier: Apache-2.0
# What the scripts of deploy/ share: messages, packages, the build. Sourced, never run; the caller has set -euo pipefail.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export LC_ALL=C.UTF-8

# say ENGLISH CHINESE
say() { printf '== %s · %s\n' "$1" "$2" >&2; }
die() {
  printf '!! %s · %s\n' "$1" "$2" >&2
  exit 1
}

# packages GROUP…: the names in these groups of deploy/packages.
packages() {
  local group
  for group in "$@"; do
    awk -v wanted="[$group]" '/^\[/ { inside = ($0 == wanted); next } inside && NF && !/^#/ { print $1 }' "$root/deploy/packages"
  done
}

# need GROUP…: installs the packages that are missing, and only those.
need() {
  local missing=() package as_root=()
  command -v apt-get >/dev/null || die "This needs Debian 12 (apt-get)." "需要 Debian 12（apt-get）。"
  for package in $(packages "$@"); do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true) == installed ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    command -v sudo >/dev/null ||
      die "Install these as root, then run this again: apt-get install ${missing[*]}" "请先以 root 安装以上软件包，再重新运行。"
    as_root=(sudo)
  fi
  say "Installing ${#missing[@]} packages: ${missing[*]}" "正在安装软件包"
  local install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300)
  if ! "${install[@]}" "${missing[@]}" >/dev/null 2>&1 </dev/null; then
    "${as_root[@]}" apt-get update -q </dev/null >&2
    "${install[@]}" "${missing[@]}" </dev/null >&2
  fi
}

cores() { nproc; }

# build PRESET [TARGET…]: configures when needed and builds with all cores. Says nothing when there is nothing to do.
build() {
  local preset=$1
  shift
  export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
  export CCACHE_BASEDIR=$root CCACHE_NOHASHDIR=1
  cd "$root"
  # Ninja configures again by itself when a CMakeLists.txt changes; only the first time is ours.
  if [[ ! -f build/$preset/build.ninja ]]; then
    say "Configuring build/$preset" "正在配置 build/$preset"
    cmake --preset "$preset" >/dev/null
  fi
  local arguments=(--build "$root/build/$preset" -j "$(cores)")
  (($#)) && arguments+=(--target "$@")
  say "Building build/$preset" "正在编译 build/$preset"
  cmake "${arguments[@]}" >&2
}

# took SECONDS → "3 min 20 s"
took() { printf '%d min %d s' $(($1 / 60)) $(($1 % 60)); }
