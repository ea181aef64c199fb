#!/usr/bin/env bash
# Assembles Microsoft.ML.OnnxRuntime and .Managed into the folder $1.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
packages=$(mkdir -p "$1" && cd "$1" && pwd)
version=1.29.0
npm_package=com.github.asus4.onnxruntime@0.4.9

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v npm >/dev/null || { echo "npm is needed to get ONNX Runtime: install Node.js (Debian: apt-get install npm)" >&2; exit 1; }
(cd "$work" && npm pack "$npm_package" --silent >/dev/null && tar xzf ./*.tgz \
  --exclude='*.aar' --exclude='*iOS~*' --exclude='*.meta')
cp "$here"/*.csproj "$here"/*.props "$work"
# The public key stands in the sources; InternalsVisibleTo names it.
key=$(grep -o 'PublicKey=[0-9a-f]*' "$work/package/Runtime/AssemblyInfo.shared.cs" | head -1 | cut -d= -f2)
printf '%b' "$(sed 's/../\\x&/g' <<<"$key")" >"$work/package/key.snk"
for project in Managed Native; do
  dotnet pack "$work/$project.csproj" --nologo -v quiet -c Release -o "$work/out" \
    -p:OnnxRuntimeSource="$work/package" -p:OnnxRuntimeVersion=$version
done
for file in "$work"/out/*.nupkg; do
  cp "$file" "$packages/.partial-$$" && mv "$packages/.partial-$$" "$packages/$(basename "$file")"
done
