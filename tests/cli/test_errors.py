"""Wrong input of every kind: the named error on one line, the documented exit code, nothing written."""
import json
import shutil

import pytest
from conftest import FASHION, IMAGES, MODEL, SOURCE, TINY, run

BROKEN = SOURCE / "tests/data/models"


def fails(done, code, *fragments):
    lines = done.stderr.strip().splitlines()
    assert done.returncode == code, done.stderr
    assert lines and lines[-1].startswith("robustcheck: error: "), done.stderr
    for fragment in fragments:
        assert fragment in lines[-1]
    assert "Traceback" not in done.stderr and "terminate called" not in done.stderr and "frame #" not in done.stderr


@pytest.mark.parametrize("arguments,fragments", [
    ((), ["--help"]),
    (("serch", MODEL, IMAGES), ["unknown command 'serch'", "did you mean 'search'?"]),
    (("search", MODEL), ["IMAGES"]),
    (("search", MODEL, IMAGES, "--budgt", "5"), ["unknown option '--budgt'", "did you mean '--budget'?"]),
    (("search", MODEL, IMAGES, "--budget", "many"), ["--budget"]),
    (("search", MODEL, IMAGES, "--workers", "0"), ["--workers"]),
    (("search", MODEL, IMAGES, "--profile", "moderat"), ["did you mean 'moderate'?"]),
    (("search", MODEL, IMAGES, "--transforms", "rotat"), ["unknown transform 'rotat'", "did you mean 'rotate'?"]),
    (("search", MODEL, IMAGES, "--knobs", "-precison"), ["did you mean 'precision'?"]),
    (("search", MODEL, IMAGES, "--strategy", "genetik"), ["did you mean 'genetic'?"]),
    (("search", MODEL, IMAGES, "--without", "polsh"), ["--without", "did you mean 'polish'?"]),
    (("search", MODEL, IMAGES, "--strategy", "random", "--without", "polish"), ["--without", "genetic"]),
    (("search", MODEL, IMAGES, "--scope", "imag"), ["--scope", "did you mean 'image'?"]),
    (("search", MODEL, IMAGES, "--scope", "image", "--strategy", "genetic"), ["--strategy", "--scope image"]),
    (("search", MODEL, IMAGES, "--oracle", "lable"), ["did you mean 'label'?"]),
    (("search", MODEL, IMAGES / "sandal", "--oracle", "label"), ["needs labels"]),
    (("list", "transform"), ["did you mean 'transforms'?"]),
    (("perturb", IMAGES, "--variance", "/nowhere.json", "--out", "/tmp/x"), ["/nowhere.json", "no such file"]),
    (("replay", "/nowhere.json"), ["/nowhere.json"]),
])
def test_usage_errors_exit_2(arguments, fragments, tmp_path):
    fails(run(*arguments, *(("--out", tmp_path / "run") if arguments[:1] == ("search",) else ())), 2, *fragments)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("name,fragments", [
    ("state_dict.pt", ["state_dict", "torch.jit"]),
    ("pickled_module.pt", ["pickle"]),
    ("legacy_pickle.pt", ["pickle"]),
    ("checkpoint.pt", ["torch.jit"]),
    ("mobile.pt", ["mobile"]),
    ("exported.pt2", ["torch.jit"]),
    ("truncated.pt", ["truncated"]),
    ("empty.pt", ["empty"]),
    ("text.pt", ["text"]),
    ("two_inputs.pt", ["input"]),
    ("list_input.pt", ["input"]),
    ("dict_output.pt", ["dict"]),
    ("tuple_output.pt", ["tuple"]),
    ("unknown_operator.pt", ["operator"]),
    ("one_row.pt", ["1 row"]),
    ("raises.pt", ["no image gives an output"]),
])
def test_every_bad_model_has_its_own_diagnosis(name, fragments, tmp_path):
    model = BROKEN / name
    fails(run("search", model, IMAGES, "--preprocess", FASHION / "tiny.json", "--limit", 40, "--out", tmp_path / "run"), 3, model.name, *fragments)
    assert not (tmp_path / "run").exists()


def test_a_missing_model_and_a_directory_exit_3(tmp_path):
    fails(run("search", tmp_path / "none.pt", IMAGES, "--out", tmp_path / "run"), 3, "none.pt", "no such file")
    fails(run("search", tmp_path, IMAGES, "--out", tmp_path / "run"), 3, "directory")


