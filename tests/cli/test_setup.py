"""Schemas, configs, completion, init and status: what a new user meets."""
import json
import os
import re
import shutil
import subprocess

import jsonschema
import pytest
from conftest import FASHION, IMAGES, MODEL, SOURCE, TINY, run

SCHEMAS = sorted(path.name.split(".")[0] for path in (SOURCE / "configs/schema").iterdir())
EXAMPLES = SOURCE / "configs/examples"


def schema(name):
    done = run("schema", name)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def read(path):
    return json.loads(path.read_text())


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_program_prints_the_shipped_schema(name):
    assert run("schema", name).stdout == (SOURCE / f"configs/schema/{name}.schema.json").read_text()


def test_there_is_a_schema_for_everything():
    assert SCHEMAS == ["case", "config", "policy", "preprocessing", "report", "variance"]
    done = run("schema", "polcy")
    assert done.returncode == 2 and "did you mean 'policy'?" in done.stderr


@pytest.mark.parametrize("name,wrong", [
    ("policy", {}), ("policy", {"max_failure_rat": 1}), ("policy", {"limits": [{"profile": "mild", "min_robust_accuracy": 0.5}]}),
    ("config", {"budgt": 5}), ("variance", {"dat": []}), ("preprocessing", {"input": {}})])
def test_schemas_refuse_what_the_program_refuses(name, wrong):
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, schema(name))


def test_every_option_of_search_is_in_the_config_schema():
    options = set(re.findall(r"--([a-z][a-z-]+)", run("search", "--help").stdout.split("Exit codes")[0]))
    listed = {key.replace("_", "-") for key in schema("config")["properties"]} - {"$schema"}
    options = {name for name in options if re.search(rf"^\s+(-\w,\s*)?--{name}\b", run("search", "--help").stdout, re.M)} - {"help"}
    assert options - {"config"} <= listed
    assert listed - options <= {"verbose", "log-file"}


def test_the_example_policy_gates(tiny_run):
    jsonschema.validate(read(EXAMPLES / "release-policy.json"), schema("policy"))
    done = run("gate", tiny_run[1], "--policy", EXAMPLES / "release-policy.json", "--baseline", tiny_run[1])
    assert done.returncode in (0, 1, 5), done.stderr


def test_the_example_config_searches(tmp_path):
    jsonschema.validate(read(EXAMPLES / "search.json"), schema("config"))
    done = run("search", TINY, IMAGES, "--config", EXAMPLES / "search.json", "--limit", 100, "--budget", 300, "--out", tmp_path / "run")
    assert done.returncode in (0, 1), done.stderr
    report = read(tmp_path / "run/report.json")
    assert report["budget"]["limit"] == 300 and report["space"]["profiles"] == ["moderate", "deployment"]


