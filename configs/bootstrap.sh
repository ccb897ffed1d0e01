#!/usr/bin/env bash
# Installs what is missing, builds in build/, and runs the demo or the tests. Quick when nothing changed.
#   bash configs/bootstrap.sh demo            search the shipped model: ranked counterexamples within minutes
#   bash configs/bootstrap.sh test            all tests; last line "N passed, N failed"
#   bash configs/bootstrap.sh build           only build
#   ... --no-install                          install nothing: name what is missing, and the command that installs it
#                                             (without a task: only check)
# Environment: ROBUSTCHECK_TORCH_INDEX  a further package index for PyTorch (for example one with +cpu builds)
#              ROBUSTCHECK_TORCH        a LibTorch folder to use instead of installing one
set -euo pipefail
cd "$(dirname "$0")/.."

readonly TORCH=torch==2.13.0
readonly PACKAGES=(cmake g++ git python3-venv pkg-config ninja-build ccache libopencv-dev libjpeg62-turbo-dev libwebp-dev libpng-dev zlib1g-dev libcli11-dev
  nlohmann-json3-dev libspdlog-dev libgtest-dev libgmock-dev libssl-dev librandom123-dev libcsv-dev)
readonly TEST_PACKAGES=(chromium-headless-shell)  # and nodejs, npm where there is no npm: Debian's brings 300 packages
readonly VENV=build/venv
readonly VENV_REFERENCE=build/venv-reference

usage() { sed -n '2,9s/^# \?//p' configs/bootstrap.sh; }
say() { printf 'bootstrap: %s\n' "$*"; }
die() { printf 'bootstrap: error: %s\n' "$*" >&2; exit 2; }

# logged LOG WHAT COMMAND...: quietly; the end of the log is shown if the command fails.
logged() {
  local log=$1 what=$2
  shift 2
  "$@" >"$log" 2>&1 || { tail -n 20 "$log" >&2; die "$what failed (all of it: $log)"; }
}

# missing COMMAND...: whether to install. With --no-install it names the command instead.
anything_missing=no
missing() {
  [ "$install_allowed" = no ] || return 0
  say "missing; install with: $*"
  anything_missing=yes
  return 1
}

# --- Debian packages

as_root=()
[ "$(id -u)" = 0 ] || as_root=(sudo)

install_packages() {
  local absent=() wanted=("${PACKAGES[@]}") package
  case "$task" in
    test | check)
      wanted+=("${TEST_PACKAGES[@]}")
      command -v npm >/dev/null || wanted+=(nodejs npm)
      ;;
  esac
  for package in "${wanted[@]}"; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || absent+=("$package")
  done
  [ "${#absent[@]}" -gt 0 ] || return 0
  local update=("${as_root[@]}" apt-get update) install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${absent[@]}")
  missing "${update[@]}" "&&" "${install[@]}" || return 0
  command -v apt-get >/dev/null || die "no apt-get here; install these your way (names as in Debian 12): ${absent[*]}"
  [ "${#as_root[@]}" = 0 ] || command -v sudo >/dev/null || die "neither root nor sudo; as root run: apt-get update && ${install[*]:1}"
  say "installing from Debian (compiler, build tools and libraries; up to 150 MB to fetch): ${absent[*]}"
  logged build/apt.log "apt-get update" "${update[@]}"
  logged build/apt.log "apt-get install" "${install[@]}"
}

# --- LibTorch

# The folder of the torch that this python would import, if CMake will take it (2.6 or newer, new C++ ABI); else nothing.
torch_of() {
  "$1" - 2>/dev/null <<'PYTHON' || true
import importlib.metadata, importlib.util, pathlib
version = importlib.metadata.version("torch").split(".")
folder = pathlib.Path(importlib.util.find_spec("torch").submodule_search_locations[0])
new_abi = b"_ZN3c105ErrorC1ENS_14SourceLocationENSt7__cxx11" in (folder / "lib/libc10.so").read_bytes()
if (int(version[0]), int(version[1])) >= (2, 6) and new_abi:
    print(folder)
PYTHON
}

# In the order in which configs/cmake/Torch.cmake looks.
have_torch() {
  local prefix
  [ -z "${ROBUSTCHECK_TORCH:-}" ] || return 0
  for prefix in $(tr ':;' '  ' <<<"${CMAKE_PREFIX_PATH:-}"); do
    [ ! -e "$prefix/lib/libtorch_cpu.so" ] && [ ! -e "$prefix/../../lib/libtorch_cpu.so" ] || return 0
  done
  [ -n "$(torch_of python3)" ] || [ -n "$(torch_of "$VENV/bin/python")" ]
}

make_venv() {
  [ -x "$1/bin/pip" ] || logged build/venv.log "python3 -m venv $1" python3 -m venv "$1"
}

install_torch() {
  have_torch && return 0
  local index=()
  [ -z "${ROBUSTCHECK_TORCH_INDEX:-}" ] || index=(--extra-index-url "$ROBUSTCHECK_TORCH_INDEX")
  missing python3 -m venv "$VENV" "&&" "$VENV/bin/pip" install "${index[@]}" "$TORCH" numpy || return 0
  make_venv "$VENV"
  local wanted=$TORCH size="the CUDA build, up to 3 GB: pip offers no $TORCH+cpu"
  if "$VENV/bin/pip" index versions torch "${index[@]}" 2>/dev/null | grep -qF "${TORCH#torch==}+cpu"; then
    wanted=$TORCH+cpu size="the CPU build, 0.2 GB"
  fi
  say "installing LibTorch, which runs the models, into $VENV: $wanted ($size)"
  logged build/pip.log "pip install" "$VENV/bin/pip" install --quiet --disable-pip-version-check "${index[@]}" "$wanted" numpy
}

