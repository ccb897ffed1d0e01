"""Files that are not ours: a run touches what runs wrote, and writes what is no plain file in place."""
import os
import stat
import subprocess
import threading

import pytest
from conftest import IMAGES, QUIET, TINY, run
from outputs import FINDS, shell, start


@pytest.fixture(scope="module")
def small_run(tmp_path_factory):
    out = tmp_path_factory.mktemp("small") / "run"
    done = run(*FINDS, "--out", out)
    assert done.returncode == 1, done.stderr
    return out


def tree(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("force", [(), ("--force",)])
@pytest.mark.parametrize("name", ["report.html", "report.json", "junit.xml", "journal.jsonl", "per_image.jsonl",
                                  "cases/notes.json", "cases/00000000-1.json"])
def test_a_directory_of_somebody_else_is_refused_and_left_alone(tmp_path, name, force):
    out = tmp_path / "mine"
    (out / name).parent.mkdir(parents=True)
    (out / name).write_text("mine")
    before = tree(out)
    done = run(*QUIET, "--out", out, *force)
    assert done.returncode == 2, done.stderr
    assert f"--out {out}: {name.split('/')[0]}" in done.stderr and "no run wrote it" in done.stderr
    assert tree(out) == before


@pytest.mark.parametrize("name", ["sweep.json", "sweep.png"])
def test_a_sweep_refuses_what_is_not_its_own(tmp_path, name):
    (tmp_path / name).write_text("mine")
    done = run("sweep", TINY, IMAGES, "--profile", "numerical", "--limit", 40, "--force", "--out", tmp_path)
    assert done.returncode == 2 and f"{name} is there, and no run wrote it" in done.stderr
    assert tree(tmp_path) == {name: b"mine"}


def test_a_run_of_a_version_without_the_list_is_taken_over(tmp_path):
    out = tmp_path / "run"
    assert run(*FINDS, "--out", out).returncode == 1
    (out / ".robustcheck").unlink()
    (out / "cases/notes.json").write_text("mine")
    assert "--force" in run(*FINDS, "--out", out).stderr
    assert run(*FINDS, "--seed", 2, "--out", out, "--force").returncode in (0, 1)
    assert (out / "cases/notes.json").read_text() == "mine" and (out / ".robustcheck").exists()
    (out / ".robustcheck").unlink()
    (out / "report.json").write_text('{"tool": {"name": "other"}}')
    assert "no run wrote it" in run(*FINDS, "--out", out, "--force").stderr


def test_force_removes_only_what_a_run_wrote(small_run, tmp_path):
    out = tmp_path / "run"
    assert run(*FINDS, "--out", out).returncode == 1
    mine = {"notes.txt": b"a", "cases/notes.json": b"b", "verdict.txt": b"c", "images/1.png": b"d"}
    for name, content in mine.items():
        (out / name).parent.mkdir(exist_ok=True)
        (out / name).write_bytes(content)
    refused = run(*FINDS, "--out", out)
    assert refused.returncode == 2 and "--force" in refused.stderr
    done = run(*FINDS, "--seed", 2, "--out", out, "--force")
    assert done.returncode in (0, 1), done.stderr
    after = tree(out)
    assert {name: after[name] for name in mine} == mine
    listed = set((out / ".robustcheck").read_text().splitlines()[1:])
    assert set(after) - set(mine) - {".robustcheck"} == {name for name in listed if (out / name).is_file()}


def test_a_file_put_into_a_run_is_not_the_runs(tmp_path):
    out = tmp_path / "run"
    assert run(*FINDS, "--out", out).returncode == 1
    (out / "verdict.json").write_text("of gate --json")
    done = run(*FINDS, "--out", out, "--force")
    assert done.returncode == 2 and "verdict.json is there, and no run wrote it" in done.stderr
    assert (out / "verdict.json").read_text() == "of gate --json" and (out / "report.json").exists()


def test_the_list_of_a_run_names_nothing_outside(tmp_path):
    (tmp_path / "outside.json").write_text("mine")
    out = tmp_path / "run"
    out.mkdir()
    (out / ".robustcheck").write_text("../outside.json\n/etc/hostname\ncases/../../outside.json\n")
    assert run(*QUIET, "--out", out, "--force").returncode == 0
    assert (tmp_path / "outside.json").read_text() == "mine"


def test_a_run_that_writes_nothing_leaves_no_directory(tmp_path):
    out = tmp_path / "a/b/run"
    assert run("search", TINY, tmp_path / "none", "--out", out).returncode == 3
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_a_run_directory_belongs_to_one_process_at_a_time(tmp_path, force):
    out = tmp_path / "run"
    first = start("search", TINY, IMAGES, "--budget", 10**8, "--out", out)
    try:
        while not (out / "journal.jsonl").exists():
            assert first.poll() is None
        second = run(*QUIET, "--out", out, *force)
        assert second.returncode == 2 and f"in use by process {first.pid}" in second.stderr
        swept = run("sweep", TINY, IMAGES, "--profile", "numerical", "--out", out)
        assert swept.returncode == 2 and f"in use by process {first.pid}" in swept.stderr
    finally:
        first.terminate()
        first.communicate(timeout=30)
    assert first.returncode == 130 and (out / "report.json").exists()


def test_perturb_writes_into_a_directory_alone(tmp_path):
    variance = tmp_path / "v.json"
    variance.write_text('{"data": [{"transform": "rotate", "degrees": 9}]}')
    first = start("perturb", IMAGES, "--variance", variance, "--copies", 500, "--out", tmp_path / "out")
    while not (tmp_path / "out/metadata.jsonl").exists():
        assert first.poll() is None
    second = run("perturb", IMAGES, "--variance", variance, "--out", tmp_path / "out", "--force")
    first.terminate()
    first.communicate(timeout=30)
    assert second.returncode == 2 and f"in use by process {first.pid}" in second.stderr


# --- outputs that are no plain file

REPORT = 'exec "$0" report "$1" --format markdown --out '


def test_a_device_stays_and_gets_the_bytes(small_run, tmp_path):
    expected = run("report", small_run, "--format", "markdown").stdout
    for place in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"):
        piped = shell(REPORT + place + " | cat", small_run)
        assert piped.stdout == expected and piped.returncode == 0, piped.stderr
    kept = shell('echo before >"$2"; "$0" report "$1" --format markdown --out /dev/stdout >>"$2"; echo after >>"$2"',
                 small_run, tmp_path / "log")
    assert (tmp_path / "log").read_text() == "before\n" + expected + "after\n", kept.stderr
    substituted = shell(REPORT + '>(cat >"$2"); sleep 0.3', small_run, tmp_path / "copy")
    assert substituted.returncode == 0
    assert run("report", small_run, "--out", "/dev/null").returncode == 0
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    full = run("report", small_run, "--out", "/dev/full")
    assert full.returncode == 3 and "/dev/full: cannot be written: No space left on device" in full.stderr


def test_a_fifo_stays_and_gets_the_bytes(small_run, tmp_path):
    fifo, got = tmp_path / "fifo", []
    os.mkfifo(fifo)
    reader = threading.Thread(target=lambda: got.append(fifo.read_text()))
    reader.start()
    assert run("report", small_run, "--format", "csv", "--out", fifo).returncode == 0
    reader.join(timeout=10)
    assert got == [run("report", small_run, "--format", "csv").stdout] and fifo.is_fifo()


@pytest.mark.parametrize("there", [True, False])
def test_a_link_stays_and_what_it_leads_to_is_written(small_run, tmp_path, there):
    target, link = tmp_path / "sub/target.csv", tmp_path / "link.csv"
    target.parent.mkdir()
    if there:
        target.write_text("old")
    link.symlink_to("sub/target.csv")
    assert run("report", small_run, "--format", "csv", "--out", link).returncode == 0
    assert link.is_symlink() and target.read_text() == run("report", small_run, "--format", "csv").stdout


@pytest.mark.parametrize("mode", [0o600, 0o660, 0o755])
def test_the_mode_is_kept(small_run, tmp_path, mode):
    file = tmp_path / "r.csv"
    file.write_text("old")
    file.chmod(mode)
    assert run("report", small_run, "--format", "csv", "--out", file).returncode == 0
    assert stat.S_IMODE(file.stat().st_mode) == mode and len(list(tmp_path.iterdir())) == 1


def test_a_file_that_is_mounted_is_written_in_place(small_run, tmp_path):
    script = ('touch "$2/file" "$2/under"; mount --bind "$2/under" "$2/file"; '
              '"$0" report "$1" --format csv --out "$2/file" && cat "$2/under"')
    done = shell(script, small_run, tmp_path, namespace=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == run("report", small_run, "--format", "csv").stdout


def test_a_file_in_a_folder_that_is_mounted_read_only_is_written_in_place(small_run, tmp_path):
    (tmp_path / "ro").mkdir()
    script = ('touch "$2/file" "$2/ro/file"; mount --bind "$2/ro" "$2/ro"; mount --bind "$2/file" "$2/ro/file"; '
              'mount -o remount,bind,ro "$2/ro"; "$0" report "$1" --format csv --out "$2/ro/file" && cat "$2/file"')
    done = shell(script, small_run, tmp_path, namespace=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == run("report", small_run, "--format", "csv").stdout
