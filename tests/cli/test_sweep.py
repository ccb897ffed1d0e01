"""sweep and perturb: pictures and grids."""
import json
import struct

import pytest
from conftest import IMAGES, TINY, run


def png_size(path):
    return struct.unpack(">II", path.read_bytes()[16:24])


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    out = tmp_path_factory.mktemp("sweep") / "out"
    done = run("sweep", TINY, IMAGES, "--profile", "imagenet-c", "--limit", 60, "--out", out)
    assert done.returncode == 0, done.stderr
    return done, out, json.loads((out / "sweep.json").read_text())


def test_sweep_measures_every_corruption_at_every_severity(swept):
    done, out, sweep = swept
    assert len(sweep["rows"]) == 95 and len(sweep["groups"]) == 19 and sweep["mean"]["groups"] == 15
    for row in sweep["rows"]:
        low, high = row["accuracy"]["ci95"]
        assert 0 <= low <= row["accuracy"]["value"] <= high <= 1 and row["accuracy"]["images"] == 60
        assert row["variance"]["data"] and row["errors"] == 0
    assert max(map(len, done.stdout.splitlines()[:24])) <= 80
    assert all(size > 100 for size in png_size(out / "sweep.png"))


def test_sweep_means_are_means_of_its_rows(swept):
    _, _, sweep = swept
    fog = [row["accuracy"]["value"] for row in sweep["rows"] if row["corruption"] == "fog"]
    assert next(group for group in sweep["groups"] if group["corruption"] == "fog")["accuracy"] == pytest.approx(sum(fog) / 5)
    first = [group["accuracy"] for group in sweep["groups"][:15]]
    assert sweep["mean"]["accuracy"] == pytest.approx(sum(first) / 15)


def test_a_row_is_what_evaluate_says(swept):
    _, _, sweep = swept
    row = sweep["rows"][7]
    done = run("evaluate", TINY, IMAGES, "--limit", 60, stdin=json.dumps(row["variance"]) + "\n")
    assert json.loads(done.stdout)["accuracy"] == row["accuracy"]["value"]


def test_sweep_is_the_same_at_any_number_of_workers(swept, tmp_path):
    _, _, sweep = swept
    assert run("sweep", TINY, IMAGES, "--profile", "imagenet-c", "--limit", 60, "--workers", 1, "--out", tmp_path / "one").returncode == 0
    again = json.loads((tmp_path / "one/sweep.json").read_text())
    assert again["rows"] == sweep["rows"]


def test_sweep_keeps_an_older_one(swept):
    _, out, _ = swept
    done = run("sweep", TINY, IMAGES, "--profile", "imagenet-c", "--limit", 60, "--out", out)
    assert done.returncode == 2 and "--force" in done.stderr


def test_sweep_names_its_profiles():
    done = run("sweep", TINY, IMAGES, "--profile", "imagenetc")
    assert done.returncode == 2 and "did you mean 'imagenet-c'?" in done.stderr


def test_grid_is_one_picture_of_every_transform(tmp_path):
    sheet = tmp_path / "sheet.png"
    assert run("perturb", IMAGES, "--grid", "--profile", "mild", "--transforms", "rotate,fog", "--out", sheet).returncode == 0
    small = png_size(sheet)
    assert run("perturb", IMAGES, "--grid", "--out", sheet).returncode == 2, "--force is missing"
    assert run("perturb", IMAGES, "--grid", "--out", sheet, "--force").returncode == 0
    assert png_size(sheet)[1] > 3 * small[1]


def test_grid_takes_one_image(tmp_path):
    image = next(IMAGES.glob("bag/*.png"))
    done = run("perturb", image, "--grid", "--transforms", "jpeg", "--out", tmp_path / "sheet.png")
    assert done.returncode == 0 and image.name in done.stdout


def test_perturb_writes_any_number_of_variants_and_says_which(tmp_path):
    variances = tmp_path / "variances.jsonl"
    variances.write_text('{"data": [{"transform": "gaussian_noise", "sigma": 0.1}], "seed": 7}\n{"data": [{"transform": "rotate", "degrees": 9}]}\n')
    done = run("perturb", IMAGES, "--variance", variances, "--copies", 2, "--limit", 10, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in (tmp_path / "out/metadata.jsonl").read_text().splitlines()]
    assert len(lines) == 40 and len({line["file_name"] for line in lines}) == 40
    assert all((tmp_path / "out" / line["file_name"]).is_file() for line in lines)
    first = [line for line in lines if line["source"] == lines[0]["source"]]
    assert [line["seed"] for line in first] == [7, 8, 0, 1]
    noisy = [(tmp_path / "out" / line["file_name"]).read_bytes() for line in first]
    assert noisy[0] != noisy[1] and noisy[2] == noisy[3], "noise has a seed, a rotation has none"


def test_perturb_says_what_it_needs(tmp_path):
    done = run("perturb", IMAGES, "--out", tmp_path / "out")
    assert done.returncode == 2 and "--variance" in done.stderr
    empty = tmp_path / "none.json"
    empty.write_text("[]")
    done = run("perturb", IMAGES, "--variance", empty, "--out", tmp_path / "out")
    assert done.returncode == 2 and "none.json" in done.stderr and not (tmp_path / "out").exists()


def test_configurations_that_answer_alike_stand_together(tmp_path):
    done = run("sweep", TINY, IMAGES, "--profile", "numerical", "--limit", 60, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    sweep = json.loads((tmp_path / "out/sweep.json").read_text())
    first = sweep["classes"][0]
    assert first["members"][0] == "reference" and "batch_size=16" in first["members"] and first["flips"] == 0
    assert first["p_value"] == 1 and first["largest_difference"] == 0 and first["worst_class"] is None
    members = [member for one in sweep["classes"] for member in one["members"]]
    missing = [f"{row['knob']}={row['value']}" for row in sweep["unavailable_knobs"]]
    assert len(set(members + missing)) == len(members) + len(missing)
    assert "device=cuda" in missing and "precision=bf16" in members
    assert set(sweep["timing"]["speed"]) == {one["members"][0] for one in sweep["classes"]}


def test_sysnoise_puts_the_sources_and_their_combination_side_by_side(tmp_path):
    done = run("sweep", TINY, IMAGES, "--profile", "sysnoise", "--limit", 60, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    result = json.loads((tmp_path / "out/sweep.json").read_text())["sysnoise"]
    assert [row["source"] for row in result["sources"]] == ["decoder", "resize", "colour", "precision", "ceil mode", "upsample"]
    assert result["sources"][0]["values"] == 0, "PNG files have no JPEG decoder"
    assert [one["how"] for one in result["combined"]] == ["greedy", "search"]
    assert result["combined"][1]["evaluations"] <= result["combined"][0]["evaluations"]


def test_a_cached_probe_changes_nothing(tmp_path):
    options = ("search", TINY, IMAGES, "--limit", 200, "--budget", 500, "--after-budget", 2000, "--knobs", "precision,yuv,graph")
    own = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    reports = []
    for out in ("first", "second"):
        assert run(*options, "--out", tmp_path / out, environment=own).returncode in (0, 1)
        reports.append(json.loads((tmp_path / out / "report.json").read_text()))
        reports[-1].pop("timing"), reports[-1].pop("command")
    assert len(list((tmp_path / "cache/robustcheck").iterdir())) == 1
    assert reports[0] == reports[1]
    assert any(row["message"].startswith("bit-equal to yuv=nv12") for row in reports[0]["unavailable_knobs"])
