"""Habits of the command line: JSON that is odd, paths, environment, machine, terminal, and what is given twice."""
import fcntl
import json
import os
import pty
import re
import shlex
import shutil
import struct
import subprocess
import termios

import pytest
from conftest import BINARY, FASHION, IMAGES, QUIET, SOURCE, TINY, run
from outputs import FINDS, environment, shell

DRY = ("search", TINY, IMAGES, "--dry-run")


@pytest.fixture(scope="module")
def small_run(tmp_path_factory):
    out = tmp_path_factory.mktemp("small") / "a run"
    done = run(*FINDS, "--out", out)
    assert done.returncode == 1, done.stderr
    return done, out


def cases_of(out):
    return sorted((out / "cases").glob("*.json"))


# --- JSON

ODD = {
    "a number beyond doubles": '{"data": [{"transform": "rotate", "degrees": 1e999}]}',
    "a negative one": "-1e999",
    "nested lists": "[" * 200_000,
    "nested objects": '{"a":' * 200_000,
    "closed": "[" * 200_000 + "]" * 200_000,
    "a byte that is no UTF-8": b'{"data": "\xff"}',
    "half a character": b'{"\xe2\x82": 1}',
    "a lone surrogate": '{"a": "\\ud800"}',
    "a NUL": '{"data": [{"transform": "rot\\u0000ate"}]}',
    "a byte order mark and no more": "\ufeff",
    "nothing": "",
    "a number": "1e308",
    "a long number": "9" * 400,
    "text": '"' + "x" * 100_000 + '"',
    "wide text": '{"' + "\u20ac" * 60 + '": 1}',
}
READERS = {
    "variance": ("perturb", IMAGES, "--variance", "{}", "--out", "out"),
    "config": ("search", TINY, IMAGES, "--config", "{}"),
    "policy": ("gate", "run", "--policy", "{}"),
    "fail-on": ("search", TINY, IMAGES, "--fail-on", "{}"),
    "preprocess": ("search", TINY, IMAGES, "--preprocess", "{}"),
    "case": ("replay", "{}"),
    "report": ("report", "{}"),
    "gate": ("gate", "{}", "--policy", "policy.json"),
    "corpus": ("search", TINY, IMAGES, "--limit", 40, "--corpus", "corpus"),
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("reader", READERS)
def test_an_odd_file_is_2_or_3_and_named(tmp_path, reader, odd):
    content = ODD[odd]
    name = "corpus/odd.json" if reader == "corpus" else "odd.json"
    (tmp_path / "corpus").mkdir()
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    (tmp_path / "policy.json").write_text('{"max_failure_rate": 1}')
    done = subprocess.run([str(BINARY), *(str(one).format("odd.json") for one in READERS[reader])], cwd=tmp_path,
                          capture_output=True, text=True, env=environment())
    assert done.returncode in (2, 3), (done.returncode, done.stderr[-300:])
    assert name in done.stderr.splitlines()[-1] and len(done.stderr.splitlines()[-1]) < 600


def test_an_odd_line_is_invalid_and_the_stream_goes_on():
    lines = [content if isinstance(content, bytes) else content.encode() for name, content in ODD.items() if name != "nothing"]
    lines += [b'{"images": [1e999]}', b'{"images": [1e18]}', b'{"seed": 1e999}', b'{"seed": -1}', b'{"seed": 99999999999999999999}']
    done = subprocess.run([str(BINARY), "evaluate", str(TINY), str(IMAGES), "--limit", "20"], capture_output=True,
                          input=b"\n".join([*lines, b"{}"]) + b"\n", env=environment())
    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert [answer["status"] for answer in answers] == ["invalid"] * len(lines) + ["ok"]
    assert all(len(answer["message"]) < 600 for answer in answers[:-1])
    assert done.returncode == 0


def damage(what):
    report = {"schema_version": 1, "status": "complete", "budget": {}, "counterexamples": []}
    changed = {"list": "[]", "text": '"x"', "null": "null", "empty": "", "deep": "[" * 200_000, "cut": '{"status": "comp',
               "no budget": {**report, "budget": None}, "status": {**report, "status": 7},
               "counterexamples": {**report, "counterexamples": 3}, "budget": {**report, "budget": [1]}}[what]
    return changed if isinstance(changed, str) else json.dumps(changed)


@pytest.mark.parametrize("what", ["list", "text", "null", "empty", "deep", "cut", "no budget", "status", "counterexamples", "budget"])
def test_status_of_a_damaged_run_is_3(tmp_path, what):
    (tmp_path / "report.json").write_text(damage(what))
    done = run("status", tmp_path)
    assert done.returncode == 3 and "report.json" in done.stderr, done.stderr


@pytest.mark.parametrize("journal", ["\x00\x01", "[" * 100_000, '{"signature": 7}\n{"signature": {"a": 1}}', '{"signature": "a\\u001b[2J", "evaluations": "x"}'])
def test_status_passes_over_lines_that_are_none(tmp_path, journal):
    (tmp_path / "journal.jsonl").write_text(journal + '\n{"signature": "label:rotate", "evaluations": 5}\n')
    done = run("status", tmp_path)
    assert done.returncode == 0 and "label:rotate" in done.stdout and "\x1b" not in done.stdout
    assert json.loads(run("status", tmp_path, "--json").stdout)["evaluations"] == 5


def test_status_of_what_is_no_run_is_3(tmp_path):
    (tmp_path / "journal.jsonl").mkdir()
    for place in (tmp_path, tmp_path / "none", TINY, "/dev/null"):
        assert run("status", place).returncode == 3


@pytest.mark.parametrize("damaged", ["{", "{}", "[]", None, "label", "hash", "oracle", "model"])
def test_a_damaged_case_stops_no_other(small_run, tmp_path, damaged):
    good = cases_of(small_run[1])[:3]
    case = json.loads(good[0].read_text())
    if damaged == "label":
        case["image"]["label"] = 99
    elif damaged == "hash":
        case["image"]["sha256"] = "0" * 64
    elif damaged == "oracle":
        case["oracle"] = "lable"
    elif damaged == "model":
        (tmp_path / "m.pt").write_text("none")
        case["model"] = {"path": str(tmp_path / "m.pt"), "sha256": __import__("hashlib").sha256(b"none").hexdigest()}
    bad = tmp_path / "bad.json"
    if damaged is not None:
        bad.write_text(damaged if damaged in "{}[]" else json.dumps(case))
    done = run("replay", good[0], bad, *good[1:])
    assert done.returncode == 1, done.stderr
    lines = done.stdout.splitlines()
    assert sorted(line.split()[0] for line in lines) == ["not_run", "same", "same", "same"]
    assert any(line.startswith(f"not_run {bad} (") for line in lines)
    assert run("replay", bad).returncode in (2, 3)


# --- paths

def test_paths_in_a_config_are_relative_to_it(tmp_path):
    folder = tmp_path / "project/configs"
    folder.mkdir(parents=True)
    shutil.copy(TINY.with_suffix(".json"), folder / "p.json")
    (folder / "other.pt").symlink_to(TINY)
    (folder / "policy.json").write_text('{"max_failure_rate": 1}')
    (folder / "c.json").write_text(json.dumps({"preprocess": "p.json", "out": "../run", "fail_on": "policy.json",
                                               "variant": ["a=other.pt"], "log_file": "log.txt", "budget": 300, "limit": 100,
                                               "transforms": "rotate", "knobs": "none", "failure_limit": 0.9}))
    done = run("search", TINY, IMAGES, "--config", folder / "c.json")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "project/run/report.json").exists() and (folder / "log.txt").exists()
    for profile in ("any", "none"):
        (folder / "d.json").write_text(json.dumps({"fail_on": profile}))
        assert run(*DRY, "--config", folder / "d.json").returncode == 0
    (folder / "e.json").write_text(json.dumps({"out": str(tmp_path / "absolute"), "force": True}))
    done = run(*QUIET, "--config", folder / "e.json")
    assert done.returncode == 0 and (tmp_path / "absolute/report.json").exists(), done.stderr


