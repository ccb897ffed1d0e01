#!/usr/bin/env bash
# Installs what is missing, builds in build/, and runs the demo or the tests. Quick when nothing changed.
#   bash configs/bootstrap.sh demo            search the shipped model: ranked counterexamples within minutes
#   bash configs/bootstrap.sh test            all tests; last line "N passed, N failed"
#   bash configs/bootstrap.sh build           only build
#   ... --no-install                          only check, and name what is missing
# Environment: ROBUSTCHECK_TORCH_INDEX  a further package index for PyTorch (for example one with +cpu builds)
#              ROBUSTCHECK_TORCH        a LibTorch folder to use instead of installing one
set -euo pipefail
cd "$(dirname "$0")/.."

readonly TORCH_VERSION=2.13.0
readonly PACKAGES=(cmake g++ git python3-venv pkg-config ninja-build ccache libopencv-dev libjpeg62-turbo-dev libcli11-dev
  nlohmann-json3-dev libspdlog-dev libgtest-dev libgmock-dev libssl-dev librandom123-dev)
readonly VENV=build/venv
readonly VENV_REFERENCE=build/venv-reference

usage() { sed -n '2,9s/^# \?//p' "$0"; }
say() { printf 'bootstrap: %s\n' "$*"; }
die() { printf 'bootstrap: error: %s\n' "$*" >&2; exit 2; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

missing_packages() {
  local package
  for package in "${PACKAGES[@]}"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
  done
}

install_packages() {
  local missing
  mapfile -t missing < <(missing_packages)
  [ "${#missing[@]}" -gt 0 ] || return 0
  local install=(apt-get install -y --no-install-recommends "${missing[@]}")
  if [ "$install_allowed" = no ]; then
    die "missing Debian packages; install them with: $([ "$(id -u)" = 0 ] || echo 'sudo ')apt-get update && $([ "$(id -u)" = 0 ] || echo 'sudo ')${install[*]}"
  fi
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null || die "not root and no sudo; as root run: apt-get update && ${install[*]}"
  say "installing from Debian (compiler, build tools, libraries; about 150 MB): ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive "${install[@]}" >build/apt.log 2>&1 || { tail -n 20 build/apt.log >&2; die "apt-get install failed (build/apt.log)"; }
}

# The folder of an importable torch, or nothing.
torch_of() { "$1" -c 'import importlib.util as u; s = u.find_spec("torch"); print(s.submodule_search_locations[0] if s else "")' 2>/dev/null || true; }

have_torch() {
  [ -n "${ROBUSTCHECK_TORCH:-}" ] && return 0
  [ -n "$(torch_of python3)" ] && return 0
  [ -x "$VENV/bin/python" ] && [ -n "$(torch_of "$VENV/bin/python")" ]
}

make_venv() {
  [ -x "$1/bin/python" ] && return 0
  [ "$install_allowed" = yes ] || die "no Python environment in $1; make it with: bash configs/bootstrap.sh $task"
  python3 -m venv "$1"
}

# pip_install VENV WHAT PACKAGE...: quietly, the log is kept.
pip_install() {
  local venv=$1 what=$2
  shift 2
  [ "$install_allowed" = yes ] || die "missing in $venv: $what; install with: $venv/bin/pip install $*"
  "$venv/bin/pip" install --quiet --disable-pip-version-check "$@" >"build/pip.log" 2>&1 || { tail -n 20 build/pip.log >&2; die "pip install failed (build/pip.log)"; }
}

install_torch() {
  have_torch && return 0
  make_venv "$VENV"
  local index=()
  [ -z "${ROBUSTCHECK_TORCH_INDEX:-}" ] || index=(--extra-index-url "$ROBUSTCHECK_TORCH_INDEX")
  local wanted="torch==$TORCH_VERSION"
  if [ "$install_allowed" = yes ] && "$VENV/bin/pip" download --quiet --no-deps --dest build/wheels "${index[@]}" "torch==$TORCH_VERSION+cpu" >/dev/null 2>&1; then
    wanted="torch==$TORCH_VERSION+cpu"
    say "installing LibTorch: $wanted into $VENV (0.2 GB download; the worker runs models with it)"
  else
    say "installing LibTorch: $wanted into $VENV (0.2 GB as a CPU build, up to 3 GB as a CUDA build; the worker runs models with it)"
  fi
  pip_install "$VENV" "LibTorch" "${index[@]}" --find-links build/wheels "$wanted" numpy
  rm -rf build/wheels
}

# Python tools of the tests, once per content of the list.
install_test_tools() {
  local stamp=$VENV/requirements-test.sha256 sum
  sum=$(sha256sum configs/requirements-test.txt | cut -d' ' -f1)
  [ "$(cat "$stamp" 2>/dev/null || true)" = "$sum" ] && return 0
  make_venv "$VENV"
  say "installing test tools into $VENV (80 MB): $(grep -v '^#' configs/requirements-test.txt | tr '\n' ' ')"
  pip_install "$VENV" "test tools" -r configs/requirements-test.txt
  echo "$sum" >"$stamp"
}

# The reference comparison needs Debian's OpenCV 4.6 and an old numpy beside the torch that is there.
install_reference_tools() {
  local stamp=$VENV_REFERENCE/requirements.sha256 sum torch
  sum=$(sha256sum configs/requirements-reference.txt | cut -d' ' -f1)
  [ "$(cat "$stamp" 2>/dev/null || true)" = "$sum" ] && return 0
  make_venv "$VENV_REFERENCE"
  say "installing the reference (OpenCV 4.6 for Python, Pillow) into $VENV_REFERENCE (150 MB)"
  pip_install "$VENV_REFERENCE" "reference tools" -r configs/requirements-reference.txt
  torch=${ROBUSTCHECK_TORCH:-$(torch_of python3)}
  [ -n "$torch" ] || torch=$(torch_of "$VENV/bin/python")
  dirname "$torch" >"$(echo "$VENV_REFERENCE"/lib/python3*/site-packages)/torch-of-the-build.pth"
  echo "$sum" >"$stamp"
}

build() {
  mkdir -p build
  install_packages
  install_torch
  local options=(-S . -B build -G Ninja)
  [ -z "${ROBUSTCHECK_TORCH:-}" ] || options+=("-DROBUSTCHECK_TORCH=$ROBUSTCHECK_TORCH")
  cmake "${options[@]}" >build/cmake.log 2>&1 || { grep -A20 'CMake Error' build/cmake.log >&2 || tail -n 20 build/cmake.log >&2; die "configuring failed (build/cmake.log)"; }
  say "building (a few minutes the first time)"
  ninja -C build "$@" >build/ninja.log 2>&1 || { grep -E -A3 'error:|FAILED' build/ninja.log | head -n 40 >&2; die "the build failed (build/ninja.log)"; }
}

demo() {
  build robustcheck robustcheck-worker
  say "build/robustcheck search data/fashion/fashion.pt data/fashion/images --out build/demo --force"
  local code=0
  build/robustcheck search data/fashion/fashion.pt data/fashion/images --out build/demo --force || code=$?
  # 1 says that counterexamples were confirmed: what a demo is for.
  [ "$code" -le 1 ] || exit "$code"
}

run_tests() {
  build
  install_test_tools
  install_reference_tools
  cmake -S . -B build >>build/cmake.log 2>&1
  local code=0
  ctest --test-dir build --output-on-failure -j2 --output-junit ctest.xml >build/ctest.log 2>&1 || code=$?
  grep -vE '^ *(Start +[0-9]+:|[0-9]+/[0-9]+ Test .* Passed)' build/ctest.log || true
  "$VENV/bin/python" tests/checks/count_tests.py build/ctest.xml build/pytest-*.xml || code=1
  return "$code"
}

task=""
install_allowed=yes
for argument in "$@"; do
  case "$argument" in
    demo | test | build) task=$argument ;;
    --no-install) install_allowed=no ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; die "unknown argument '$argument'; what is there: demo, test, build, --no-install" ;;
  esac
done
case "$task" in
  demo) demo ;;
  test) run_tests ;;
  build) build ;;
  *) usage >&2; exit 2 ;;
esac