def test_no_preprocessing_file_exits_2_with_an_example(tmp_path):
    shutil.copy(TINY, tmp_path / "m.pt")
    fails(run("search", tmp_path / "m.pt", IMAGES, "--out", tmp_path / "run"), 2, "m.json", '"mean": [0.485')


@pytest.mark.parametrize("change,code,fragments", [
    ({"resize": {"rule": "exact", "filter": "pillow-bilinar"}}, 2, ["did you mean 'pillow-bilinear'?"]),
    ({"chanels": 3}, 2, ["unknown key 'chanels'"]),
    ({"std": [0.0]}, 2, ["std"]),
    ({"classes": ["a", "b"]}, 3, ["class"]),
])
def test_a_wrong_preprocessing_file_is_named(tmp_path, change, code, fragments):
    preprocessing = {**json.loads((FASHION / "tiny.json").read_text()), **change}
    (tmp_path / "p.json").write_text(json.dumps(preprocessing))
    fails(run("search", TINY, IMAGES, "--preprocess", tmp_path / "p.json", "--out", tmp_path / "run"), code, *fragments)


def test_another_number_of_outputs_than_classes_exits_3(tmp_path):
    preprocessing = json.loads((FASHION / "tiny.json").read_text())
    preprocessing["classes"].append("hat")
    (tmp_path / "p.json").write_text(json.dumps(preprocessing))
    fails(run("search", TINY, IMAGES, "--preprocess", tmp_path / "p.json", "--out", tmp_path / "run"), 3, "10 outputs", "11")


def test_no_images_exit_3(tmp_path):
    (tmp_path / "images").mkdir()
    fails(run("search", TINY, tmp_path / "images", "--out", tmp_path / "run"), 3, "holds no image")
    fails(run("search", TINY, tmp_path / "none", "--out", tmp_path / "run"), 3, "no such directory")


def test_unreadable_images_are_named_counted_and_bounded(tmp_path):
    images = tmp_path / "images"
    for name in ("sandal", "bag"):
        shutil.copytree(IMAGES / name, images / name)
    (images / "bag/broken.png").write_bytes(b"\x89PNG but not really")
    arguments = ("search", TINY, images, "--budget", 300, "--out", tmp_path / "run")
    fails(run(*arguments), 3, "broken.png", "1 of 201", "--max-bad-images")
    done = run(*arguments, "--max-bad-images", 1)
    assert done.returncode in (0, 1), done.stderr
    assert json.loads((tmp_path / "run/report.json").read_text())["dataset"]["skipped"] == {"unreadable": 1}
    assert "1 pictures that cannot be decoded (first: " in " ".join(done.stdout.split()) and "broken.png" in done.stdout


def test_a_low_baseline_exits_4_with_the_likely_cause(tmp_path):
    preprocessing = json.loads((FASHION / "fashion.json").read_text())
    preprocessing["classes"] = preprocessing["classes"][3:] + preprocessing["classes"][:3]
    (tmp_path / "p.json").write_text(json.dumps(preprocessing))
    fails(run("search", MODEL, IMAGES, "--preprocess", tmp_path / "p.json", "--out", tmp_path / "run"), 4, "--min-accuracy", "class order")
    preprocessing = json.loads((FASHION / "fashion.json").read_text())
    preprocessing["scale"] = 1.0
    (tmp_path / "p.json").write_text(json.dumps(preprocessing))
    fails(run("search", MODEL, IMAGES, "--preprocess", tmp_path / "p.json", "--min-accuracy", 0.9, "--out", tmp_path / "run"), 4, "scale (1/255)")


def test_a_case_of_another_model_or_image_exits_3(tiny_run, tmp_path):
    _, out, report = tiny_run
    case = json.loads((out / report["counterexamples"][0]["examples"][0]["case"]).read_text())
    case["model"]["sha256"] = "0" * 64
    (tmp_path / "c.json").write_text(json.dumps(case))
    fails(run("replay", tmp_path / "c.json"), 3, "SHA-256")
    case["image"]["path"] = "/nowhere/x.png"
    (tmp_path / "c.json").write_text(json.dumps(case))
    fails(run("replay", tmp_path / "c.json", "--model", TINY), 3, "--images")