def test_config_and_policy_take_stdin_and_pipes(small_run):
    policy = '{"max_failure_rate": 1}'
    for place in ("-", "/dev/stdin"):
        assert run("gate", small_run[1], "--policy", place, stdin=policy).returncode == 0
        assert "evaluations: 77" in run(*DRY, "--config", place, stdin='{"budget": 77}').stdout
        assert run(*DRY, "--fail-on", place, stdin=policy).returncode == 0
    wrong = run("gate", small_run[1], "--policy", "-", stdin='{"max_failure_rte": 1}')
    assert wrong.returncode == 2 and "stdin: unknown key 'max_failure_rte'" in wrong.stderr
    done = shell('"$0" gate "$1" --policy <(echo "$2")', small_run[1], policy)
    assert done.returncode == 0, done.stderr
    done = shell('"$0" "${@:2}" --config <(echo "$1")', '{"budget": 77}', *DRY)
    assert "evaluations: 77" in done.stdout, done.stderr


def test_replay_finds_moved_images_by_their_content(small_run, tmp_path):
    moved = tmp_path / "moved"
    for number, picture in enumerate(sorted(IMAGES.rglob("*.png"))):
        folder = moved / str(number % 7)
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(picture, folder / f"{number // 70}-{number}.png" if number % 2 else folder / f"same-{number // 7}.png")
    cases = []
    for path in cases_of(small_run[1]):
        case = json.loads(path.read_text())
        case["image"]["path"] = "/gone/" + os.path.basename(case["image"]["path"])
        cases.append(tmp_path / path.name)
        cases[-1].write_text(json.dumps(case))
    assert run("replay", *cases).returncode == 3
    done = run("replay", *cases, "--images", moved)
    assert done.returncode == 1, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["same"] * len(cases)
    missing = run("replay", cases[0], "--images", tmp_path / "none")
    assert missing.returncode == 2 and "--images" in missing.stderr


