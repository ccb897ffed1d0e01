"""A test that did not happen is no pass: every way in which one may not happen, and what the exit code says then."""
import json
import signal
import subprocess
import threading
import xml.etree.ElementTree as ET

import pytest
from conftest import BINARY, FASHION, IMAGES, QUIET, SOURCE, TINY, run

MODELS = SOURCE / "tests/data/models"
FINDS = ("search", TINY, IMAGES, "--limit", 200, "--budget", 500, "--knobs", "none", "--max-counterexamples", 3)
NO_SUCH_PART = {"config": {"upsample_mode": "nearest"}}  # unavailable: the network has no upsampling


def replayed(path, *options):
    """(exit code, states, output)"""
    done = run("replay", path, *options)
    return done.returncode, [line.split()[0] for line in done.stdout.splitlines()], done.stdout + done.stderr


def outcomes(junit):
    """outcome -> names, of the file's test cases"""
    found = {"failure": [], "error": [], "skipped": [], "passed": []}
    for case in ET.parse(junit).iter("testcase"):
        found[case[0].tag if len(case) else "passed"].append(case.get("name"))
    return found


# A case that gives no output

@pytest.mark.parametrize("values,options,fragment", [
    ({}, ("--model", MODELS / "raises.pt"), "no output at the reference: model_error"),  # an exception
    ({}, ("--model", MODELS / "fixed_float.pt"), "no output at the reference: model_error"),  # another input size
    ({"variance": NO_SUCH_PART}, (), "no output: unavailable"),
    ({"variance": NO_SUCH_PART, "oracle": "consistency"}, (), "no output: unavailable"),
    ({"variance": NO_SUCH_PART, "oracle": "divergence"}, (), "no output: unavailable"),
    ({"variance": NO_SUCH_PART, "oracle": "numeric"}, (), "no output: unavailable"),
    ({"variance": NO_SUCH_PART, "oracle": "crash"}, (), "no output: unavailable"),
    ({"oracle": "crash"}, ("--model", MODELS / "raises.pt"), "no output at the reference: model_error"),
])
def test_a_case_without_output_is_not_run_and_5(case, values, options, fragment):
    code, states, output = replayed(case(**values), *options)
    assert (code, states) == (5, ["not_run"]) and fragment in output, output


def test_one_failing_case_beside_one_without_output_is_1(case):
    done = run("replay", case("a.json", variance=NO_SUCH_PART), case("b.json"))
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["not_run", "same"] and done.returncode == 1


