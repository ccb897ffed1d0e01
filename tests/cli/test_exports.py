"""Kinds of TorchScript files that people export (tests/data/make_exports.py): the number is right, or the cause is told."""
import json
import shutil
import subprocess
import sys
import zipfile

import pytest
from conftest import IMAGES, MODEL, SOURCE, run

PER_CLASS = 12
WEIGHT_KINDS = ("half_frozen", "closure", "buffers", "table")  # tests/reference/test_exports.py has the others
WEIGHTS = [{"weight_only": "int8"}, {"weight_only": "int6"}, {"weight_only": "int4"}]
ROUNDED = [{"precision": "weights_bf16"}, {"precision": "weights_fp16"}]
TYPES = [{"precision": value} for value in ("fp64", "bf16", "fp16", "autocast_bf16")]


@pytest.fixture(scope="session")
def exports(tmp_path_factory):
    out = tmp_path_factory.mktemp("exports")
    subprocess.run([sys.executable, str(SOURCE / "tests/data/make_exports.py"), str(out)], check=True, capture_output=True)
    return out


@pytest.fixture(scope="session")
def images(tmp_path_factory):
    folder = tmp_path_factory.mktemp("images")
    for directory in sorted(IMAGES.iterdir()):
        (folder / directory.name).mkdir()
        for path in sorted(directory.iterdir())[:PER_CLASS]:
            shutil.copy(path, folder / directory.name / path.name)
    return folder


@pytest.fixture(scope="session")
def flat(images, tmp_path_factory):
    """The same pictures without labels."""
    folder = tmp_path_factory.mktemp("flat")
    for path in images.glob("*/*.png"):
        shutil.copy(path, folder / f"{path.parent.name}-{path.name}")
    return folder


def outcomes(model, images, configs, *options):
    """One outcome of `evaluate` per configuration, the reference first."""
    lines = "".join(json.dumps({"config": config}) + "\n" for config in [{}, *configs])
    done = run("evaluate", model, images, "--scores", *options, stdin=lines)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == len(configs) + 1, done.stderr
    assert found[0]["status"] == "ok", found[0]
    return found


def moved(reference, outcome):
    """Largest difference of a score, and answers that differ."""
    pairs = list(zip(reference["scores"], outcome["scores"], strict=True))
    largest = max(abs(a - b) for one, other in pairs for a, b in zip(one, other, strict=True) if a is not None and b is not None)
    best = lambda row: max(range(len(row)), key=lambda k: float("-inf") if row[k] is None else row[k])
    return largest, sum(best(one) != best(other) for one, other in pairs)


@pytest.fixture(scope="session")
def plain(exports, images):
    """What each knob does to the plain file."""
    reference, *rest = outcomes(exports / "scripted.pt", images, WEIGHTS + TYPES + ROUNDED)
    return {json.dumps(config): moved(reference, outcome) for config, outcome in zip(WEIGHTS + TYPES + ROUNDED, rest)}


def test_weight_only_moves_the_plain_file_by_what_rounding_moves(plain):
    int8, int6, int4 = (plain[json.dumps(config)][0] for config in WEIGHTS)
    assert 0.01 < int8 < 0.2 and 2 * int8 < int6 < int4 < 3


@pytest.mark.parametrize("kind", WEIGHT_KINDS)
def test_weights_are_found_wherever_a_file_keeps_them(exports, images, plain, kind):
    reference, *rest = outcomes(exports / f"{kind}.pt", images, WEIGHTS + TYPES + ROUNDED)
    for config, outcome in zip(WEIGHTS + TYPES + ROUNDED, rest):
        assert outcome["status"] == "ok", (config, outcome["message"])
        largest, flips = moved(reference, outcome)
        expected, expected_flips = plain[json.dumps(config)]
        assert largest > 0
        if "weight_only" in config:
            assert largest == pytest.approx(expected, rel=0.1 if kind == "table" else 0.01) and abs(flips - expected_flips) <= (kind == "table"), config
        assert flips <= expected_flips + 2, config
        if config == {"precision": "fp64"}:
            assert largest < 2e-5