def test_the_printed_replay_line_runs_when_pasted(small_run, tmp_path):
    folder = tmp_path / "a program; here"
    folder.mkdir()
    for program in ("robustcheck", "robustcheck-worker"):
        (folder / program).symlink_to(BINARY.parent / program)
    out = tmp_path / "it's a $run"
    done = subprocess.run([str(folder / "robustcheck"), *map(str, FINDS), "--out", str(out)], capture_output=True, text=True,
                          env=environment(ROBUSTCHECK_WORKER=str(BINARY.parent / "robustcheck-worker")))
    line = next(line.strip() for line in done.stdout.splitlines() if " replay " in line)
    pasted = subprocess.run(["bash", "-c", line], capture_output=True, text=True, env=environment())
    assert pasted.returncode == 1 and pasted.stdout.startswith("same "), (line, pasted.stderr)
    page = run("report", out, "--format", "markdown").stdout
    line = next(line for line in page.splitlines() if " replay " in line).strip(" `")
    assert shlex.split(line.split("`")[-1])[1] == "replay"


# --- environment

def test_a_variable_acts_on_the_command_that_it_is_for(small_run, tmp_path):
    case = cases_of(small_run[1])[0]
    variables = {"ROBUSTCHECK_OUT": str(tmp_path / "made"), "ROBUSTCHECK_MODEL": "/none.pt", "ROBUSTCHECK_FORCE": "true",
                 "ROBUSTCHECK_IMAGES": "/none", "ROBUSTCHECK_PROFILE": "mild", "ROBUSTCHECK_JSON": "true"}
    assert run("report", small_run[1], "--format", "csv", environment=variables).stdout.startswith("rank,")
    assert run("replay", case, environment=variables).returncode == 1
    assert not run("status", small_run[1], environment=variables).stdout.startswith("{")
    swept = run("sweep", TINY, IMAGES, environment=variables)
    assert swept.returncode == 2 and "--profile is required" in swept.stderr
    assert not (tmp_path / "made").exists()
    done = run(*QUIET, environment={"ROBUSTCHECK_OUT": str(tmp_path / "made")})
    assert done.returncode == 0 and (tmp_path / "made/report.json").exists()
    own = run("report", small_run[1], "--format", "csv", environment={"ROBUSTCHECK_REPORT_OUT": str(tmp_path / "r.csv")})
    assert own.returncode == 0 and not own.stdout and (tmp_path / "r.csv").exists() and not own.stderr


