"""Images in, pictures out: no original is touched, nothing is dropped in silence, names of every kind come back."""
import csv
import hashlib
import io
import json
import os
import pathlib
import re
import shutil
import tempfile

import pytest
from conftest import FASHION, IMAGES, MODEL, SOURCE, TINY, run
from PIL import Image
from test_errors import fails


VARIANCES = tempfile.TemporaryDirectory(prefix="robustcheck-variances-")


def draw(path, value=100, size=(8, 8), **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    Image.new("L", size, value).save(buffer, options.pop("format", "PNG"), **options)
    path.write_bytes(buffer.getvalue())


def hashes(folder):
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}


def perturb(images, out, *options, variance=None):
    file = pathlib.Path(VARIANCES.name) / "variance.json"
    file.write_text(json.dumps(variance or {}))
    return run("perturb", images, "--variance", file, "--out", out, *options)


def gray(path):
    return Image.open(path).convert("L").getpixel((0, 0))


def written(out):
    """{source as the metadata tells it: gray level of its picture}; every line has its file, every file its line."""
    lines = [json.loads(line) for line in (out / "metadata.jsonl").read_text().splitlines()]
    names = {line["file_name"] for line in lines}
    files = {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()} - {"metadata.jsonl"}
    assert len(names) == len(lines) and names == files
    return {line["source"]: gray(out / line["file_name"]) for line in lines}


def test_a_list_that_names_pictures_above_it_leaves_them_alone(tmp_path):
    for i in range(3):
        draw(tmp_path / f"in/images/{i}.png", 40 * i)
    (tmp_path / "in/lists").mkdir()
    (tmp_path / "in/lists/val.csv").write_text("path,label\n" + "".join(f"../images/{i}.png,{i}\n" for i in range(3)))
    before = hashes(tmp_path / "in/images")
    done = perturb(tmp_path / "in/lists/val.csv", tmp_path / "in/out", variance={"data": [{"transform": "brightness", "offset": 0.1}]})
    assert done.returncode == 0, done.stderr
    assert hashes(tmp_path / "in/images") == before
    assert written(tmp_path / "in/out") == {f"../images/{i}.png": 40 * i + 26 for i in range(3)}


