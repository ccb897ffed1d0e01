"""Random trees of files and random lists: images + skipped = files given, no internal error, no input changed, every
listed output exists."""
import csv
import hashlib
import io
import json
import os
import random
import re

import pytest
from conftest import run
from PIL import Image

NAMES = [b"a", b"b", b"cat", b"a b", b"x.png", b"Mu\xf1oz", b"new\nline", b'q"uo,te', b"back\\slash", b"\\xF1", b"-1", b"n" * 120, "n\u00e9".encode(), b"=1+1"]
HIDDEN = [b".git", b"__MACOSX", b"@eaDir"]
ENDINGS = [b".png", b".PNG", b".jpg", b".jfif", b".txt", b"", b".gif", b".png.bak", b".webp", b".csv", b".dng"]


def picture(kind, value):
    buffer = io.BytesIO()
    Image.new("L", (6, 5), value).save(buffer, kind)
    return buffer.getvalue()


def contents(dice):
    return dice.choice([lambda: picture("PNG", dice.randrange(256)), lambda: picture("PNG", dice.randrange(256)), lambda: picture("JPEG", dice.randrange(256)),
                        lambda: picture("GIF", 7), lambda: b"text", lambda: b"", lambda: picture("PNG", 1)[:40]])()


def grow(folder, dice, depth, given):
    """Adds entries to `folder`; `given` gets everything that is no directory."""
    names = [name + ending for name in dice.sample(NAMES, 3) for ending in dice.sample(ENDINGS, 2)] + [b".hidden.png", b"Thumbs.db"][:dice.randrange(3)]
    for name in names:
        path = folder + b"/" + name
        if os.path.lexists(path):
            continue
        kind = dice.randrange(20)
        if kind == 0:
            os.mkfifo(path)
        elif kind < 4:
            os.symlink(dice.choice([b".", b"..", b"nowhere", name, b"/dev/zero", b"../../.."]), path)
        else:
            with open(path, "wb") as file:
                file.write(contents(dice))
        given.append(path)
    if depth:
        for name in dice.sample(NAMES + HIDDEN, dice.randrange(1, 4)):
            if not os.path.lexists(folder + b"/" + name):
                os.mkdir(folder + b"/" + name)
                grow(folder + b"/" + name, dice, depth - 1, given)


def state(folder):
    found = {}
    for where, _, files in os.walk(folder):
        for name in files:
            path = where + b"/" + name
            found[path] = os.readlink(path) if os.path.islink(path) else hashlib.sha256(open(path, "rb").read()).hexdigest() if os.path.isfile(path) else "pipe"
    return found


def left_out(text):
    return sum(int(count) for count in re.findall(r"(\d+) [a-z, -]+ \(first: ", text))


def check(images, out, given, options=()):
    """One perturb run. What it wrote, failed at and left out is what was given."""
    variance = out.parent / "v.json"
    variance.write_text("{}")
    done = run("perturb", images, "--variance", variance, "--out", out, *options)
    assert done.returncode in (0, 2, 3), done.stderr
    assert "internal error" not in done.stderr
    if not (out / "metadata.jsonl").exists():
        assert done.returncode in (2, 3) and "robustcheck: error: " in done.stderr.splitlines()[-1]
        return 0
    failed = re.search(r"\((\d+) of \d+ images failed\)", done.stderr)
    lines = [json.loads(line) for line in (out / "metadata.jsonl").read_text().splitlines()]
    assert all((out / line["file_name"]).is_file() for line in lines)
    assert len({line["file_name"] for line in lines}) == len({line["source"] for line in lines}) == len(lines)
    assert len(lines) + (int(failed[1]) if failed else 0) + left_out(done.stderr) == given, done.stderr
    assert {path for path in out.rglob("*") if path.is_file()} == {out / line["file_name"] for line in lines} | {out / "metadata.jsonl"}
    return len(lines)


@pytest.mark.parametrize("seed", range(16))
def test_a_random_tree_is_accounted_for(tmp_path, seed):
    dice, given = random.Random(seed), []
    root = os.fsencode(tmp_path) + b"/in"
    os.mkdir(root)
    grow(root, dice, 2, given)
    before = state(root)
    check(tmp_path / "in", tmp_path / "out", len(given))
    assert state(root) == before


@pytest.mark.parametrize("seed", range(12))
def test_a_random_list_is_accounted_for(tmp_path, seed):
    dice, given = random.Random(100 + seed), []
    root = os.fsencode(tmp_path) + b"/in"
    os.mkdir(root)
    grow(root, dice, 1, given)
    os.mkdir(root + b"/lists")
    chosen = dice.choices([path for path in given if os.path.isfile(path)], k=15) + [root + b"/none.png"] + [path for path in given if not os.path.isfile(path)][:2]
    spell = (lambda path: path, lambda path: os.path.relpath(path, root + b"/lists"), lambda path: b"./x/../" + os.path.relpath(path, root + b"/lists"))
    labels = {path: dice.choice(["a", 'b, "c"', "0"]) for path in chosen}
    target = tmp_path / "in/lists/list.csv"
    with open(target, "w", newline="", encoding=dice.choice(["utf-8", "utf-8-sig"]), errors="surrogateescape") as file:
        writer = csv.writer(file, delimiter=dice.choice(",;\t"), quoting=dice.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
        writer.writerow(dice.choice([("path", "label"), ("File", "Class"), ("image", "target")]))
        writer.writerows((os.fsdecode(dice.choice(spell)(path)), labels[path]) for path in chosen)
    before = state(root)
    check(target, tmp_path / "out", len(chosen))
    assert state(root) == before
