"""What a user wrote and a machine could read in two ways is refused: numbers, keys, dates."""
import json
import re
import shutil

import pytest
from conftest import FASHION, IMAGES, QUIET, TINY, run


def numeric_options():
    """(command, option, type) of every option of every command that takes a number, as --help names them."""
    found = []
    for command in ("search", "sweep", "evaluate", "replay", "perturb", "doctor", "init", "gate", "report", "status"):
        for line in run(command, "--help").stdout.splitlines():
            shown = re.match(r"\s+(--[a-z-]+) (N|S|RATE|SHARE|MIB)\b", line)  # "--budget N=20000  evaluations ..."
            if shown:
                found.append((command, *shown.groups()))
    return found


POSITIONAL = {"search": (TINY, IMAGES), "sweep": (TINY, IMAGES, "--profile", "sysnoise"), "evaluate": (TINY, IMAGES), "replay": ("c.json",),
              "perturb": (IMAGES, "--out", "x"), "doctor": (), "init": (TINY, IMAGES)}


def test_every_number_is_read_by_one_reader():
    options = numeric_options()
    assert len(options) > 40 and {"--budget", "--failure-limit", "--seed", "--limit", "--timeout", "--copies"} <= {name for _, name, _ in options}
    for command, option, kind in options:
        for value in ("nan", "inf", "-1", "0x10", "010", "1e999", "") + (("18446744073709551616", "1.5") if kind in ("N", "MIB") else ()):
            done = run(command, *POSITIONAL[command], f"{option}={value}")
            assert done.returncode == 2 and option in done.stderr, (command, option, value, done.stderr)


@pytest.mark.parametrize("value", ["nan", "inf", "-1", "0x1", "01"])
def test_numbers_of_environment_and_config_are_read_alike(tmp_path, value):
    done = run(*QUIET[:-2], "--out", tmp_path / "run", environment={"ROBUSTCHECK_FAILURE_LIMIT": value})
    assert done.returncode == 2 and "--failure-limit" in done.stderr and not (tmp_path / "run").exists(), done.stderr
    (tmp_path / "c.json").write_text(json.dumps({"failure_limit": value}))
    done = run(*QUIET[:-2], "--out", tmp_path / "run", "--config", tmp_path / "c.json")
    assert done.returncode == 2 and "c.json#/failure_limit" in done.stderr, done.stderr


def test_a_thousand_may_be_written_1e3(tmp_path):
    (tmp_path / "c.json").write_text('{"budget": 3e2, "limit": 1e2}')
    done = run("search", TINY, IMAGES, "--config", tmp_path / "c.json", "--transforms", "rotate", "--knobs", "none",
               "--seed", "1e3", "--out", tmp_path / "run")
    report = json.loads((tmp_path / "run/report.json").read_text())
    assert report["budget"]["limit"] == 300 and report["dataset"]["images"] == 100 and report["seed"] == 1000, done.stderr


def test_numbers_inside_a_list_are_read_alike(tmp_path):
    for value in ("nan", "0x0", "00.5", "-1", "inf"):
        done = run("search", TINY, IMAGES, "--validity", f"ssim={value}", "--out", tmp_path / "run")
        assert done.returncode == 2 and "no number in [0, 1]" in done.stderr, value


# A key that is given twice

def test_a_key_given_twice_is_refused_in_every_file_that_a_user_writes(tmp_path, case):
    def twice(name, text):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    policy = twice("policy.json", '{"max_failure_rate": 0.01, "max_failure_rate": 1.0}')
    nested = twice("nested.json", '{"limits": [{"max_failure_rate": 0.1, "profile": "mild", "profile": "severe"}]}')
    config = twice("config.json", '{"budget": 300, // twice\n "budget": 3000}')
    variance = twice("variance.json", '{"data": [{"transform": "rotate", "degrees": 1, "degrees": 9}]}')
    preprocess = twice("preprocess.json", (FASHION / "tiny.json").read_text().replace('"scale"', '"scale": 1, "scale"'))
    twice_case = case("cases/one.json")
    twice_case.write_text(twice_case.read_text().replace('"oracle"', '"oracle": "crash", "oracle"', 1))
    for arguments, fragment in (
            (("gate", tmp_path, "--policy", policy), "policy.json#/max_failure_rate: given twice"),
            ((*QUIET, "--fail-on", nested, "--out", tmp_path / "run"), "nested.json#/limits/0/profile: given twice"),
            ((*QUIET, "--config", config, "--out", tmp_path / "run"), "config.json#/budget: given twice"),
            (("perturb", IMAGES, "--variance", variance, "--out", tmp_path / "p"), "variance.json#/data/0/degrees: given twice"),
            ((*QUIET, "--preprocess", preprocess, "--out", tmp_path / "run"), "preprocess.json#/scale: given twice"),
            (("replay", twice_case), "one.json#/oracle: given twice")):
        done = run(*arguments)
        assert done.returncode == 2 and fragment in done.stderr, (arguments, done.stderr)
    done = run("evaluate", TINY, IMAGES, "--limit", 20, stdin='{"config": {}, "config": {}}\n')
    assert done.returncode == 5 and "stdin:1#/config: given twice" in json.loads(done.stdout)["message"]


# Allowances end by the clock

def test_an_allowance_ends_by_the_real_clock(tiny_run, tmp_path):
    _, out, report = tiny_run
    allow = [{"signature": found["signature"], "reason": "known", "expires": "2020-01-01"} for found in report["counterexamples"]]
    (tmp_path / "policy.json").write_text(json.dumps({"max_failure_rate": 0.05, "allow": allow}))
    done = run("gate", out, "--policy", tmp_path / "policy.json", environment={"SOURCE_DATE_EPOCH": "946684800"})
    assert done.returncode == 1 and "expired 2020-01-01" in done.stdout


@pytest.mark.parametrize("day,valid", [("2999-02-29", False), ("2996-02-29", True), ("2999-02-31", False), ("2999-04-31", False),
                                       ("2999-13-01", False), ("2999-00-10", False), ("2999-1-01", False)])
def test_a_day_is_one_of_the_calendar(tiny_run, tmp_path, day, valid):
    allow = [{"signature": "label:rotate", "reason": "known", "expires": day}]
    (tmp_path / "policy.json").write_text(json.dumps({"max_failure_rate": 1.0, "allow": allow}))
    done = run("gate", tiny_run[1], "--policy", tmp_path / "policy.json")
    assert done.returncode == (0 if valid else 2) and (valid or "allow/0/expires" in done.stderr), done.stderr


def test_replay_asks_another_model_for_the_same_class_by_its_name(tiny_run, tmp_path):
    _, out, report = tiny_run
    example = report["counterexamples"][0]["examples"][0]
    shutil.copy(TINY, tmp_path / "new.pt")
    preprocess = json.loads(TINY.with_suffix(".json").read_text())
    labels = preprocess["classes"]
    true, seen = example["label"], example["observed"]["prediction"]
    labels[true], labels[seen] = labels[seen], labels[true]  # what it sees is the true class there
    (tmp_path / "new.json").write_text(json.dumps(preprocess))
    assert run("replay", out / example["case"], "--model", tmp_path / "new.pt").stdout.startswith("fixed ")
    labels[seen] = "another"
    (tmp_path / "new.json").write_text(json.dumps(preprocess))
    unknown = run("replay", out / example["case"], "--model", tmp_path / "new.pt")
    assert unknown.returncode == 3 and "knows no class" in unknown.stderr