@pytest.mark.parametrize("name,meant", [("ROBUSTCHECK_BUDGT", "ROBUSTCHECK_BUDGET"), ("ROBUSTCHECK_WORKRS", "ROBUSTCHECK_WORKERS"),
                                        ("ROBUSTCHECK_REPORT_OT", "ROBUSTCHECK_REPORT_OUT"), ("ROBUSTCHECK_VERBOS", "ROBUSTCHECK_VERBOSE")])
def test_an_unknown_variable_is_a_warning(name, meant):
    done = run(*DRY, environment={name: "5", "ROBUSTCHECK_SEED": "2"})
    assert done.returncode == 0
    assert f"robustcheck: warning: unknown variable '{name}'; did you mean '{meant}'?" in done.stderr
    assert done.stderr.count("warning") == 1


# --- machine

def test_workers_are_the_processors_that_may_be_used():
    if not shutil.which("taskset"):
        pytest.skip("no taskset here")
    first = min(os.sched_getaffinity(0))
    done = subprocess.run(["taskset", "-c", str(first), str(BINARY), "search", "--help"], capture_output=True, text=True)
    assert "--workers N=1 " in done.stdout
    assert f"--workers N={len(os.sched_getaffinity(0))} " in run("search", "--help").stdout or os.path.exists("/sys/fs/cgroup/cpu.max")


def test_half_a_processor_of_a_container_is_one_worker():
    script = ('mount -t tmpfs none /sys/fs/cgroup && echo "50000 100000" >/sys/fs/cgroup/cpu.max && '
              'echo "0::/" >"$1/cgroup" && mount --bind "$1/cgroup" /proc/self/cgroup; exec "$0" search --help')
    done = shell(script.replace("/proc/self/cgroup", "/proc/$$/cgroup"), "/tmp", namespace=True)
    if "--workers" not in done.stdout:
        pytest.skip("no control group can be stood in for here")
    assert "--workers N=1 " in done.stdout


# --- terminal

def on_terminal(*arguments, columns=80, **more):
    """What a terminal of so many columns is sent."""
    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen([str(BINARY), *map(str, arguments)], stdin=side, stdout=side, stderr=side,
                               env=environment(**{"TERM": "xterm", **more}))
    os.close(side)
    sent = b""
    try:
        while chunk := os.read(main, 65536):
            sent += chunk
    except OSError:  # the end of a terminal
        pass
    os.close(main)
    process.wait(timeout=60)
    return sent.decode()


@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.parametrize("mode", ["bar", "plain"])
def test_no_progress_line_is_wider_than_the_terminal(tmp_path, columns, mode):
    sent = on_terminal(*FINDS[:-2], "--progress", mode, "--out", tmp_path / "run", columns=columns)
    progress = sent.split("confirmed counterexample")[0]
    lines = [line.replace("\x1b[K", "") for line in re.split(r"[\r\n]+", progress)][:-1]
    assert len(lines) > 5 and max(map(len, lines)) < max(columns, 41)


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_help_wraps_at_the_width_of_the_terminal(columns):
    for command in ([], ["search"], ["sweep"], ["gate"], ["perturb"], ["evaluate"]):
        for text in (on_terminal(*command, "--help", columns=columns), run(*command, "--help", environment={"COLUMNS": str(columns)}).stdout):
            lines = text.replace("\r", "").splitlines()
            wide = [line for line in lines if len(line) > columns and " " in line.strip() and "{" not in line]
            assert not wide, wide
    assert max(map(len, run("search", "--help").stdout.splitlines())) <= 80