@pytest.mark.parametrize("kind", ["number", "complex"])
def test_casts_leave_alone_what_is_no_floating_point_number(exports, images, plain, kind):
    reference, *rest = outcomes(exports / f"{kind}.pt", images, TYPES)
    for config, outcome in zip(TYPES, rest):
        if kind == "complex" and config["precision"] in ("bf16", "fp16"):
            assert outcome["status"] == "unavailable" and outcome["message"]
            continue
        assert outcome["status"] == "ok", (config, outcome["message"])
        largest, flips = moved(reference, outcome)
        assert flips <= plain[json.dumps(config)][1] + 1, config
        assert largest < (2e-5 if config["precision"] == "fp64" else 2 * plain[json.dumps(config)][0])


def test_search_finds_no_fault_in_the_precision_of_a_network_with_an_index_table(exports, images, tmp_path):
    done = run("search", exports / "index.pt", images, "--transforms", "none", "--knobs", "precision", "--budget", 2000,
               "--out", tmp_path / "run", environment={"XDG_CACHE_HOME": str(tmp_path)})
    assert done.returncode == 0, done.stderr + done.stdout


def test_a_quantized_file_has_no_weights_to_round_and_its_engine_can_be_chosen(exports, images):
    configs = [*WEIGHTS, *ROUNDED, {"int8": "static_per_channel"}, {"precision": "bf16"}]
    for config, outcome in zip(configs, outcomes(exports / "quantized.pt", images, configs)[1:]):
        assert outcome["status"] == "unavailable", config
        assert "quantized already" in outcome["message"] or "does not run in bf16" in outcome["message"]
    reference, engine = outcomes(exports / "quantized.pt", images, [{"int8_engine": "onednn"}])
    assert engine["status"] == "ok" and moved(reference, engine)[0] < 2
    assert outcomes(exports / "scripted.pt", images, [{"int8_engine": "onednn"}])[1]["status"] == "unavailable"


def test_a_file_that_is_quantized_in_part_is_rounded_in_part(exports, images):
    done = run("doctor", exports / "dynamic.pt", "--images", images, "--limit", 20)
    rows = {tuple(line.split()[:2]): line for line in done.stdout.splitlines() if line}
    assert "3 of 3 weights rounded; 2 of 5 layers are out of reach: quantized already" in rows["weight_only", "int4"]
    assert "unavailable" in rows["precision", "bf16"] and "unavailable" in rows["precision", "autocast_bf16"]


def test_doctor_says_what_was_rewritten(exports, images):
    done = run("doctor", exports / "half_frozen.pt", "--images", images, "--limit", 20)
    assert done.returncode == 0, done.stderr
    rows = {tuple(line.split()[:2]): line for line in done.stdout.splitlines() if line}
    assert "5 of 5 weights rounded" in rows["weight_only", "int4"]
    assert "5 of 5 layers quantized" in rows["int8", "static_per_channel"]
    assert "tensors cast to bf16" in rows["precision", "bf16"]
    assert "3 pooling nodes rewritten" in rows["pool_ceil_mode", "floor"]
    assert "unavailable" in rows["batch_norm_eps", "0.001"]
    assert "no_effect" not in rows["weight_only", "int4"]


@pytest.mark.parametrize("kind", ["scripted", "frozen", "closure"])
def test_int8_does_the_same_to_a_trace_its_script_and_its_frozen_copy(exports, images, kind):
    reference, int8 = outcomes(exports / f"{kind}.pt", images, [{"int8": "static_per_channel"}])
    assert int8["status"] == "ok", int8
    largest, flips = moved(reference, int8)
    assert 0.05 < largest < 1 and flips <= 4


