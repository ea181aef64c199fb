#!/usr/bin/env bash
# Builds all packages into artifacts/packages; then, in an empty folder that has nothing but the packages, restores, builds and
# runs a consumer of each, and installs and runs the tool.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
packages=$root/artifacts/packages
extra=${DEEPCOMPRESSION_PACKAGES:-$HOME/.deepcompression/packages}
solution=$1 # the solution, or the filter without the ML.NET projects

ids=(DeepCompression DeepCompression.Onnx DeepCompression.ExecutionProvider DeepCompression.OnnxRuntime DeepCompression.Training)
projects=("${ids[@]}" DeepCompression.Cli)
consumers=(DeepCompression DeepCompression.Onnx DeepCompression.OnnxRuntime DeepCompression.Training)
if [ "$solution" = MLNet.DeepCompression.sln ]; then
  ids+=(MLNet.DeepCompression) projects+=(MLNet.DeepCompression) consumers+=(MLNet.DeepCompression)
fi
ids+=(deepcompress)

rm -rf "$packages"
for project in "${projects[@]}"; do
  dotnet pack "$root/src/$project" -c Release -o "$packages" --nologo -v quiet -clp:NoSummary
done
version=$(basename "$packages"/DeepCompression.Onnx.*.nupkg .nupkg | sed 's/^DeepCompression\.Onnx\.//')

fail() { echo "$1" >&2; exit 1; }
contains() { unzip -l "$packages/$1.$version.nupkg" | grep -F "$2" >/dev/null || fail "$1.$version.nupkg has no $2"; }
for id in "${ids[@]}"; do
  for file in README.md icon.png LICENSE "$id.nuspec"; do contains "$id" "$file"; done
  [ -f "$packages/$id.$version.snupkg" ] || fail "$id has no symbol package"
  [ "$id" = deepcompress ] || contains "$id" "lib/net10.0/$id.xml"
  ! unzip -p "$packages/$id.$version.nupkg" "$id.nuspec" | grep -E 'id="(MLNet\.)?DeepCompression[^"]*" version="[^[]' || fail "$id takes any later version of a package whose internals it sees"
done
ready=0 # packages whose code is compiled ahead of time too
for id in "${ids[@]}"; do
  if unzip -l "$packages/$id.$version.nupkg" | grep -F "runtimes/linux-x64/lib/net10.0/$id.dll" >/dev/null; then ready=$((ready + 1)); fi
done
echo "compiled ahead of time for linux-x64: $ready packages (eng/README.md says when)"
trampolines=DeepCompression.OnnxRuntime.$version.nupkg
contains DeepCompression.OnnxRuntime "runtimes/linux-$(uname -m | sed 's/x86_64/x64/; s/aarch64/arm64/')/native/libdeepcompression_ep.so"
present= absent=
for file in linux-x64/native/libdeepcompression_ep.so linux-arm64/native/libdeepcompression_ep.so win-x64/native/deepcompression_ep.dll; do
  if unzip -l "$packages/$trampolines" | grep -F "runtimes/$file" >/dev/null; then present+=" ${file%%/*}"; else absent+=" ${file%%/*}"; fi
done
echo "$trampolines: execution provider for$present${absent:+; absent:$absent (native/build.sh all says why)}"

# Nothing is taken from this machine's package cache but third parties' packages: what is tried is what was packed just now.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export NUGET_PACKAGES=$work/cache DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
cat >"$work/nuget.config" <<XML
<configuration>
  <packageSources>
    <add key="packed" value="$packages" />
$([ -d "$extra" ] && echo "    <add key=\"extra\" value=\"$extra\" />")
  </packageSources>
</configuration>
XML
for id in "${consumers[@]}"; do
  folder=$work/$id
  mkdir -p "$folder"
  cp "$root/nuget/consumers/$id/Program.cs" "$folder"
  cat >"$folder/Consumer.csproj" <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
    <NuGetAudit>false</NuGetAudit>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="$id" Version="[$version]" />
  </ItemGroup>
</Project>
XML
  (cd "$folder" && dotnet build -c Release --nologo -v quiet -clp:NoSummary -o out >build.log 2>&1) || fail "the consumer of $id does not build: $(cat "$folder/build.log")"
  output=$(cd "$folder" && dotnet out/Consumer.dll) || fail "the consumer of $id fails"
  echo "$id $version: $output"
done

dotnet tool install deepcompress --version "$version" --tool-path "$work/tool" --configfile "$work/nuget.config" >/dev/null
"$work/tool/deepcompress" --version >/dev/null || fail "the tool deepcompress does not run"
echo "deepcompress $version: $("$work/tool/deepcompress" --version)"
