#!/bin/sh
# Install PyTorch with checked hashes (--no-deps: the lock files are complete). PyPI's Linux wheel brings several GB of CUDA libraries, so machines without an
# NVIDIA GPU try the CPU wheel first; pip finds it where PyTorch's CPU index or a folder with the wheel is configured.
set -eu
python=$1 kind=$2
install() { "$python" -m pip install --quiet --require-hashes --no-deps -r "$1"; }
if [ "$kind" = auto ]; then
    if nvidia-smi >/dev/null 2>&1; then kind=cuda; else kind=auto-cpu; fi
fi
case $kind in
    cpu) install requirements/torch-cpu.txt ;;
    cuda) install requirements/torch-cuda.txt ;;
    auto-cpu)
        install requirements/torch-cpu.txt 2>/dev/null || {
            echo "No CPU wheel of PyTorch is configured for pip: taking the CUDA build (a few GB)."
            install requirements/torch-cuda.txt
        } ;;
    *) echo "TORCH must be auto, cpu or cuda, not '$kind'"; exit 1 ;;
esac