@pytest.mark.parametrize("kind", ["masked", "underflow"])
def test_minus_infinity_is_a_score_and_never_the_largest(exports, images, kind, tmp_path):
    variances = [{}, {"config": {"precision": "bf16"}}, {"data": [{"transform": "rotate", "degrees": 20}]}]
    lines = "".join(json.dumps(variance) + "\n" for variance in variances)
    found, expected = ([json.loads(line) for line in run("evaluate", exports / f"{name}.pt", images, "--scores", stdin=lines).stdout.splitlines()]
                       for name in (kind, "scripted"))
    for one, other in zip(found, expected, strict=True):
        assert (one["accuracy"], one["failures"]) == (other["accuracy"], other["failures"])
    assert any(None in row for row in found[0]["scores"])
    done = run("search", exports / f"{kind}.pt", images, "--transforms", "rotate", "--knobs", "none", "--budget", 1500, "--out", tmp_path / "run")
    assert done.returncode == 1, done.stderr
    report = json.loads((tmp_path / "run/report.json").read_text())
    assert {row["oracle"] for row in report["counterexamples"]} == {"label"}
    cases = [tmp_path / "run" / example["case"] for row in report["counterexamples"] for example in row["examples"]]
    assert None in json.loads(cases[0].read_text())["reference"]["scores"]
    replayed = run("replay", *cases)
    assert replayed.returncode == 1 and all(line.split()[0] == "same" for line in replayed.stdout.splitlines() if ".json" in line)


def last_error(done, code):
    assert done.returncode == code, done.stdout + done.stderr
    return done.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize("kind,fragments", [
    ("train_mode", ["other images of the batch", "batch norm"]),
    ("masked_dropout", ["not repeatable", "dropout"]),
    ("counter", ["changes its own state", "calls"]),
])
@pytest.mark.parametrize("command", ["search", "doctor"])
def test_scores_that_move_by_themselves_are_4_with_the_cause(exports, images, kind, fragments, command, tmp_path):
    arguments = ("doctor", exports / f"{kind}.pt", "--images", images) if command == "doctor" else (
        "search", exports / f"{kind}.pt", images, "--budget", 300, "--out", tmp_path / "run")
    error = last_error(run(*arguments), 4)
    assert all(fragment in error for fragment in fragments)
    assert not (tmp_path / "run/report.json").exists()


def test_a_dependence_on_the_batch_that_flips_little_is_said(exports, images, tmp_path):
    done = run("search", exports / "dynamic.pt", images, "--transforms", "rotate", "--knobs", "none", "--budget", 300, "--out", tmp_path / "run")
    assert done.returncode in (0, 1), done.stderr
    assert "scores depend on the other images of the batch" in done.stdout and "of 64 answers change" in done.stdout
    report = json.loads((tmp_path / "run/report.json").read_text())
    assert report["baseline"]["batch_dependence"] > 1e-3 and report["baseline"]["noise"] == 0
    done = run("search", exports / "traced.pt", images, "--transforms", "rotate", "--knobs", "none", "--budget", 300, "--out", tmp_path / "plain")
    assert "other images of the batch" not in done.stdout
    assert json.loads((tmp_path / "plain/report.json").read_text())["baseline"]["batch_dependence"] < 1e-4


def test_state_that_moves_nothing_is_let_be_and_each_call_starts_from_the_loaded_one(exports, images):
    lines = '{}\n{"config": {"batch_size": 1}}\n{}\n'
    one, two = (run("evaluate", exports / "only_counts.pt", images, "--scores", "--workers", count, stdin=lines).stdout for count in (1, 2))
    assert one == two and len(one.splitlines()) == 3
    first, _, last = map(json.loads, one.splitlines())
    assert first["scores"] == last["scores"]
    one, two = (run("evaluate", exports / "counter.pt", images, "--scores", "--workers", count, stdin=lines).stdout for count in (1, 2))
    assert one == two


def test_one_output_per_image_predicts_nothing(exports, flat, tmp_path):
    for command in ("search", "evaluate"):
        out = ("--out", tmp_path / "run") if command == "search" else ()
        error = last_error(run(command, exports / "one_score.pt", flat, *out, stdin="{}\n"), 3)
        assert "1 output per image" in error and '"output": "sigmoid"' in error


