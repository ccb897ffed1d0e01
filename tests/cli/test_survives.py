"""What was found survives what comes after it: full disks, limits, names, closed streams and signals."""
import json
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import time

import pytest
from conftest import BINARY, IMAGES, QUIET, TINY, run
from outputs import FINDS, environment, shell, start

TABLE = "confirmed counterexample"


def report_of(out):
    return json.loads((out / "report.json").read_text())


def wait_for(condition, process, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)


# --- a full disk, a limit

def filled(kib):
    """A search on a small file system, filled up to `kib` as soon as the search is under way."""
    return ('mount -t tmpfs -o size=2m none "$1"; '
            '( while [ ! -s "$1/run/journal.jsonl" ]; do sleep 0.01; done; '
            f'  head -c 2m /dev/zero >"$1/ballast" 2>/dev/null; truncate -s -{kib}k "$1/ballast" ) & '
            '"$0" "${@:2}" --out "$1/run"; code=$?; wait; '
            'if [ -s "$1/run/report.json" ]; then echo REPORT; cat "$1/run/report.json"; fi; ls -R "$1" >&2; exit $code')


@pytest.mark.parametrize("kib", [4, 24, 100])
def test_a_full_disk_loses_neither_table_nor_report(tmp_path, kib):
    done = shell(filled(kib), tmp_path, *FINDS, namespace=True, TMPDIR=str(tmp_path / "none"))
    assert done.returncode == 1, done.stderr  # found
    assert TABLE in done.stdout and ".tmp" not in done.stderr.split("\n/")[-1]
    assert done.stdout.count('"counterexamples": [') == 1, "on the disk or on stdout"
    assert "No space left on device" in done.stderr


def test_a_full_disk_is_no_pass(tmp_path):
    done = shell(filled(4), tmp_path, *QUIET, "--progress", "none", namespace=True)
    assert done.returncode == 3, done.stderr
    assert "report.json: cannot be written: No space left on device" in done.stderr
    place = done.stderr.split("the report is in ")[1].split(" instead")[0]
    assert json.loads(open(place).read())["status"] == "complete"
    os.remove(place)


def test_a_file_size_limit_is_an_error_like_any_other(tmp_path):
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
    done = subprocess.run([str(BINARY), *map(str, FINDS), "--out", str(tmp_path / "run")], capture_output=True,
                          text=True, preexec_fn=limit, env=environment(TMPDIR=str(tmp_path)))
    assert done.returncode == 1, done.stderr
    assert TABLE in done.stdout and "File too large" in done.stderr
    report = json.loads((tmp_path / "run/report.json").read_text()) if (tmp_path / "run/report.json").exists() else \
        json.loads(done.stdout[done.stdout.index('{\n'):done.stdout.rindex('}\n') + 2])
    assert report["counterexamples"]
    assert not [path for path in tmp_path.rglob("*") if ".tmp" in path.name]


# --- names