def test_no_color_and_dumb_terminals(tmp_path):
    bold = "\x1b[1m"
    assert bold in on_terminal(*FINDS, "--out", tmp_path / "a")
    assert bold in on_terminal(*FINDS, "--out", tmp_path / "b", NO_COLOR="")
    assert bold not in on_terminal(*FINDS, "--out", tmp_path / "c", NO_COLOR="1")
    dumb = on_terminal(*FINDS[:-2], "--out", tmp_path / "d", TERM="dumb")
    assert "\x1b" not in dumb
    policy = tmp_path / "p.json"
    policy.write_text('{"max_failure_rate": 0}')
    assert "\x1b" not in on_terminal("gate", tmp_path / "a", "--policy", policy, TERM="dumb")
    assert "\x1b" in on_terminal("gate", tmp_path / "a", "--policy", policy, NO_COLOR="")


NAMES = ["\x1b[2Ja", "b\n::error title=x::y", "c\r::warning::z", "::notice::d", "e ::error::f", "g\x7f", "h\u009b2J", "i\n  ::error::j",
         "k\u0085l", "m\n##[error]n"]


def test_no_name_controls_a_terminal_or_a_pipeline(tmp_path):
    preprocessing = json.loads(TINY.with_suffix(".json").read_text())
    images = tmp_path / "images"
    for old, new in zip(preprocessing["classes"], NAMES):
        (images / new).mkdir(parents=True)
        for number, picture in enumerate(sorted((IMAGES / old).iterdir())[:15]):
            (images / new / f"{NAMES[number % 10]}{number}.png").symlink_to(picture)
        (images / new / "x\n::error::no picture\x1b.txt").write_text("")
    preprocessing["classes"] = NAMES
    model = tmp_path / "m\n::error::m.pt"
    model.symlink_to(TINY)
    model.with_suffix(".json").write_text(json.dumps(preprocessing))
    out, policy = tmp_path / "run\n::error::run", tmp_path / "p.json"
    policy.write_text('{"max_failure_rate": 0.01}')
    asked = ("--budget", 600, "--transforms", "rotate", "--knobs", "none", "--after-budget", 1500)
    done = [run("search", model, images, *asked, "--out", out)]
    assert done[0].returncode == 1, done[0].stderr
    cases = cases_of(out)
    done += [run("report", out, "--format", name) for name in ("html", "junit", "markdown", "csv", "sarif", "prometheus")]
    done += [run("replay", *cases), run("status", out), run("status", out, "--json"), run("gate", out, "--policy", policy),
             run("gate", out, "--policy", policy, "--json"), run("evaluate", model, images, stdin='{"data": "x\x7f"}\n{}\n'),
             run("sweep", model, images, "--profile", "structural", "--limit", 20, "--out", tmp_path / "s\n::error::s"),
             run("perturb", images, "--grid", "--transforms", "jpeg", "--out", tmp_path / "g\n::error::g.png"),
             run("search", model, images, *asked, "--out", out), run("replay", str(cases[0]) + "\n::error::none"),
             run("report", "none\n::error::none"), run("search", model, images, "--dry-run"),
             run("list", "x\n::error::y"), run("frob\n::error::x")]
    for one in done:
        for text in (one.stdout, one.stderr):
            assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text), (one.args, repr(text[:400]))
            assert not [line for line in text.split("\n") if line.lstrip().startswith(("::", "##["))], (one.args, text[:2000])
    annotations = run("report", out, "--format", "github").stdout.splitlines()
    assert all(line.startswith(("::error title=robustcheck", "::notice title=robustcheck")) for line in annotations)


# --- twice, completion, log, manual

@pytest.mark.parametrize("arguments,message", [
    (("search", TINY, IMAGES, "--seed", 1, "--seed", 2), "--seed: given 2 times (1, 2); give it once"),
    (("search", TINY, IMAGES, "--seed=1", "--budget", 5, "--seed", 2, "--seed", 3), "--seed: given 3 times (1, 2, 3); give it once"),
    (("search", TINY, IMAGES, "--out", "a", "--out=a"), "--out: given 2 times (a, a); give it once"),
    (("gate", "r", "--policy", "a", "--policy", "b"), "--policy: given 2 times (a, b); give it once"),
    (("--log-file", "a", "search", TINY, IMAGES, "--log-file", "b"), "--log-file: given 2 times (a, b); give it once"),
])
def test_an_option_given_twice_says_so(arguments, message):
    done = run(*arguments)
    assert done.returncode == 2 and message in done.stderr, done.stderr


