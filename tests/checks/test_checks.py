"""The house rules that a program can see, and that each of these checks can fail."""
import os
import pathlib
import re
import subprocess
import sys

import pytest

import layers

SOURCE = pathlib.Path(os.environ.get("ROBUSTCHECK_SOURCE", pathlib.Path(__file__).parents[2]))
BINARY = pathlib.Path(os.environ.get("ROBUSTCHECK", SOURCE / "build/robustcheck"))
HEAVY = re.compile(r"libtorch|libc10|opencv_imgcodecs|libgdal")
VISIBLE = {"CMakeLists.txt", "src", "include", "configs", "tests", "data", "README.md", "LICENSE"}


def test_layers_are_kept():
    assert list(layers.breaches(SOURCE)) == []


@pytest.mark.parametrize("path, line", [
    ("src/base/x.cpp", '#include "robustcheck/space/space.h"'),
    ("include/robustcheck/analysis/x.h", '#include "robustcheck/oracle/oracle.h"'),
    ("src/search/x.cpp", "#include <torch/script.h>"),
    ("src/eval/x.h", "#  include <opencv2/core.hpp>"),
    ("src/transform/x.cpp", "#include <opencv2/imgcodecs.hpp>"),
    ("src/app/x.cpp", "#include <CLI/CLI.hpp>"),
    ("src/eval/x.cpp", "#include <spdlog/spdlog.h>"),
    ("src/app/x.cpp", '#include "../eval/frame.h"'),
    ("src/novel/x.cpp", "#include <string>"),
])
def test_the_layer_check_sees_a_breach(tmp_path, path, line):
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).write_text(line + "\n")
    assert len(list(layers.breaches(tmp_path))) == 1


def loaded(program):
    """Every shared library of a program, indirect ones included."""
    return subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=True).stdout


def test_the_coordinator_loads_neither_torch_nor_image_codecs():
    assert not HEAVY.search(loaded(BINARY))


def test_the_library_check_sees_torch_in_the_worker():
    assert HEAVY.search(loaded(BINARY.with_name("robustcheck-worker")))


def test_only_known_names_are_visible_at_the_top():
    listed = subprocess.run(["git", "-C", SOURCE, "ls-files"], capture_output=True, text=True).stdout.split()
    assert {name.split("/")[0] for name in listed if not name.startswith(".")} <= VISIBLE


def count(folder, ctest, **suites):
    """Exit code and last line of count_tests.py for these JUnit bodies."""
    files = [folder / "ctest.xml", *(folder / f"pytest.{name}.xml" for name in suites)]
    for file, body in zip(files, [ctest, *suites.values()]):
        file.write_text(f"<testsuite>{body}</testsuite>")
    done = subprocess.run([sys.executable, SOURCE / "tests/checks/count_tests.py", *files], capture_output=True, text=True)
    return done.returncode, done.stdout.strip()


def test_failures_skips_and_tests_that_did_not_start_are_counted(tmp_path):
    body = ('<testcase name="a"/><testcase name="b"><failure/></testcase>'
            '<testcase name="c" status="notrun"><skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/></testcase>'
            '<testcase name="d" status="notrun"><skipped message="Unable to find executable"/></testcase>')
    assert count(tmp_path, body) == (1, "1 passed, 2 failed, 1 skipped")


def test_a_pytest_suite_counts_by_its_cases(tmp_path):
    entry, broken = '<testcase name="pytest.x"/>', '<testcase name="pytest.x"><failure/></testcase>'
    assert count(tmp_path, entry, x='<testcase name="p"/><testcase name="q"/>') == (0, "2 passed, 0 failed")
    assert count(tmp_path, broken, x='<testcase name="p"/><testcase name="q"><error/></testcase>') == (1, "1 passed, 1 failed")
    assert count(tmp_path, broken, x="") == (1, "0 passed, 1 failed")


def test_no_test_at_all_is_a_failure(tmp_path):
    assert count(tmp_path, "") == (1, "0 passed, 0 failed")


def bootstrap(*arguments, **environment):
    return subprocess.run(["bash", SOURCE / "configs/bootstrap.sh", *arguments], capture_output=True, text=True,
                          env={**os.environ, **environment})


def test_bootstrap_refuses_what_it_does_not_know():
    done = bootstrap("nonsense")
    assert done.returncode == 2 and "unknown argument 'nonsense'" in done.stderr


def test_bootstrap_names_what_is_missing_and_how_to_install_it(tmp_path):
    # A dpkg-query that knows of no package stands for a fresh machine.
    (tmp_path / "dpkg-query").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "dpkg-query").chmod(0o755)
    done = bootstrap("--no-install", PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert done.returncode == 2
    assert "apt-get install -y --no-install-recommends cmake g++ git" in done.stdout