@pytest.mark.parametrize("what", ["out", "model", "images", "class", "file", "argument", "directory", "corpus"])
def test_a_name_that_is_no_utf8_ends_no_run(tmp_path, what):
    odd = lambda name: os.fsdecode(name.encode() + b"-\xff\n")
    folder = tmp_path / (odd("cwd") if what == "directory" else "cwd")
    images = folder / (odd("images") if what == "images" else "images")
    images.mkdir(parents=True)
    for source in sorted(IMAGES.iterdir()):
        target = images / source.name
        target.mkdir()
        for picture in sorted(source.iterdir())[:20]:
            name = odd(picture.stem) + ".png" if what == "file" else picture.name
            (target / name).symlink_to(picture)
    model = folder / (odd("model") + ".pt" if what == "model" else "model.pt")
    model.symlink_to(TINY)
    preprocessing = json.loads(TINY.with_suffix(".json").read_text())
    if what == "class":
        names = {name: name + "\u0001\u009b::error::x\n" for name in preprocessing["classes"]}
        preprocessing["classes"] = list(names.values())
        for old, new in names.items():
            (images / old).rename(images / new)
    model.with_suffix(".json").write_text(json.dumps(preprocessing))
    out = folder / (odd("run") if what == "out" else "run")
    more = ["--log-file", folder / odd("log"), "--variant", f"a={folder / odd('other')}"] if what == "argument" else []
    (folder / odd("other")).symlink_to(TINY)
    if what == "corpus":
        more = ["--corpus", folder / odd("corpus"), "--update-corpus"]
    done = subprocess.run([str(BINARY), "search", os.fsencode(model), os.fsencode(images), "--budget", "600", "--after-budget", "1500",
                           "--transforms", "rotate", "--knobs", "none", "--progress", "none", "--out", os.fsencode(out),
                           *map(os.fsencode, map(str, more))], capture_output=True, cwd=folder,
                          env=environment(GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md")))
    assert done.returncode == 1, done.stderr
    assert TABLE.encode() in done.stdout and (out / "report.html").exists() and (out / "junit.xml").exists()
    assert report_of(out)["status"] == "complete"
    for command in (["status", out], ["gate", out, "--policy", tmp_path / "policy.json"], ["report", out, "--format", "sarif"]):
        (tmp_path / "policy.json").write_text('{"max_failure_rate": 1}')
        again = run(*map(str, command))
        assert again.returncode in (0, 5), again.stderr


# --- the summary of GitHub

@pytest.mark.parametrize("place", ["none/summary.md", "", "/dev/full"])
def test_a_summary_that_cannot_be_written_is_a_warning(tmp_path, place):
    summary = place if place.startswith("/") else tmp_path / place
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    done = run(*FINDS, "--out", tmp_path / "run", environment=variables)
    assert done.returncode == 1 and TABLE in done.stdout and "::error" in done.stdout
    assert f"robustcheck: warning: GITHUB_STEP_SUMMARY {summary}: cannot be written" in done.stderr
    rendered = run("report", tmp_path / "run", "--format", "github", environment=variables)
    assert rendered.returncode == 0 and "::error" in rendered.stdout and "warning: GITHUB_STEP_SUMMARY" in rendered.stderr


# --- streams that close

def test_a_closed_progress_stream_ends_progress_and_not_the_run(tmp_path):
    done = shell('"$0" "${@:2}" --progress json --out "$1/run" 2>&1 | head -1; exit ${PIPESTATUS[0]}', tmp_path, *FINDS[:-2])
    assert done.returncode == 1 and done.stdout.startswith('{"phase"')
    assert report_of(tmp_path / "run")["status"] == "complete" and (tmp_path / "run/report.html").exists()


def test_a_closed_stderr_alone_leaves_the_table(tmp_path):
    done = shell('"$0" "${@:2}" --progress json --out "$1/run" 2> >(head -1 >/dev/null)', tmp_path, *FINDS[:-2])
    assert done.returncode == 1 and TABLE in done.stdout


def test_evaluate_ends_with_its_reader(tmp_path):
    process = start("evaluate", TINY, IMAGES, "--limit", 20, stdin=subprocess.PIPE)
    process.stdin.write("{}\n")
    process.stdin.flush()
    process.stdout.readline()
    process.stdout.close()
    try:
        for _ in range(10000):
            process.stdin.write("{}\n")
            process.stdin.flush()
    except BrokenPipeError:
        pass
    assert process.wait(timeout=60) == 3


# --- signals

@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_a_signal_saves_what_was_found(tmp_path, number):
    out = tmp_path / "run"
    process = start("search", TINY, IMAGES, "--budget", 10**8, "--out", out)
    wait_for(lambda: (out / "journal.jsonl").exists() and (out / "journal.jsonl").stat().st_size, process)
    process.send_signal(number)
    if number == signal.SIGHUP:
        process.send_signal(number)  # the shell's after the terminal's
    stdout, _ = process.communicate(timeout=60)
    assert process.returncode == 130 and "partial" in stdout
    assert report_of(out)["status"] == "partial"


def test_nohup_is_heeded(tmp_path):
    out = tmp_path / "run"
    process = start("search", TINY, IMAGES, "--budget", 10**8, "--max-seconds", 20, "--out", out,
                    preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    wait_for(lambda: (out / "journal.jsonl").exists() and (out / "journal.jsonl").stat().st_size, process)
    process.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=1.5)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130


@pytest.mark.parametrize("profile,key", [("imagenet-c", "rows"), ("deployment", "classes")])
def test_an_interrupted_sweep_keeps_what_was_measured(tmp_path, profile, key):
    out = tmp_path / "out"
    process = start("sweep", TINY, IMAGES, "--profile", profile, "--progress", "json", "--out", out)
    for line in process.stderr:
        event = json.loads(line) if line.startswith("{") else {}
        if event.get("phase") == "sweep":
            break
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    sweep = json.loads((out / "sweep.json").read_text())
    assert sweep["status"] == "partial" and sweep[key]
    assert "interrupted: partial" in stdout and str(out / "sweep.json") in stdout


def test_an_interrupted_perturb_says_what_it_wrote(tmp_path):
    variance = tmp_path / "v.json"
    variance.write_text('{"data": [{"transform": "rotate", "degrees": 9}]}')
    out = tmp_path / "out"
    process = start("perturb", IMAGES, "--variance", variance, "--copies", 100, "--out", out)
    wait_for(lambda: (out / "metadata.jsonl").exists() and (out / "metadata.jsonl").stat().st_size, process)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    named = {json.loads(line)["file_name"] for line in (out / "metadata.jsonl").open()}
    assert named and named == {path.relative_to(out).as_posix() for path in out.rglob("*.png")}
    assert f"interrupted: wrote {len(named)} of " in stdout


# --- few descriptors

@pytest.mark.parametrize("files,says", [(24, True), (64, False)])
def test_few_descriptors_mean_fewer_pools_and_a_line(tmp_path, files, says):
    done = shell('ulimit -n $1; exec "$0" "${@:2}"', files, "search", TINY, IMAGES, "--limit", 100, "--budget", 300,
                 "--transforms", "none", "--workers", 2, "--failure-limit", 0.9, "--out", tmp_path / "run")
    assert done.returncode in (0, 1), done.stderr
    assert ("the limit of 24 open files allows 2 workers and 1 further pools" in done.stderr) == says


def test_the_soft_limit_is_raised(tmp_path):
    done = shell('ulimit -Sn 24; exec "$0" "${@:1}"', "search", TINY, IMAGES, "--limit", 100, "--budget", 300,
                 "--transforms", "none", "--workers", 4, "--failure-limit", 0.9, "--out", tmp_path / "run")
    assert done.returncode in (0, 1) and "open files" not in done.stderr, done.stderr


# --- outputs that cannot be written are known before the work

UNWRITABLE = [
    (("search", TINY, IMAGES, "--out", "{}/run"), (2, 3)),
    (("sweep", TINY, IMAGES, "--profile", "imagenet-c", "--out", "{}/out"), (2, 3)),
    (("perturb", IMAGES, "--variance", "v.json", "--out", "{}/out"), (2, 3)),
    (("perturb", IMAGES, "--grid", "--out", "{}/sheet.png"), (2, 3)),
    (("search", TINY, IMAGES, "--corpus", "{}/corpus", "--update-corpus", "--out", "run"), (2, 3)),
    (("init", "{}/m.pt", IMAGES), (2, 3)),
    (("search", TINY, IMAGES, "--log-file", "{}/log", "--out", "run"), (2, 3)),
]


def open_to_all(folder):
    for parent in (folder, *list(folder.parents)[:2]):
        parent.chmod(0o755 if parent != folder else 0o777)


def nobody():
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)


@pytest.mark.parametrize("arguments,codes", UNWRITABLE)
@pytest.mark.parametrize("how", ["mode", "file", "long"])
def test_an_output_that_cannot_be_written_is_known_before_the_work(arguments, codes, how, tmp_path_factory):
    if how == "mode" and os.getuid() != 0:
        pytest.skip("runs as another user, so that modes count")
    folder = tmp_path_factory.mktemp("unwritable")
    place = folder / {"mode": "locked", "file": "file", "long": "n" * 300}[how]
    if how == "mode":
        place.mkdir()
        (place / "m.pt").symlink_to(TINY)
        open_to_all(folder)
    elif how == "file":
        place.write_text("")
    (folder / "v.json").write_text("{}")
    started = time.monotonic()
    done = subprocess.run([str(BINARY), *(str(one).format(place) for one in arguments)], capture_output=True, text=True,
                          cwd=folder, preexec_fn=nobody if how == "mode" else None, env=environment(HOME="/nowhere"))
    assert done.returncode in codes, (done.returncode, done.stderr)
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("robustcheck: error: ") and str(place)[:60] in last
    assert "baseline" not in done.stderr and "sweep  " not in done.stderr and time.monotonic() - started < 5


UNREADABLE = [
    ("search", "{}", IMAGES, "--out", "out"), ("search", TINY, "{}", "--out", "out"), ("search", TINY, IMAGES, "--preprocess", "{}", "--out", "out"),
    ("search", TINY, IMAGES, "--config", "{}", "--out", "out"), ("search", TINY, IMAGES, "--corpus", "{}", "--out", "out"),
    ("search", TINY, IMAGES, "--variant", "a={}", "--out", "out"), ("search", TINY, IMAGES, "--fail-on", "{}.json", "--out", "out"),
    ("perturb", IMAGES, "--variance", "{}", "--out", "out"), ("replay", "{}"), ("report", "{}"), ("status", "{}"),
    ("gate", "{}", "--policy", "{}"), ("evaluate", TINY, "{}"), ("doctor", "{}"), ("init", "{}", IMAGES),
    ("sweep", "{}", IMAGES, "--profile", "imagenet-c", "--out", "out"),
]


@pytest.mark.parametrize("arguments", UNREADABLE, ids=lambda arguments: "-".join(one for one in arguments if isinstance(one, str)))
@pytest.mark.parametrize("how", ["file", "folder", "inside", "long"])
def test_an_input_that_cannot_be_read_is_named(arguments, how, tmp_path_factory):
    if how != "long" and os.getuid() != 0:
        pytest.skip("runs as another user, so that modes count")
    folder = tmp_path_factory.mktemp("unreadable")
    locked = folder / "locked"
    if how == "file":
        locked.write_text("{}")
        locked.chmod(0)
        (folder / "locked.json").write_text("{}")
        (folder / "locked.json").chmod(0)
    elif how != "long":
        locked.mkdir()
        (locked / "x").write_text("{}")
        locked.chmod(0)
    place = {"file": locked, "folder": locked, "inside": locked / "x", "long": folder / ("n" * 300)}[how]
    open_to_all(folder)
    done = subprocess.run([str(BINARY), *(str(one).format(place) for one in arguments)], capture_output=True, text=True,
                          cwd=folder, preexec_fn=nobody, env=environment(HOME="/nowhere"))
    assert done.returncode in (2, 3), (done.returncode, done.stderr)
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("robustcheck: error: ") and str(place)[:60] in last, last


# --- whatever fails

@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    """A library that lets calls fail (failing_calls.c)."""
    library = tmp_path_factory.mktemp("shim") / "failing.so"
    compiler = next((name for name in ("cc", "gcc", "g++") if shutil.which(name)), None)
    if compiler is None:
        pytest.skip("no C compiler here")
    source = pathlib.Path(__file__).with_name("failing_calls.c")
    subprocess.run([compiler, "-x", "c", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return library


def shimmed(shim, tmp_path, call, every, start_at):
    """(exit code, stdout, stderr, reports that are left on the disk)."""
    temporary, out = tmp_path / "tmp", tmp_path / "run"
    temporary.mkdir()
    done = run(*FINDS, "--out", out, environment={"LD_PRELOAD": str(shim), "SHIM_CALL": call, "SHIM_EVERY": str(every),
                                                  "SHIM_FROM": start_at, "TMPDIR": str(temporary)})
    return done, [path for path in (out / "report.json", *temporary.glob("*.json")) if path.exists()]


@pytest.mark.parametrize("every", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("call", ["write", "open", "rename"])
def test_from_the_end_of_the_search_table_and_report_are_always_there(shim, tmp_path, call, every):
    done, reports = shimmed(shim, tmp_path, call, every, "/cases/")
    assert done.returncode in (1, 3), done.stderr
    assert TABLE in done.stdout and "report: " in done.stdout
    found = [json.loads(path.read_text()) for path in reports]
    if not found:
        found = [json.loads(done.stdout[done.stdout.index("\n{\n") if not done.stdout.startswith("{") else 0:done.stdout.rindex("\n}\n") + 3])]
    assert found[0]["status"] == "complete" and found[0]["counterexamples"]
    assert not [path for path in tmp_path.rglob("*") if ".tmp" in path.name]
    assert done.stderr or every == 7, "what failed is said"


@pytest.mark.parametrize("every", [1, 2, 5, 20, 60, 150])
@pytest.mark.parametrize("call", ["write", "open", "rename"])
def test_a_call_that_fails_at_any_time_ends_with_a_documented_code(shim, tmp_path, call, every):
    done, reports = shimmed(shim, tmp_path, call, every, "")
    assert done.returncode in (0, 1, 2, 3, 4, 5), (done.returncode, done.stderr)
    assert "internal error" not in done.stderr and "terminate" not in done.stderr
    if "search  " in done.stderr or (tmp_path / "run/journal.jsonl").exists():
        assert TABLE in done.stdout and (reports or '"counterexamples": [' in done.stdout)
