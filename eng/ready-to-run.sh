#!/usr/bin/env bash
# ready-to-run.sh OUT REFERENCES ASSEMBLY [RID]...: compiles an assembly ahead of time (ReadyToRun) into OUT/RID, for every platform
# named, or for this one. REFERENCES are the assemblies it needs beside .NET's own, with semicolons between them. Each assembly is
# compiled by itself, so that another one beside it may be replaced. What cannot be compiled here is left out, with one line.
set -euo pipefail
cd "$(dirname "$0")/.."
. eng/crossgen/compiler.sh
out=$1 assembly=$3
IFS=';' read -ra named <<<"$2"
shift 3
find_compiler || { echo "$(basename "$assembly") is not compiled ahead of time: the compiler is not on the NuGet sources"; exit; }
references=()
for reference in "${named[@]}"; do references+=(-r "$reference"); done
for rid in "${@:-$host}"; do
  find_framework "$rid" || { echo "$(basename "$assembly") is not compiled ahead of time for $rid: its runtime is not on the NuGet sources"; continue; }
  os=${rid%-*}
  mkdir -p "$out/$rid"
  "${run[@]}" "$assembly" "${framework[@]}" "${references[@]}" -O --targetos "${os/win/windows}" --targetarch "${rid##*-}" -o "$out/$rid/$(basename "$assembly").partial" >/dev/null
  mv "$out/$rid/$(basename "$assembly").partial" "$out/$rid/$(basename "$assembly")"
done