# --- Python packages of the tests

# install_requirements VENV FILE WHAT: once per content of FILE and folder of LibTorch.
install_requirements() {
  local venv=$1 file=$2 what=$3 stamp=$1/installed.sha256 sum
  sum=$({ cat "$file"; torch_for_python; } | sha256sum | cut -d' ' -f1)
  [ "$(cat "$stamp" 2>/dev/null || true)" != "$sum" ] || return 0
  missing python3 -m venv "$venv" "&&" "$venv/bin/pip" install -r "$file" || return 0
  make_venv "$venv"
  say "installing $what into $venv: $(grep -v '^#' "$file" | tr '\n' ' ')"
  logged build/pip.log "pip install" "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$file"
  [ "$venv" != "$VENV_REFERENCE" ] || lend_torch "$venv"
  echo "$sum" >"$stamp"
}

# The folder that holds a Python package torch, for scripts that compare with it.
torch_for_python() {
  local torch=${ROBUSTCHECK_TORCH:-}
  [ -f "$torch/__init__.py" ] || torch=$(torch_of python3)
  [ -n "$torch" ] || torch=$(torch_of "$VENV/bin/python")
  [ -z "$torch" ] || dirname "$torch"
}

# The reference comparison needs its own OpenCV and numpy, but not a second torch.
lend_torch() {
  local folder
  folder=$(torch_for_python)
  if [ -n "$folder" ]; then
    echo "$folder" >"$(echo "$1"/lib/python3*/site-packages)/torch-of-the-build.pth"
  else
    say "installing $TORCH into $1 too: the LibTorch of the build is no Python package"
    logged build/pip.log "pip install" "$1/bin/pip" install --quiet --disable-pip-version-check "$TORCH"
  fi
}

# Schemas that others publish, for the tests of the exporters: not copied into the repository.
install_readers() {
  [ ! -s build/readers/junit-10.xsd ] || [ ! -s build/readers/sarif-2.1.0.json ] || return 0
  missing npm install --prefix build/node --ignore-scripts playwright-core axe-core @microsoft/jest-sarif || return 0
  mkdir -p build/readers build/node
  say "installing schemas and browser tools of the tests into build/readers and build/node (20 MB)"
  logged build/pip.log "pip download" "$VENV/bin/pip" download --quiet --no-deps --no-binary :all: -d build/readers pytest==9.2.0
  tar -xzf build/readers/pytest-9.2.0.tar.gz -C build/readers --strip-components=3 --wildcards '*/junit-10.xsd'
  logged build/npm.log "npm install" npm install --prefix build/node --ignore-scripts --no-audit --no-fund playwright-core axe-core @microsoft/jest-sarif
  cp build/node/node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json build/readers/sarif-2.1.0.json
}

install_for_tests() {
  install_requirements "$VENV" configs/requirements-test.txt "the tools of the tests (80 MB)"
  install_requirements "$VENV_REFERENCE" configs/requirements-reference.txt "what results are compared with (290 MB)"
  install_readers
}

# --- tasks

build() {
  local options=(-S . -B build -G Ninja)
  [ -z "${ROBUSTCHECK_TORCH:-}" ] || options+=("-DROBUSTCHECK_TORCH=$ROBUSTCHECK_TORCH")
  logged build/cmake.log "configuring" cmake "${options[@]}"
  say "building in build/ (some minutes the first time)"
  ninja -C build "$@" >build/ninja.log 2>&1 || { grep -E -A3 'error:|FAILED' build/ninja.log | head -n 60 >&2; die "the build failed (all of it: build/ninja.log)"; }
}

demo() {
  build robustcheck robustcheck-worker
  local search=(build/robustcheck search data/fashion/fashion.pt data/fashion/images --out build/demo --force) code=0
  say "${search[*]}"
  "${search[@]}" || code=$?
  [ "$code" -ne 1 ] || code=0  # 1 says that counterexamples were confirmed, which a demo is for
  return "$code"
}

run_tests() {
  build all
  rm -f build/ctest.xml build/pytest.*.xml
  local code=0
  ctest --test-dir build --output-on-failure -j2 --output-junit ctest.xml 2>&1 | tee build/ctest.log | grep -vE '^ *(Start +[0-9]+:|[0-9]+/[0-9]+ Test .* Passed)' || true
  "$VENV/bin/python" tests/checks/count_tests.py build/ctest.xml $(find build -maxdepth 1 -name 'pytest.*.xml') || code=1
  return "$code"
}

task=check
install_allowed=yes
for argument in "$@"; do
  case "$argument" in
    demo | test | build) task=$argument ;;
    --no-install) install_allowed=no ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; die "unknown argument '$argument'; what there is: demo, test, build, --no-install, --help" ;;
  esac
done
[ "$task" != check ] || [ "$install_allowed" = no ] || { usage >&2; exit 2; }

mkdir -p build
install_packages
install_torch
case "$task" in test | check) install_for_tests ;; esac
[ "$anything_missing" = no ] || die "not everything that is needed is here; see above"
case "$task" in
  check) say "everything that is needed is here" ;;
  build) build all ;;
  demo) demo ;;
  test) run_tests ;;
esac
