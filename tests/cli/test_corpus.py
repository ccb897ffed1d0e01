"""A corpus of committed cases: run first, fails while one fails, grows by what is new."""
import json
import shutil

import pytest
from conftest import FASHION, IMAGES, TINY, run

ARGUMENTS = ("search", TINY, IMAGES, "--limit", 200, "--budget", 500, "--max-counterexamples", 3)


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """(process, corpus, report) of a search that filled an empty corpus."""
    folder = tmp_path_factory.mktemp("corpus")
    done = run(*ARGUMENTS, "--out", folder / "run", "--corpus", folder / "corpus", "--update-corpus")
    return done, folder / "corpus", json.loads((folder / "run/report.json").read_text())


def test_a_new_corpus_holds_every_minimal_kind_once_with_its_image(grown):
    done, corpus, report = grown
    minimal = [found["id"] for found in report["counterexamples"] if found["minimal"] and found["examples"]]
    assert minimal and sorted(path.stem for path in corpus.glob("*.json")) == sorted(minimal)
    for path in corpus.glob("*.json"):
        assert (corpus / json.loads(path.read_text())["image"]["path"]).is_file()
    assert report["corpus"] == {"failing": 0, "not_run": 0, "cases": []}


def test_its_cases_fail_again_and_exit_1_and_are_not_added_twice(grown, tmp_path):
    _, corpus, _ = grown
    shutil.copytree(corpus, tmp_path / "moved")
    before = sorted(path.name for path in (tmp_path / "moved").iterdir())
    done = run(*ARGUMENTS, "--transforms", "rotate", "--knobs", "none", "--failure-limit", 0.9, "--out", tmp_path / "run",
               "--corpus", tmp_path / "moved", "--update-corpus")
    assert done.returncode == 1, done.stderr
    report = json.loads((tmp_path / "run/report.json").read_text())
    assert report["counterexamples"] == [] and report["corpus"]["failing"] == len(report["corpus"]["cases"]) > 0
    assert sorted(path.name for path in (tmp_path / "moved").iterdir()) == before


def test_a_policy_has_the_corpus_as_a_rule(grown, tmp_path):
    (tmp_path / "policy.json").write_text(json.dumps({"max_failure_rate": 1.0}))
    done = run(*ARGUMENTS, "--out", tmp_path / "run", "--corpus", grown[1], "--fail-on", tmp_path / "policy.json")
    assert done.returncode == 1 and "corpus" in done.stdout, done.stderr
    signatures = {row["signature"] for row in json.loads((tmp_path / "run/report.json").read_text())["corpus"]["cases"]}
    allow = [{"signature": name, "reason": "known", "expires": "2999-01-01"} for name in signatures]
    (tmp_path / "policy.json").write_text(json.dumps({"max_failure_rate": 1.0, "allow": allow}))
    assert run("gate", tmp_path / "run", "--policy", tmp_path / "policy.json").returncode == 0


def test_labels_follow_the_names_of_classes(grown, tmp_path):
    # The same network under another index for every class: a label kept by number would be another class.
    case = json.loads(next(grown[1].glob("*.json")).read_text())
    case["preprocess"]["classes"].reverse()
    case["image"]["label"] = 9 - case["image"]["label"]
    shutil.copytree(grown[1] / "images", tmp_path / "c/images")
    (tmp_path / "c/one.json").write_text(json.dumps(case))
    run(*ARGUMENTS, "--out", tmp_path / "run", "--corpus", tmp_path / "c")
    assert json.loads((tmp_path / "run/report.json").read_text())["corpus"]["failing"] == 1


def test_a_changed_image_of_the_corpus_is_3(grown, tmp_path):
    shutil.copytree(grown[1], tmp_path / "c")
    for image in (tmp_path / "c/images").iterdir():
        image.write_bytes(b"other")
    done = run(*ARGUMENTS, "--out", tmp_path / "run", "--corpus", tmp_path / "c")
    assert done.returncode == 3 and "another image" in done.stderr


def test_corpus_options_are_checked(tmp_path):
    assert run(*ARGUMENTS, "--out", tmp_path / "run", "--update-corpus").returncode == 2
    done = run(*ARGUMENTS, "--out", tmp_path / "run", "--corpus", tmp_path / "none")
    assert done.returncode == 2 and "no such directory" in done.stderr