@pytest.mark.parametrize("kind,fragments", [
    ("fixed_batch", ["batches of 1 only", '"input": {"batch": 1}']),
    ("half", ["Half", "export it in float32"]),
    ("bf16", ["BFloat16", "export it in float32"]),
    ("fp64", ["Double", "export it in float32"]),
    ("nhwc", ["N x H x W x C", "export a wrapper"]),
    ("bytes", ["bytes (uint8)", "export a wrapper"]),
    ("cuda", ["CUDA", "export it on the CPU"]),
    ("optimized", ["optimize_for_inference", "before"]),
])
def test_a_file_that_takes_another_input_is_refused_with_the_cause_and_the_remedy(exports, images, kind, fragments):
    error = last_error(run("evaluate", exports / f"{kind}.pt", images, stdin="{}\n"), 3)
    assert all(fragment in error for fragment in [*fragments, "remedy: "]), error
    assert len(error) < 700 and "If you are a" not in error


def test_a_batch_of_one_may_be_squeezed(exports, images):
    squeezed, scripted = (outcomes(exports / f"{kind}.pt", images, [])[0] for kind in ("squeezed", "scripted"))
    assert moved(squeezed, scripted) == (pytest.approx(0, abs=1e-4), 0)


def test_init_tells_the_cause_not_the_last_thing_that_it_tried(exports, images, tmp_path):
    shutil.copy(exports / "half.pt", tmp_path / "half.pt")
    assert "export it in float32" in last_error(run("init", tmp_path / "half.pt", images), 3)


def test_a_container_of_pytorch_1_2_is_named(images, tmp_path):
    with zipfile.ZipFile(tmp_path / "old.pt", "w") as archive:
        archive.writestr("old/version", "1\n")
        archive.writestr("old/model.json", "{}")
        archive.writestr("old/code/old.py", "op_version_set = 0\n")
        archive.writestr("old/tensors/0", b"0000")
    shutil.copy(MODEL.with_suffix(".json"), tmp_path / "old.json")
    error = last_error(run("evaluate", tmp_path / "old.pt", images, stdin="{}\n"), 3)
    assert "PyTorch 1.2 or older" in error and "export it again" in error


def test_no_transform_changes_a_picture_that_others_see(tmp_path):
    """Gray pictures in the three channels of a colour file, as scanners write them, beside colour and one channel."""
    for i in range(6):
        gray = bytes((x * (7 + i) + y * 5) % 256 for y in range(28) for x in range(28))
        colour = bytes(value for k, level in enumerate(gray) for value in (level, (level + k) % 256, 255 - level))
        (tmp_path / "images").mkdir(exist_ok=True)
        (tmp_path / f"images/gray{i}.ppm").write_bytes(b"P6\n28 28\n255\n" + bytes(level for level in gray for _ in range(3)))
        (tmp_path / f"images/colour{i}.ppm").write_bytes(b"P6\n28 28\n255\n" + colour)
        (tmp_path / f"images/one{i}.pgm").write_bytes(b"P5\n28 28\n255\n" + gray)
    transforms = json.loads(run("list", "transforms", "--json").stdout)
    variances = [{}]
    for transform in transforms:
        step = {"transform": transform["name"]}
        for parameter in transform["parameters"]:
            step[parameter["name"]] = parameter["high"] if parameter["high"] != parameter["neutral"] else parameter["low"]
        variances += [{"data": [step]}, {}]
    lines = "".join(json.dumps(variance) + "\n" for variance in variances)
    one, two = (run("evaluate", MODEL, tmp_path / "images", "--scores", "--workers", count, stdin=lines).stdout for count in (1, 2))
    assert one == two
    found = [json.loads(line) for line in one.splitlines()]
    for i, transform in enumerate(transforms):
        assert found[2 * i + 1]["status"] == "ok", transform["name"]
        assert found[2 * i + 2]["scores"] == found[0]["scores"], transform["name"]
