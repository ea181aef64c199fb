#!/usr/bin/env bash
# Fetches what some tests of the execution provider look for and skip without: the C headers and other versions of
# ONNX Runtime, into artifacts/onnxruntime.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v npm >/dev/null || { echo "npm is needed: install Node.js (Debian: apt-get install npm)" >&2; exit 1; }
target=$PWD/artifacts/onnxruntime
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for version in 1.24.3 1.26.0 1.30.0; do
  [ -f "$target/$version/libonnxruntime.so.1" ] && continue
  (cd "$work" && npm pack "onnxruntime-node@$version" --silent >/dev/null && tar xzf "onnxruntime-node-$version.tgz" --wildcards '*/linux/x64/libonnxruntime.so.1')
  mkdir -p "$target/$version"
  find "$work/package" -name libonnxruntime.so.1 -exec mv {} "$target/$version/" \;
done

if [ ! -f "$target/include/onnxruntime_c_api.h" ]; then
  (cd "$work" && npm pack com.github.asus4.onnxruntime@0.4.9 --silent >/dev/null && tar xzf com.github.asus4.onnxruntime-0.4.9.tgz --wildcards '*/ios-arm64/onnxruntime.framework/Headers/*.h')
  mkdir -p "$target/include"
  find "$work/package" -path '*Headers*' -name '*.h' -exec mv {} "$target/include/" \;
fi
echo "$target"
