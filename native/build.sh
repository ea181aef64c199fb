#!/usr/bin/env bash
# Builds the trampoline into artifacts/native/RID: for this machine, or for every platform with `native/build.sh all`.
set -euo pipefail
cd "$(dirname "$0")"
flags=(-O2 -Wall -Wextra -Werror -ffreestanding -fvisibility=hidden -shared -nostdlib -s)

compiler() { # command package: what builds for one platform; installed where this is Debian and we may
  command -v "$1" >/dev/null && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "native/build.sh: installing $2" >&2
    { apt-get install -y -qq --no-install-recommends "$2" || { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$2"; }; } >/dev/null 2>&1 || true
  fi
  command -v "$1" >/dev/null || { echo "native/build.sh: $1 is needed: sudo apt-get install $2" >&2; return 1; }
}

build() { # rid
  local out=../artifacts/native/$1
  case $1 in
    linux-x64) compile x86_64-linux-gnu-gcc gcc-x86-64-linux-gnu libdeepcompression_ep.so -fPIC -Wl,-z,defs -Wl,--build-id=none ;;
    linux-arm64) compile aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu libdeepcompression_ep.so -fPIC -Wl,-z,defs -Wl,--build-id=none ;;
    win-x64) compile x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64-win32 deepcompression_ep.dll -fno-ident -Wl,--entry=DllMain -Wl,--no-insert-timestamp ;;
    *) echo "native/build.sh: no trampoline for $1; models run inlined there" >&2; return 1 ;;
  esac
}

compile() { # compiler package file flags...
  local cc=$1
  # The compiler of this machine goes by the name gcc.
  [ "${cc%-gcc}" = "$(gcc -dumpmachine 2>/dev/null)" ] && cc=gcc
  [ "$cc" = "$(uname -m)-linux-gnu-gcc" ] && { cc=gcc; set -- gcc gcc "${@:3}"; }
  compiler "$cc" "$2"
  mkdir -p "$out"
  "$cc" "${flags[@]}" "${@:4}" trampoline.c -o "$out/.$3.$$"
  mv "$out/.$3.$$" "$out/$3"
}

case ${1:-} in
  all) absent=; for rid in linux-x64 linux-arm64 win-x64; do (build $rid) || absent+=" $rid"; done
    [ -z "$absent" ] || { echo "native/build.sh: not built:$absent; models run inlined there" >&2; exit 1; } ;;
  '') build "linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')" ;;
  *) build "$1" ;;
esac
