"""report.html in a real browser: chromium-headless-shell, driven by playwright-core, looked at by axe-core."""
import json
import os
import pathlib
import shutil
import subprocess

import pytest

SOURCE = pathlib.Path(os.environ.get("ROBUSTCHECK_SOURCE", pathlib.Path(__file__).parents[2]))
BINARY = pathlib.Path(os.environ.get("ROBUSTCHECK", SOURCE / "build/robustcheck"))
RUN = SOURCE / "tests/golden/report"
REPORT = json.loads((RUN / "report.json").read_text())


def browser():
    named = shutil.which("chromium-headless-shell")
    return named or "/usr/lib/chromium/headless_shell"


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """What inspect.mjs saw, at 360 and 1200 px, light and dark."""
    page = tmp_path_factory.mktemp("page") / "report.html"
    subprocess.run([BINARY, "report", RUN, "--out", page], check=True)
    done = subprocess.run(["node", SOURCE / "tests/browser/inspect.mjs", browser(), page], capture_output=True, text=True,
                          env={**os.environ, "NODE_MODULES": str(SOURCE / "build/node/node_modules")}, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_no_console_error_no_request_no_script(seen):
    assert seen["errors"] == [] and seen["requests"] == [] and seen["scripts"] == 0


def test_nothing_is_wider_than_the_window(seen):
    assert all(content <= window for content, window in seen["widths"].values()), seen["widths"]


def test_axe_has_no_serious_finding(seen):
    assert seen["serious"] == {name: [] for name in seen["widths"]}


def test_the_numbers_equal_the_report(seen):
    shown = {float(value) for value, _ in seen["values"]}
    for found in REPORT["counterexamples"]:
        assert found["failure_rate"] in shown and found["magnitude"] in shown
    assert {REPORT["baseline"]["accuracy"], REPORT["robust_accuracy"]["value"]} <= shown
    assert {cell["interaction"] for cell in REPORT["interaction_map"]} <= shown
    for value, text in seen["values"]:
        if text.endswith(" %"):
            assert abs(100 * float(value) - float(text.removesuffix(" %"))) <= 0.05 + 1e-9


def test_the_sections_come_in_order(seen):
    assert seen["headings"][0] == "4 confirmed counterexamples"
    assert seen["headings"][1:] == ["Accuracy, clean and at its worst", "Counterexamples, worst first", "Interaction map", "Tolerance",
                                    "Failures per class", "Search convergence", "Baseline and environment",
                                    "What was not tested, and why"]


def test_every_picture_is_drawn_and_has_words(seen):
    assert len(seen["images"]) == 5
    assert all(words and width == 4 for words, width in seen["images"])