def test_the_example_variance_and_preprocessing_are_read(tmp_path):
    jsonschema.validate(read(EXAMPLES / "variance.json"), schema("variance"))
    jsonschema.validate(read(EXAMPLES / "preprocessing.json"), schema("preprocessing"))
    done = run("perturb", IMAGES / "bag", "--limit", 2, "--variance", EXAMPLES / "variance.json", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    done = run("search", TINY, IMAGES, "--preprocess", EXAMPLES / "preprocessing.json", "--limit", 20, "--out", tmp_path / "run")
    assert done.returncode == 3, "read, but for another network: " + done.stderr


def dry_budget(*arguments, **environment):
    done = run("search", TINY, IMAGES, "--limit", 40, "--dry-run", *arguments, environment=environment)
    assert done.returncode == 0, done.stderr
    return int(re.search(r"evaluations: (\d+)", done.stdout)[1])


def test_command_line_beats_environment_beats_config_beats_default(tmp_path):
    (tmp_path / "c.json").write_text('// mine\n{"budget": 111}')
    config = ("--config", tmp_path / "c.json")
    assert dry_budget() == 20000
    assert dry_budget(*config) == 111
    assert dry_budget(*config, ROBUSTCHECK_BUDGET="222") == 222
    assert dry_budget(*config, "--budget", 333, ROBUSTCHECK_BUDGET="222") == 333


def test_lists_and_flags_can_be_in_a_config(tmp_path):
    (tmp_path / "c.json").write_text(json.dumps({"transforms": ["rotate", "fog"], "knobs": "none", "dry_run": True, "quiet": False}))
    done = run("search", TINY, IMAGES, "--limit", 40, "--config", tmp_path / "c.json")
    assert done.returncode == 0, done.stderr
    assert "transforms (2," in done.stdout and "knobs (0)" in done.stdout


@pytest.mark.parametrize("config,fragment", [
    ({"budgt": 1}, "unknown key 'budgt'; did you mean 'budget'?"),
    ({"budget": "many"}, "#/budget"),
    ({"budget": [1, 2]}, "takes one value"),
    ({"quiet": 1}, "must be true or false"),
    ({"budget": True}, "takes a value"),
    ({"budget": {"a": 1}}, "#/budget"),
    ([], "no object"),
])
def test_a_wrong_config_is_2_and_says_where(tmp_path, config, fragment):
    (tmp_path / "c.json").write_text(json.dumps(config))
    done = run("search", TINY, IMAGES, "--config", tmp_path / "c.json", "--out", tmp_path / "run")
    assert done.returncode == 2 and "c.json" in done.stderr and fragment in done.stderr, done.stderr
    assert not (tmp_path / "run").exists()


def test_a_missing_config_is_2(tmp_path):
    done = run("search", TINY, IMAGES, "--config", tmp_path / "none.json")
    assert done.returncode == 2 and "no such file" in done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_every_command_and_option(shell):
    script = run("completion", shell).stdout
    for command in re.findall(r"^  (\w+) ", run("--help").stdout.split("Subcommands:")[1], re.M):
        assert command in script
    assert ("--budget" in script or "-l budget" in script) and "max-seconds" in script
    if shutil.which(shell):
        assert subprocess.run([shell, "-n"] if shell != "fish" else [shell, "--no-execute"], input=script, text=True).returncode == 0


def test_bash_completes():
    script = run("completion", "bash").stdout + '\nCOMP_WORDS=(robustcheck search --bud); COMP_CWORD=2; _robustcheck; echo "${COMPREPLY[@]}"\n' \
        'COMP_WORDS=(robustcheck ga); COMP_CWORD=1; _robustcheck; echo "${COMPREPLY[@]}"\n'
    assert subprocess.run(["bash", "--norc"], input=script, text=True, capture_output=True).stdout.split() == ["--budget", "gate"]


def test_init_finds_what_the_shipped_file_says(tmp_path):
    shutil.copy(MODEL, tmp_path / "m.pt")
    done = run("init", tmp_path / "m.pt", IMAGES, timeout=300)
    assert done.returncode == 0, done.stderr
    found, shipped = read(tmp_path / "m.json"), read(FASHION / "fashion.json")
    assert found["input"]["channels"] == shipped["input"]["channels"] and found["output"] == "logits"
    assert found["classes"] == shipped["classes"], "the order is inferred from predictions"
    assert "inferred" in done.stdout and "tried" in done.stdout
    jsonschema.validate(found, schema("preprocessing"))
    assert float(re.search(r"accuracy\s+([\d.]+) %", done.stdout)[1]) > 85
    following = re.search(r"next\s+robustcheck (.*)", done.stdout)[1].split()
    again = run(*following, "--limit", 100, "--budget", 300, "--out", tmp_path / "run", "--fail-on", "none")
    assert again.returncode == 0, again.stderr


def test_init_replaces_nothing_without_force(tmp_path):
    shutil.copy(TINY, tmp_path / "m.pt")
    (tmp_path / "m.json").write_text("mine")
    done = run("init", tmp_path / "m.pt", IMAGES)
    assert done.returncode == 2 and "--force" in done.stderr
    assert (tmp_path / "m.json").read_text() == "mine" and not (tmp_path / "m.search.jsonc").exists()


def test_status_of_a_finished_run_and_of_one_under_way(tiny_run, tmp_path):
    _, out, report = tiny_run
    status = json.loads(run("status", out, "--json").stdout)
    assert status["state"] == "complete" and status["counterexamples"] == len(report["counterexamples"])
    journal = (out / "journal.jsonl").read_text()
    (tmp_path / "journal.jsonl").write_text(journal[:len(journal) // 2])
    status = json.loads(run("status", tmp_path, "--json").stdout)
    assert status["counterexamples"] is None and 0 < status["candidates"] < journal.count("\n")
    assert "candidates" in run("status", tmp_path).stdout
    assert run("status", tmp_path / "none").returncode == 3


def test_progress_for_programs_is_json_lines(tmp_path):
    done = run("search", TINY, IMAGES, "--limit", 100, "--budget", 300, "--progress", "json", "--out", tmp_path / "run")
    phases = [json.loads(line)["phase"] for line in done.stderr.splitlines()]
    assert {"load", "baseline", "search", "confirm"} <= set(phases)


@pytest.mark.parametrize("name,kind", [("github.yml", "vendor.github-workflows"), ("gitlab.yml", "vendor.gitlab-ci")])
def test_pipelines_are_what_their_hosts_read(name, kind):
    checker = SOURCE / "build/venv/bin/check-jsonschema"
    checker = checker if checker.exists() else shutil.which("check-jsonschema")
    assert checker, "pip install -r configs/requirements-test.txt"
    done = subprocess.run([checker, "--builtin-schema", kind, SOURCE / "configs/ci" / name], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["github.yml", "gitlab.yml"])
def test_pipelines_use_options_that_exist(name):
    for command, rest in re.findall(r"robustcheck (search|gate) ((?:.|\n)*?)(?:\n\s*(?:#|- |if)|; fi)", (SOURCE / "configs/ci" / name).read_text()):
        options = set(re.findall(r"(--[a-z-]+)", rest))
        assert options and all(option in run(command, "--help").stdout + run("--help").stdout for option in options)


def test_the_second_checkpoint_fails_the_gate_that_the_first_passes(tmp_path):
    """Composite example: the released network was trained with shifts and turns, the next one was not."""
    policy = {"max_failure_rate": 0.2, "max_drop_against_baseline": 0.15, "forbid": ["numeric", "crash", "worse"]}
    (tmp_path / "policy.json").write_text(json.dumps(policy))
    for name, model in (("v1", FASHION / "fashion-augmented.pt"), ("v2", MODEL)):
        baseline = ("--baseline", tmp_path / "v1") if name == "v2" else ()
        done = run("search", model, IMAGES, "--limit", 400, "--budget", 1000, "--transforms", "rotate", "--knobs", "none",
                   "--fail-on", "none", *baseline, "--out", tmp_path / name)
        assert done.returncode == 0, done.stderr
    arguments = ("--policy", tmp_path / "policy.json", "--baseline", tmp_path / "v1", "--json")
    first, second = run("gate", tmp_path / "v1", *arguments), run("gate", tmp_path / "v2", *arguments)
    assert (first.returncode, second.returncode) == (0, 1), first.stdout + second.stdout
    failed = {rule["rule"] for rule in json.loads(second.stdout)["rules"] if rule["outcome"] == "fail"}
    assert failed == {"max_failure_rate 0.2", "max_drop_against_baseline 0.15, robust accuracy", "forbid worse"}