def test_for_the_oracle_crash_no_output_is_the_failure(case):
    preprocess = {"input": {"width": 8, "height": 8, "channels": "rgb"}, "resize": {"rule": "exact", "filter": "pillow-bilinear"},
                  "scale": 1 / 255, "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "output": "logits"}
    observed = {"status": "model_error", "prediction": None, "scores": []}
    path = case(oracle="crash", preprocess=preprocess, variance={"config": {"memory_format": "channels_last"}}, observed=observed)
    code, states, output = replayed(path, "--model", MODELS / "needs_contiguous.pt")
    assert (code, states) == (1, ["same"]), output
    path = case(oracle="label", preprocess=preprocess, variance={"config": {"memory_format": "channels_last"}}, observed=observed)
    code, states, output = replayed(path, "--model", MODELS / "needs_contiguous.pt")
    assert (code, states) == (5, ["not_run"]), output


def test_a_corpus_case_without_output_is_5_and_its_rule_inconclusive(case, tmp_path):
    case("corpus/one.json", variance=NO_SUCH_PART)
    (tmp_path / "policy.json").write_text('{"max_failure_rate": 0.99}')
    done = run(*QUIET, "--corpus", tmp_path / "corpus", "--out", tmp_path / "run")
    assert done.returncode == 5 and "1 could not be run" in done.stdout, done.stdout + done.stderr
    corpus = json.loads((tmp_path / "run/report.json").read_text())["corpus"]
    assert corpus["failing"] == 0 and corpus["not_run"] == 1 and corpus["cases"][0]["state"] == "not_run"
    assert "unavailable" in corpus["cases"][0]["reason"]
    assert outcomes(tmp_path / "run/junit.xml")["error"] == ["one.json"]
    gate = run("gate", tmp_path / "run", "--policy", tmp_path / "policy.json")
    assert gate.returncode == 5 and "could not be run" in gate.stdout
    done = run(*QUIET, "--corpus", tmp_path / "corpus", "--out", tmp_path / "run", "--force", "--fail-on", tmp_path / "policy.json")
    assert done.returncode == 5, done.stdout + done.stderr
    signature = corpus["cases"][0]["signature"]
    allow = [{"signature": signature, "reason": "another network", "expires": "2999-01-01"}]
    (tmp_path / "policy.json").write_text(json.dumps({"max_failure_rate": 0.99, "allow": allow}))
    done = run(*QUIET, "--corpus", tmp_path / "corpus", "--out", tmp_path / "run", "--force", "--fail-on", tmp_path / "policy.json")
    assert done.returncode == 0 and not outcomes(tmp_path / "run/junit.xml")["error"], done.stdout + done.stderr
    case("corpus/two.json")
    assert run(*QUIET, "--corpus", tmp_path / "corpus", "--out", tmp_path / "run", "--force").returncode == 1


# Nothing to test

def test_an_empty_corpus_is_no_pass(tmp_path):
    (tmp_path / "corpus").mkdir()
    done = run(*QUIET, "--corpus", tmp_path / "corpus", "--out", tmp_path / "run")
    assert done.returncode == 2 and "holds no case" in done.stderr and not (tmp_path / "run").exists()
    (tmp_path / "policy.json").write_text('{"max_failure_rate": 0.99}')
    for options in ((), ("--fail-on", tmp_path / "policy.json"), ("--fail-on", "none")):
        done = run(*QUIET, "--corpus", tmp_path / "corpus", "--update-corpus", "--out", tmp_path / "run", "--force", *options)
        assert done.returncode == 5 and "holds no case" in done.stdout, done.stdout + done.stderr
        assert outcomes(tmp_path / "run/junit.xml")["error"]
    assert run("gate", tmp_path / "run", "--policy", tmp_path / "policy.json").returncode == 5


@pytest.mark.parametrize("fail_on", ["any", "none", "policy"])
def test_a_budget_below_one_trial_is_5(tmp_path, fail_on):
    (tmp_path / "policy.json").write_text('{"max_failure_rate": 0.99}')
    done = run("search", TINY, IMAGES, "--limit", 100, "--knobs", "none", "--budget", 8, "--out", tmp_path / "run",
               "--fail-on", tmp_path / "policy.json" if fail_on == "policy" else fail_on)
    assert done.returncode == 5 and "--budget 8 is below one trial" in done.stdout, done.stdout + done.stderr
    assert outcomes(tmp_path / "run/junit.xml")["error"] == ["search is complete"]


@pytest.mark.parametrize("lines,code", [
    ("", 5), ("\n \n", 5), ("nonsense\n", 5), ('{"data": 3}\n[]\n', 5),
    ("{}\n", 0), ("nonsense\n{}\n", 0),
    (json.dumps(NO_SUCH_PART) + "\n", 5), ("{}\n" + json.dumps(NO_SUCH_PART) + "\n", 5),
])
def test_evaluate_without_an_answer_is_5(lines, code):
    done = run("evaluate", TINY, IMAGES, "--limit", 20, stdin=lines)
    assert done.returncode == code, done.stdout + done.stderr
    assert "nothing was evaluated" in done.stderr or any(json.loads(line)["status"] != "invalid" for line in done.stdout.splitlines())


# An old verdict

def test_a_run_that_fails_leaves_no_verdict_of_the_run_that_it_replaces(tmp_path):
    (tmp_path / "policy.json").write_text('{"max_failure_rate": 0.99}')
    out = tmp_path / "run"
    assert run(*QUIET, "--out", out, "--fail-on", tmp_path / "policy.json").returncode == 0
    assert {"report.json", "report.html", "junit.xml", "verdict.json"} <= {path.name for path in out.iterdir()}
    assert run(*QUIET, "--out", out, "--force", "--budgt", 3).returncode == 2 and (out / "report.json").exists()
    assert run(*QUIET, "--out", out, "--force", "--dry-run").returncode == 0 and (out / "report.json").exists()
    (out / "notes.txt").write_text("mine")
    done = run("search", MODELS / "raises.pt", IMAGES, "--preprocess", FASHION / "tiny.json", "--limit", 40, "--out", out, "--force")
    assert done.returncode == 3
    assert {path.name for path in out.iterdir() if path.is_file()} == {".robustcheck", "notes.txt", "journal.jsonl"}
    assert run("gate", out, "--policy", tmp_path / "policy.json").returncode == 3
    run(*QUIET, "--out", out, "--force")
    assert run(*QUIET, "--min-accuracy", 1, "--out", out, "--force").returncode == 4
    assert {path.name for path in out.iterdir() if path.is_file()} == {".robustcheck", "notes.txt", "journal.jsonl"}


def test_a_corpus_in_the_run_that_is_replaced_is_kept(tmp_path, case):
    out = tmp_path / "run"
    assert run(*QUIET, "--out", out).returncode == 0
    path = case("run/cases/one.json")
    done = run(*QUIET, "--out", out, "--force", "--corpus", out / "cases")
    assert done.returncode == 2 and "--corpus" in done.stderr and path.exists() and (out / "report.json").exists()


def test_a_sweep_that_fails_leaves_no_old_one(tmp_path):
    arguments = (IMAGES, "--preprocess", FASHION / "tiny.json", "--limit", 20, "--profile", "structural", "--out", tmp_path)
    assert run("sweep", TINY, *arguments).returncode == 0 and (tmp_path / "sweep.json").exists()
    done = run("sweep", MODELS / "raises.pt", *arguments, "--force")
    assert done.returncode == 3 and not (tmp_path / "sweep.json").exists()


# What was printed did not arrive

def to_full(arguments, stdin=b""):
    with open("/dev/full", "w", encoding="utf-8") as full:
        return subprocess.run([str(BINARY), *map(str, arguments)], input=stdin, stdout=full, stderr=subprocess.PIPE, timeout=120)


def to_closed(arguments, stdin=b""):
    command = " ".join(f"'{word}'" for word in (BINARY, *arguments))
    return subprocess.run(["sh", "-c", f"exec {command} >&-"], input=stdin, stderr=subprocess.PIPE, timeout=120)


@pytest.mark.parametrize("call", [to_full, to_closed])
def test_a_stdout_that_takes_nothing_is_3(tiny_run, tmp_path, case, call):
    _, out, _ = tiny_run
    (tmp_path / "pass.json").write_text('{"max_failure_rate": 1.0}')
    (tmp_path / "fail.json").write_text('{"max_failure_rate": 0.06}')
    for arguments, code in (
            (("--help",), 3), (("--version",), 3), (("search", "--help"), 3), (("list", "knobs"), 3), (("schema", "report"), 3),
            (("completion", "bash"), 3), (("status", out), 3), (("report", out, "--format", "markdown"), 3),
            (("gate", out, "--policy", tmp_path / "pass.json"), 3), (("gate", out, "--policy", tmp_path / "fail.json"), 1),
            (("evaluate", TINY, IMAGES, "--limit", 20), 3), (("replay", case()), 1), (("doctor",), 3),
            ((*QUIET, "--out", tmp_path / "run", "--force"), 3)):
        done = call(arguments, b"{}\n")
        assert done.returncode == code, (arguments, done.returncode, done.stderr)
        assert b"robustcheck: error: stdout: cannot be written" in done.stderr, (arguments, done.stderr)
    assert json.loads((tmp_path / "run/report.json").read_text())["status"] == "complete"


# A signal while evaluate waits

@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_evaluate_waits_is_130(number):
    with subprocess.Popen([str(BINARY), "evaluate", str(TINY), str(IMAGES), "--limit", "20"], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        guard = threading.Timer(60, process.kill)
        guard.start()
        process.stdin.write(b"{}\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["status"] == "ok"  # it waits for the next line now
        process.send_signal(number)
        code = process.wait()
        guard.cancel()
    assert code == 130


# The formats agree with the verdict

@pytest.fixture(scope="module")
def signatures(tmp_path_factory):
    out = tmp_path_factory.mktemp("found") / "run"
    done = run(*FINDS, "--out", out)
    assert done.returncode == 1, done.stderr
    report = json.loads((out / "report.json").read_text())
    return [[row["signature"] for row in report[rows]] for rows in ("counterexamples", "kinds")]


def policies(signatures):
    """What an allowed one would explain is tested itself: all allowed means all kinds."""
    allow = [{"signature": name, "reason": "known", "expires": "2999-12-31"} for rows in signatures for name in rows]
    return {
        "all allowed": {"max_failure_rate": 0.05, "allow": allow},
        "one allowed": {"max_failure_rate": 0.05, "allow": allow[:1]},
        "within": {"max_failure_rate": 1.0},
        "another rule breaks": {"max_failure_rate": 1.0, "min_robust_accuracy": 1.0},
        "inconclusive": {"max_failure_rate": 1.0, "forbid": ["new"]},
        "not searched": {"limits": [{"profile": "severe", "max_failure_rate": 1.0}]},
        "forbidden": {"forbid": ["label"]},
    }


EXPECTED = {"all allowed": 0, "one allowed": 1, "within": 0, "another rule breaks": 1, "inconclusive": 5, "not searched": 5,
            "forbidden": 1, "any": 1, "none": 0}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_formats_agree_with_the_verdict(tmp_path, signatures, name):
    fail_on = name if name in ("any", "none") else tmp_path / "policy.json"
    if fail_on == tmp_path / "policy.json":
        fail_on.write_text(json.dumps(policies(signatures)[name]))
    signatures = signatures[0]
    done = run(*FINDS, "--out", tmp_path / "run", "--fail-on", fail_on, environment={"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": ""})
    assert done.returncode == EXPECTED[name], done.stdout + done.stderr
    found = outcomes(tmp_path / "run/junit.xml")
    passes = done.returncode == 0
    assert (not found["failure"] and not found["error"]) == passes, found
    assert ("::error" not in done.stdout) == passes
    again = run("report", tmp_path / "run", "--format", "github").stdout
    assert ("::error" not in again) == passes, "rendered again it says the same"
    assert set(signatures) <= set(found["failure"] + found["skipped"]), "every finding is named"
    if name in ("all allowed", "within", "none"):
        assert set(signatures) <= set(found["skipped"])
    if name == "one allowed":
        assert signatures[0] in found["skipped"] and signatures[0] not in found["failure"]
    markdown = run("report", tmp_path / "run", "--format", "markdown").stdout.splitlines()[0]
    outcome = {0: "pass", 1: "fail", 5: "inconclusive"}[EXPECTED[name]]
    assert name in ("any", "none") or markdown.endswith(f"policy: {outcome}"), markdown
    sarif = json.loads(run("report", tmp_path / "run", "--format", "sarif").stdout)["runs"][0]
    assert not passes or all(result["level"] == "note" and result["suppressions"] for result in sarif["results"])