@pytest.mark.parametrize("words,wanted", [
    ("robustcheck -v search --bud", "--budget"), ("robustcheck -v ga", "gate"), ("robustcheck search --strategy gen", "genetic"),
    ("robustcheck search m.pt images --strategy = spar", "sparse_random"), ("robustcheck search --transforms rotate,satu", "rotate,saturation"),
    ("robustcheck --log-file search --verb", "--verbose"), ("robustcheck --config c.json sweep --profile sysn", "sysnoise"),
    ("robustcheck list tr", "transforms"), ("robustcheck schema pol", "policy"), ("robustcheck report run --format sar", "sarif"),
    ("robustcheck search --progress js", "json"), ("robustcheck perturb --profile mil", "mild"), ("robustcheck completion fi", "fish"),
    ("robustcheck search --out ru", ""), ("robustcheck --config ga", ""), ("robustcheck search model", ""),
])
def test_bash_offers_values(words, wanted):
    words = words.split()
    script = run("completion", "bash").stdout + f'\nCOMP_WORDS=({" ".join(words)}); COMP_CWORD={len(words) - 1}; _robustcheck; echo "${{COMPREPLY[@]}}"\n'
    done = subprocess.run(["bash", "--norc"], input=script, text=True, capture_output=True)
    assert done.stdout.strip() == wanted, done.stderr


def test_a_log_file_is_appended_to(tmp_path):
    log = tmp_path / "log"
    log.write_text("mine\n")
    for _ in range(2):
        assert run("--log-file", log, *DRY).returncode == 0
    lines = log.read_text().splitlines()
    assert lines[0] == "mine" and len(lines) >= 3
    assert "what is in it stays" in run("--help").stdout


def test_the_manual_lists_every_command_and_option():
    page = run("completion", "man").stdout.replace("\\-", "-").replace("\\e", "\\")
    help_text = run("--help").stdout
    for command in re.findall(r"^  (\w+) ", help_text.split("Subcommands:")[1], re.M):
        assert f".SS {command}\n" in page
        for option in re.findall(r"^  (?:-\w,)?(--[\w-]+)", run(command, "--help").stdout, re.M):
            assert option in page
    assert not [line for line in page.splitlines() if re.match(r"\.(?!TH|SH|SS|TP|B|I|br|nf|fi|PP)", line)]
    if shutil.which("groff"):
        checked = subprocess.run(["groff", "-man", "-ww", "-Tutf8"], input=run("completion", "man").stdout, capture_output=True, text=True)
        assert checked.returncode == 0 and not checked.stderr


# --- images without output

def test_a_row_without_output_stands_in_the_table_and_is_no_pass(tmp_path):
    model = SOURCE / "tests/data/models/needs_contiguous.pt"
    preprocessing = {**json.loads((FASHION / "tiny.json").read_text()), "input": {"width": 8, "height": 8, "channels": "rgb"}}
    del preprocessing["classes"]
    preprocessing["mean"], preprocessing["std"] = [0.0] * 3, [1.0] * 3
    (tmp_path / "p.json").write_text(json.dumps(preprocessing))
    done = run("sweep", model, IMAGES / "bag", "--preprocess", tmp_path / "p.json", "--profile", "numerical", "--limit", 5,
               "--out", tmp_path / "out")
    assert done.returncode == 5, (done.stdout, done.stderr)
    failing = [row for row in json.loads((tmp_path / "out/sweep.json").read_text())["unavailable_knobs"] if row["reason"] == "fails"]
    assert failing
    for row in failing:
        assert re.search(rf"^{row['knob']}={row['value']} +no output: ", done.stdout, re.M)
