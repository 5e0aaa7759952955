#!/bin/sh
# Resolve pyproject.toml with its dev extra for all platforms; PyTorch and its CUDA libraries go to a file of their own.
set -eu
uv=$1
version=$(sed -n 's/^torch==\([^ ]*\) .*/\1/p' requirements/torch-cpu.txt)
all=$(mktemp)
pin=$(mktemp)
trap 'rm -f "$all" "$pin"' EXIT
echo "torch==$version" >"$pin"
"$uv" pip compile --quiet pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
    --no-header --no-annotate --no-emit-index-url --constraint "$pin" --output-file "$all"
awk -v base=requirements/base.txt -v cuda=requirements/torch-cuda.txt '
    /^[a-z]/ { file = ($0 ~ /^(torch==|triton==|nvidia-|cuda-)/) ? cuda : base }
    { print > file }' "$all"
