#!/usr/bin/env bash
# Makes the packages of eng/README.md restorable and prints the solution to build:
# the whole one, or the filter without the ML.NET projects where Microsoft.ML cannot be restored.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
packages=${DEEPCOMPRESSION_PACKAGES:-$HOME/.deepcompression/packages}

restorable() { # id version
  local id=${1,,} probe
  [ -d "${NUGET_PACKAGES:-$HOME/.nuget/packages}/$id/$2" ] && return
  compgen -G "$packages/*.nupkg" | sed 's|.*/||' | tr '[:upper:]' '[:lower:]' | grep -qx "$id\.$2\.nupkg" && return
  probe=$(mktemp -d)
  cat >"$probe/probe.csproj" <<EOF
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
  <ItemGroup><PackageReference Include="$1" Version="[$2]" /></ItemGroup>
</Project>
EOF
  dotnet restore "$probe/probe.csproj" -v quiet >/dev/null 2>&1
  local restored=$?
  rm -rf "$probe"
  return $restored
}

if ! restorable Microsoft.ML.OnnxRuntime 1.29.0; then
  echo "Microsoft.ML.OnnxRuntime 1.29.0 is not on your NuGet sources: assembling it into $packages" >&2
  "$here/onnxruntime/assemble.sh" "$packages" >&2
fi
if restorable Microsoft.ML 5.0.0 && restorable Microsoft.ML.OnnxTransformer 5.0.0; then
  echo MLNet.DeepCompression.sln
else
  echo "Microsoft.ML 5.0.0 is not on your NuGet sources: the ML.NET projects are left out; put its packages into $packages to bring them in" >&2
  echo WithoutMLNet.slnf
fi
