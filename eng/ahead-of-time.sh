#!/usr/bin/env bash
# Compiles the tool that was built ahead of time (ReadyToRun) into artifacts/tool, so that it starts sooner, and prints the path of
# its .dll. Where the compiler is not on the NuGet sources, the path is that of the tool as it was built.
set -euo pipefail
cd "$(dirname "$0")/.."
built=artifacts/bin/DeepCompression.Cli/release
target=artifacts/tool
absent=artifacts/crossgen-absent # remembers that the compiler cannot be restored
if [ "$target/deepcompress.dll" -nt "$built/deepcompress.dll" ] && [ -z "$(find "$built" -maxdepth 1 -name '*.dll' -newer "$target/deepcompress.dll" -print -quit)" ]; then
  echo "$target/deepcompress.dll"
  exit
fi

rm -rf "$target"
plain() { echo "$built/deepcompress.dll"; exit; }
[ ! -e "$absent" ] || plain
info=$(dotnet msbuild eng/crossgen -getProperty:NETCoreSdkPortableRuntimeIdentifier -getProperty:BundledNETCoreAppPackageVersion -getProperty:NetCoreTargetingPackRoot)
value() { sed -n "s/.*\"$1\": \"\(.*\)\".*/\1/p" <<<"$info"; }
rid=$(value NETCoreSdkPortableRuntimeIdentifier) version=$(value BundledNETCoreAppPackageVersion)
compiler=${NUGET_PACKAGES:-$HOME/.nuget/packages}/microsoft.netcore.app.crossgen2.$rid/$version/tools
framework=$(dirname "$(value NetCoreTargetingPackRoot)")/shared/Microsoft.NETCore.App/$version
[ -d "$compiler" ] || dotnet restore eng/crossgen -v quiet >/dev/null 2>&1 || { mkdir -p artifacts; touch "$absent"; plain; }
[ -d "$framework" ] || plain
if [ -x "$compiler/crossgen2" ]; then run=("$compiler/crossgen2"); else run=(dotnet "$compiler/crossgen2.dll"); fi

# Compiled as one bubble: code of one assembly may be inlined into another, and its generic types made for types of another.
work=$target.$$
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"
cp -r "$built/." "$work"
for assembly in "$built"/*.dll; do
  "${run[@]}" "$assembly" -r "$framework/*.dll" -r "$built/*.dll" --inputbubble --inputbubbleref "$built/*.dll" -O \
    --targetos "${rid%-*}" --targetarch "${rid##*-}" -o "$work/$(basename "$assembly")" >/dev/null 2>&1 || plain
done
mv "$work" "$target"
touch "$target/deepcompress.dll"
echo "$target/deepcompress.dll"
