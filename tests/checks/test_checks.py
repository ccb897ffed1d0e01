"""The house rules that a program can see, and that each of these checks can fail."""
import os
import pathlib
import re
import subprocess
import sys

import layers

SOURCE = pathlib.Path(os.environ.get("ROBUSTCHECK_SOURCE", pathlib.Path(__file__).parents[2]))
BINARY = pathlib.Path(os.environ.get("ROBUSTCHECK", SOURCE / "build/robustcheck"))
HEAVY = re.compile(r"libtorch|libc10|opencv_imgcodecs")


def test_layers_are_kept():
    assert list(layers.breaches(SOURCE)) == []


def test_the_layer_check_sees_a_breach(tmp_path):
    (tmp_path / "src/base").mkdir(parents=True)
    (tmp_path / "src/search").mkdir()
    (tmp_path / "include/robustcheck").mkdir(parents=True)
    (tmp_path / "src/base/x.cpp").write_text('#include "robustcheck/space/space.h"\n')
    (tmp_path / "src/search/y.cpp").write_text("#include <torch/script.h>\n")
    assert len(list(layers.breaches(tmp_path))) == 2


def loaded(program):
    """Every shared library of a program, indirect ones included."""
    return subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=True).stdout


def test_the_coordinator_loads_neither_torch_nor_image_codecs():
    assert not HEAVY.search(loaded(BINARY))


def test_the_library_check_sees_torch_in_the_worker():
    assert HEAVY.search(loaded(BINARY.with_name("robustcheck-worker")))


def test_only_known_names_are_visible_at_the_top():
    listed = subprocess.run(["git", "-C", str(SOURCE), "ls-files"], capture_output=True, text=True).stdout.split()
    top = {name.split("/")[0] for name in listed if not name.startswith(".")}
    assert top <= {"CMakeLists.txt", "src", "include", "configs", "tests", "data", "README.md", "LICENSE"}


def test_tests_are_counted_and_failures_seen(tmp_path):
    xml = tmp_path / "x.xml"
    xml.write_text('<testsuite><testcase name="a"/><testcase name="b"><failure/></testcase><testcase name="c"><skipped/></testcase></testsuite>')
    done = subprocess.run([sys.executable, SOURCE / "tests/checks/count_tests.py", xml], capture_output=True, text=True)
    assert done.stdout.strip() == "1 passed, 1 failed, 1 skipped" and done.returncode == 1
    xml.write_text("<testsuite/>")
    assert subprocess.run([sys.executable, SOURCE / "tests/checks/count_tests.py", xml], capture_output=True).returncode == 1


def test_bootstrap_checks_without_installing(tmp_path):
    done = subprocess.run(["bash", SOURCE / "configs/bootstrap.sh", "nonsense"], capture_output=True, text=True)
    assert done.returncode == 2 and "unknown argument 'nonsense'" in done.stderr
