# To be sourced in the root folder: finds the ahead-of-time compiler of the .NET SDK, and fetches it where it is not there yet.
# find_compiler sets: run (the command), host (the platform's name), version (of .NET). It fails where the compiler cannot be restored.
find_compiler() {
  local info absent=artifacts/crossgen-absent # remembers that the compiler cannot be restored
  [ ! -e "$absent" ] || return 1
  info=$(dotnet msbuild eng/crossgen -getProperty:NETCoreSdkPortableRuntimeIdentifier -getProperty:BundledNETCoreAppPackageVersion -getProperty:NetCoreTargetingPackRoot)
  value() { sed -n "s/.*\"$1\": \"\(.*\)\".*/\1/p" <<<"$info"; }
  host=$(value NETCoreSdkPortableRuntimeIdentifier) version=$(value BundledNETCoreAppPackageVersion)
  packages=${NUGET_PACKAGES:-$HOME/.nuget/packages} dotnet_root=$(dirname "$(value NetCoreTargetingPackRoot)")
  local compiler=$packages/microsoft.netcore.app.crossgen2.$host/$version/tools
  [ -d "$compiler" ] || dotnet restore eng/crossgen -v quiet >/dev/null 2>&1 || { mkdir -p artifacts; touch "$absent"; return 1; }
  if [ -x "$compiler/crossgen2" ]; then run=("$compiler/crossgen2"); else run=(dotnet "$compiler/crossgen2.dll"); fi
}

# find_framework RID: sets framework, the patterns of the assemblies of .NET on a platform. It fails where they cannot be restored.
find_framework() {
  local folder=$packages/microsoft.netcore.app.runtime.$1/$version/runtimes/$1
  if [ "$1" = "$host" ] && [ -d "$dotnet_root/shared/Microsoft.NETCore.App/$version" ]; then
    framework=(-r "$dotnet_root/shared/Microsoft.NETCore.App/$version/*.dll")
    return
  fi
  [ -d "$folder" ] || dotnet restore eng/crossgen -p:RuntimeOf="$1" -v quiet >/dev/null 2>&1 || return 1
  framework=(-r "$folder/lib/net10.0/*.dll" -r "$folder/native/*.dll")
}