def test_absolute_names_that_are_equal_get_a_picture_each(tmp_path):
    for i, name in enumerate("abc"):
        draw(tmp_path / name / "0.png", 60 + 40 * i)
    (tmp_path / "abs.csv").write_text("path,label\n" + "".join(f"{tmp_path}/{name}/0.png,{i}\n" for i, name in enumerate("abc")))
    done = perturb(tmp_path / "abs.csv", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert written(tmp_path / "out") == {f"{tmp_path}/{name}/0.png": 60 + 40 * i for i, name in enumerate("abc")}


def test_a_picture_that_is_listed_twice_is_said(tmp_path):
    for i, name in enumerate("ab"):
        draw(tmp_path / name / "0.png", 60 + 40 * i)
    (tmp_path / "dot.csv").write_text("path,label\na/0.png,0\n./a/0.png,0\nb/../b/0.png,1\nb/0.png,1\n")
    done = perturb(tmp_path / "dot.csv", tmp_path / "out")
    assert done.returncode == 0 and "2 pictures that are listed already (first: ./a/0.png)" in done.stderr
    assert sorted(written(tmp_path / "out").values()) == [60, 100]


def test_names_that_meet_in_one_output_are_told_apart(tmp_path):
    names = ["a.jpg", "a.png", "a.png.png", "x.png/0.png", "x.jpg", "b.bmp", "b-1.png", "c/0.png", "n" * 240 + ".png"]
    for i, name in enumerate(names):
        draw(tmp_path / "in/all" / name, 20 * i, format="BMP" if i == 5 else "JPEG" if ".jpg" in name else "PNG")
    (tmp_path / "v.json").write_text("[{}, {}]")
    done = run("perturb", tmp_path / "in", "--variance", tmp_path / "v.json", "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in (tmp_path / "out/metadata.jsonl").read_text().splitlines()]
    assert len({line["file_name"] for line in lines}) == 2 * len(names)
    assert all(gray(tmp_path / "out" / line["file_name"]) == 20 * names.index(line["source"][4:]) for line in lines)


@pytest.mark.parametrize("out", ["in", "in/a", "link"])
def test_an_input_is_never_replaced(tmp_path, out):
    draw(tmp_path / "in/a/0.png")
    draw(tmp_path / "in/0.png")
    (tmp_path / "link").symlink_to("in")
    before = hashes(tmp_path / "in")
    for images in (tmp_path / "in", tmp_path / "in/a", tmp_path / "in/a/0.png"):
        done = perturb(images, tmp_path / out, "--force")
        fails(done, 2, "--out")
        assert hashes(tmp_path / "in") == before
    done = run("perturb", tmp_path / "in", "--grid", "--transforms", "gamma", "--out", tmp_path / "in/a/0.png", "--force")
    fails(done, 2, "is an input")


def test_force_replaces_only_what_perturb_wrote(tmp_path):
    draw(tmp_path / "in/0.png")
    assert perturb(tmp_path / "in", tmp_path / "out").returncode == 0
    assert perturb(tmp_path / "in", tmp_path / "out", "--force").returncode == 0
    draw(tmp_path / "in/1.png")
    draw(tmp_path / "out/1.png", 7)
    fails(perturb(tmp_path / "in", tmp_path / "out", "--force"), 2, "1.png: is there")
    assert gray(tmp_path / "out/1.png") == 7


def test_a_run_keeps_the_pictures_of_a_class_called_cases(tmp_path):
    for name in ("cases", "other"):
        for i in range(3):
            draw(tmp_path / "in" / name / f"{i}.png", 50 * i, (28, 28))
    before = hashes(tmp_path / "in")
    preprocess = {**json.loads((FASHION / "tiny.json").read_text()), "classes": ["cases", "other"] + list("abcdefgh")}
    (tmp_path / "p.json").write_text(json.dumps(preprocess))
    for out, why in ((tmp_path / "in", "cases is there, and no run wrote it"), (tmp_path / "in/other", "holds the input")):
        fails(run("search", TINY, tmp_path / "in", "--preprocess", tmp_path / "p.json", "--out", out, "--force", "--min-accuracy", 0), 2, why)
    assert hashes(tmp_path / "in") == before
    report = run("search", TINY, IMAGES, "--limit", 60, "--budget", 200, "--after-budget", 100, "--out", tmp_path / "run")
    assert report.returncode in (0, 1), report.stderr
    (tmp_path / "run/cases/mine.png").write_bytes(b"mine")
    run("search", TINY, IMAGES, "--limit", 60, "--budget", 200, "--out", tmp_path / "run", "--force")
    assert (tmp_path / "run/cases/mine.png").read_bytes() == b"mine"
    fails(run("report", tmp_path / "run", "--format", "csv", "--out", tmp_path / "run/report.json"), 2, "the report itself")


NAMES = [b"a b", b'q"uo,te', b"<i>x&y", "n\u00e9".encode(), b"Mu\xf1oz", b"new\nline", b"back\\xF1slash", b"=cmd", b"%0Aok", b"z"]
TEXTS = ["a b", 'q"uo,te', "<i>x&y", "n\u00e9", "Mu\\xF1oz", "new\nline", "back\\x5CxF1slash", "=cmd", "%0Aok", "z"]


@pytest.fixture(scope="module")
def awkward(tmp_path_factory):
    """The shipped pictures under names of every kind: (folder, preprocessing file)."""
    folder = tmp_path_factory.mktemp("names")
    preprocess = json.loads((FASHION / "tiny.json").read_text())
    for name, source in zip(NAMES, preprocess["classes"], strict=True):
        target = os.fsencode(folder / "images") + b"/" + name
        os.makedirs(target)
        for i, path in enumerate(sorted((IMAGES / source).iterdir())[:40]):
            shutil.copy(path, target + b'/im %d,"\n\xe9.png' % i)
    preprocess["classes"] = TEXTS
    (folder / "p.json").write_text(json.dumps(preprocess))
    return folder / "images", folder / "p.json"


@pytest.fixture(scope="module")
def awkward_run(awkward, tmp_path_factory):
    images, preprocess = awkward
    out = tmp_path_factory.mktemp("names-run") / "run"
    done = run("search", TINY, images, "--preprocess", preprocess, "--budget", 800, "--out", out)
    assert done.returncode == 1, done.stderr
    return out, json.loads((out / "report.json").read_text())


def test_names_that_are_no_utf8_are_searched_and_replayed(awkward_run):
    out, report = awkward_run
    assert {row["name"] for row in report["baseline"]["per_class"]} == set(TEXTS)
    examples = [example for found in report["counterexamples"] for example in found["examples"]]
    assert all(example["image"].endswith(',"\n\\xE9.png') for example in examples)
    done = run("replay", *[out / example["case"] for example in examples[:6]])
    assert done.returncode == 1 and {line.split()[0] for line in done.stdout.splitlines()} == {"same"}


@pytest.mark.parametrize("form", ["html", "junit", "markdown", "csv", "sarif", "github", "prometheus"])
def test_names_that_are_no_utf8_are_in_every_report(awkward_run, form):
    done = run("report", awkward_run[0], "--format", form)  # its output is decoded as UTF-8
    assert done.returncode == 0, done.stderr
    assert "\ufffd" not in done.stdout


def test_names_that_are_no_utf8_are_perturbed(awkward, tmp_path):
    done = perturb(awkward[0], tmp_path / "out")
    assert done.returncode == 0, done.stderr
    sources = written(tmp_path / "out")
    assert len(sources) == 400 and 'Mu\\xF1oz/im 7,"\n\\xE9.png' in sources


def test_a_message_is_one_line_whatever_the_name(tmp_path):
    fails(run("evaluate", TINY, tmp_path / "no\nne"), 3, "no\\x0Ane: no such")
    fails(run("evaluate", TINY, tmp_path / "n\udce9ne"), 3, "n\\xE9ne: no such")


def test_what_is_left_out_is_counted(tmp_path):
    for name in ("sandal", "bag"):
        for path in sorted((IMAGES / name).iterdir())[:60]:
            (tmp_path / "in" / name).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, tmp_path / "in" / name)
    for i in range(3):
        draw(tmp_path / f"in/loose{i}.png")
    draw(tmp_path / "in/bag/x.gif", format="GIF")
    draw(tmp_path / "in/__MACOSX/bag/._0.png")
    (tmp_path / "in/bag/broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    options = ("--budget", 300, "--limit", 100, "--max-bad-images", 1)
    done = run("search", TINY, tmp_path / "in", *options, "--out", tmp_path / "run")
    assert done.returncode in (0, 1), done.stderr
    dataset = json.loads((tmp_path / "run/report.json").read_text())["dataset"]
    skipped = {"beside_classes": 3, "format_not_read": 1, "hidden": 1}
    for reason, count in skipped.items():
        assert dataset["skipped"][reason] == count
    assert dataset["images"] + sum(dataset["skipped"].values()) == 126
    for text in (done.stderr, " ".join(done.stdout.split())):
        assert "3 pictures beside the class folders (first: loose0.png)" in text
        assert "1 hidden or system files (first: __MACOSX/)" in text
    assert "pictures beside the class folders" in (tmp_path / "run/report.html").read_text()


def test_links_that_loop_and_pipes_end(tmp_path):
    for name in "ab":
        draw(tmp_path / "in" / name / "0.png", ord(name))
    os.symlink(".", tmp_path / "in/a/again")
    os.symlink("x", tmp_path / "in/a/x")
    os.mkfifo(tmp_path / "in/a/pipe.png")
    done = perturb(tmp_path / "in", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert "2 links that loop (first: a/again)" in done.stderr and "1 pipes, sockets or devices (first: a/pipe.png)" in done.stderr
    assert written(tmp_path / "out") == {"a/0.png": ord("a"), "b/0.png": ord("b")}
    os.symlink("loop", tmp_path / "loop")
    for path in (tmp_path / "loop", tmp_path / "in/a/pipe.png", "/dev/zero"):
        fails(perturb(path, tmp_path / "none"), 3)


def test_lists_with_class_names_work_without_a_preprocessing_file(tmp_path):
    rows = [(path.relative_to(IMAGES), path.parent.name.replace("bag", "b\udce9g")) for path in sorted(IMAGES.rglob("*.png"))[::10]]
    shutil.copytree(IMAGES, tmp_path / "images")
    with open(tmp_path / "images/list.csv", "w", newline="", encoding="utf-8-sig", errors="surrogateescape") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow(["filename", "class"])
        writer.writerows(rows)
    assert perturb(tmp_path / "images/list.csv", tmp_path / "out").returncode == 0
    assert len(written(tmp_path / "out")) == len(rows)
    shutil.copy(MODEL, tmp_path / "m.pt")
    done = run("init", tmp_path / "m.pt", tmp_path / "images/list.csv")
    assert done.returncode == 0, done.stderr
    assert set(json.loads((tmp_path / "m.json").read_text())["classes"]) == {label.replace("\udce9", "\\xE9") for _, label in rows}
    assert " 100 images" in done.stdout or "on 100" in done.stdout


def test_every_message_about_a_picture_names_cause_and_file(tmp_path):
    frames = [Image.new("RGB", (8, 8), (40 * i, 0, 0)) for i in range(3)]
    (tmp_path / "in").mkdir()
    frames[0].save(tmp_path / "in/moving.webp", save_all=True, append_images=frames[1:])
    fails(perturb(tmp_path / "in", tmp_path / "a"), 3, "moving.webp: is an animated WebP")
    draw(tmp_path / "wide/long.png", size=(16400, 4))
    fails(perturb(tmp_path / "wide", tmp_path / "b", variance={"data": [{"transform": "webp", "quality": 50}]}), 3, "long.png: cannot be written as WebP")


def test_a_search_says_which_pictures_could_not_be_made(tmp_path):
    shutil.copytree(IMAGES / "bag", tmp_path / "in/bag")
    shutil.copytree(IMAGES / "sandal", tmp_path / "in/sandal")
    for name in ("bag", "sandal"):
        for path in sorted((tmp_path / "in" / name).iterdir())[:40]:
            wide = Image.open(path).resize((16400, 3), Image.Resampling.NEAREST)
            wide.save(path)
    options = ("--transforms", "webp", "--knobs", "none", "--oracle", "consistency", "--min-accuracy", 0, "--budget", 200, "--limit", 80)
    done = run("search", TINY, tmp_path / "in", *options, "--out", tmp_path / "run")
    assert done.returncode in (0, 1), done.stderr
    report = json.loads((tmp_path / "run/report.json").read_text())
    assert report["budget"]["pictures_not_made"] > 0
    assert re.search(r"\d+ pictures could not be made .*\.png: cannot be written as WebP", done.stderr)


def test_the_deadline_holds_for_decoding_and_perturbing(tmp_path):
    Image.frombytes("RGB", (3000, 3000), os.urandom(27_000_000)).save(tmp_path / "large.png", compress_level=1)
    done = perturb(tmp_path / "large.png", tmp_path / "out", "--timeout", 0.1)
    fails(done, 3, "--timeout", "large.png")
    lines = run("evaluate", TINY, tmp_path / "large.png", "--preprocess", FASHION / "tiny.json", "--timeout", 0.1, stdin="{}\n")
    assert "--timeout" in lines.stdout + lines.stderr




def test_force_removes_nothing_before_it_is_known_that_no_input_is_among_it(tmp_path):
    common = ("--limit", 60, "--budget", 300, "--knobs", "none", "--after-budget", 1000)
    assert run("search", TINY, IMAGES, *common, "--out", tmp_path / "run").returncode in (0, 1, 5)
    pictures = sorted((tmp_path / "run/cases").glob("*-original.png"))
    assert pictures
    (tmp_path / "list.csv").write_text("".join(f"{picture},coat\n" for picture in pictures))
    before = hashes(tmp_path / "run/cases")
    refused = run("search", TINY, tmp_path / "list.csv", *common, "--out", tmp_path / "run", "--force")
    assert refused.returncode in (2, 3), refused.stderr
    assert hashes(tmp_path / "run/cases") == before
    assert run("gate", tmp_path / "run", "--policy", SOURCE / "configs/examples/release-policy.json").returncode == 3


def test_report_replaces_no_input_and_nothing_of_the_run(tmp_path):
    shutil.copytree(IMAGES / "coat", tmp_path / "images/coat")
    shutil.copytree(IMAGES / "bag", tmp_path / "images/bag")
    done = run("search", TINY, tmp_path / "images", "--budget", 300, "--knobs", "none", "--min-accuracy", 0, "--out", tmp_path / "run")
    assert done.returncode in (0, 1, 5), done.stderr
    before = hashes(tmp_path)
    for kept in (next((tmp_path / "images/coat").iterdir()), tmp_path / "run/journal.jsonl", next((tmp_path / "run/cases").iterdir())):
        assert run("report", tmp_path / "run", "--format", "markdown", "--out", kept).returncode == 2
    assert hashes(tmp_path) == before
