#!/usr/bin/env bash
# Compiles the tool that was built ahead of time (ReadyToRun) into artifacts/tool, so that it starts sooner, and prints the path of
# its .dll. Where the compiler is not on the NuGet sources, the path is that of the tool as it was built.
set -euo pipefail
cd "$(dirname "$0")/.."
. eng/crossgen/compiler.sh
built=artifacts/bin/DeepCompression.Cli/release
target=artifacts/tool
if [ "$target/deepcompress.dll" -nt "$built/deepcompress.dll" ] && [ -z "$(find "$built" -maxdepth 1 -name '*.dll' -newer "$target/deepcompress.dll" -print -quit)" ]; then
  echo "$target/deepcompress.dll"
  exit
fi

rm -rf "$target"
plain() { echo "$built/deepcompress.dll"; exit; }
find_compiler || plain
find_framework "$host" || plain

# Compiled as one bubble: code of one assembly may be inlined into another, and its generic types made for types of another.
work=$target.$$
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"
cp -r "$built/." "$work"
for assembly in "$built"/*.dll; do
  "${run[@]}" "$assembly" "${framework[@]}" -r "$built/*.dll" --inputbubble --inputbubbleref "$built/*.dll" -O \
    --targetos "${host%-*}" --targetarch "${host##*-}" -o "$work/$(basename "$assembly")" >/dev/null 2>&1 || plain
done
mv "$work" "$target"
touch "$target/deepcompress.dll"
echo "$target/deepcompress.dll"
