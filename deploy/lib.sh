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

# services_of PACKAGE…: the services in deploy/packages that these would start, and that stay off.
services_of() {
  local package
  for package in "$@"; do
    awk -v wanted="$package" '$1 == wanted && $2 ~ /^off:/ { print substr($2, 5) }' "$root/deploy/packages"
  done
}

# install_packages [sudo] -- PACKAGE…: for `need`. Nothing starts meanwhile (policy-rc.d is Debian's own word for that; one
# that the machine has is left alone), nor with the next boot.
install_packages() {
  local as_root=() policy=/usr/sbin/policy-rc.d own=no status=0 service
  while [[ $1 != -- ]]; do
    as_root+=("$1")
    shift
  done
  shift
  if [[ -n $(services_of "$@") && ! -e $policy ]]; then
    own=yes
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null && "${as_root[@]}" chmod 755 "$policy"
  fi
  local install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300)
  if ! "${install[@]}" "$@" >/dev/null 2>&1 </dev/null; then
    "${as_root[@]}" apt-get update -q </dev/null >&2 && "${install[@]}" "$@" </dev/null >&2 || status=$?
  fi
  [[ $own == no ]] || "${as_root[@]}" rm -f "$policy"
  for service in $(services_of "$@"); do
    [[ ! -e /etc/init.d/$service ]] || "${as_root[@]}" update-rc.d "$service" disable >/dev/null 2>&1 || true
  done
  return "$status"
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
  install_packages "${as_root[@]}" -- "${missing[@]}"
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

# A node that Vite and Playwright run on, with npm beside it.
good_node() {
  command -v npm >/dev/null && command -v node >/dev/null &&
    node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'
}

# node_ready: puts a node of 20.19 or later first on PATH. Debian's is older: there it comes from npm's package `node`,
# in a step of its own (rolldown leaves its native part out when it is installed under the older node).
node_ready() {
  local tools=$root/build/tools
  [[ ! -x $tools/node_modules/.bin/node ]] || export PATH=$tools/node_modules/.bin:$PATH
  good_node && return 0
  need node
  good_node && return 0
  say "Fetching node 22 into build/tools" "正在下载 node 22"
  mkdir -p "$tools"
  npm install --prefix "$tools" --no-audit --no-fund --no-save --loglevel=error node@22 >&2
  export PATH=$tools/node_modules/.bin:$PATH
  good_node || die "No node of 20.19 or later could be had from npm." "无法从 npm 获得 20.19 或更高版本的 node。"
}

# node_packages DIRECTORY: what its package-lock.json names, installed once and again when that file changes.
node_packages() {
  local stamp=$1/node_modules/.installed
  node_ready
  [[ ! -f $stamp ]] || ! cmp -s "$stamp" "$1/package-lock.json" || return 0
  say "Installing the npm packages of ${1#"$root"/}" "正在安装 npm 软件包"
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --prefix "$1" --no-audit --no-fund --loglevel=error >&2
  cp "$1/package-lock.json" "$stamp"
}

# make_erp DIRECTORY: a database of Tryton there, with trytond.conf, password and log beside it; sets erp_port. Not started.
make_erp() {
  erp_port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  mkdir "$1/db"
  touch "$1/db/erp.sqlite" # Tryton wants the file to exist
  printf '[web]\nlisten = 127.0.0.1:%s\n[database]\nuri = sqlite://\npath = %s/db\n' "$erp_port" "$1" >"$1/trytond.conf"
  (umask 077 && head -c 18 /dev/urandom | base64 >"$1/password")
  say "Making an ERP (about half a minute)" "正在建立 ERP"
  TRYTONPASSFILE=$1/password trytond-admin -c "$1/trytond.conf" -d erp --email admin@example.com \
    -u party product sale stock --activate-dependencies >"$1/log" 2>&1 || { tail -20 "$1/log" >&2; die "Tryton's database was not made." "无法建立 Tryton 数据库。"; }
}

# took SECONDS → "3 min 20 s"
took() { printf '%d min %d s' $(($1 / 60)) $(($1 % 60)); }
