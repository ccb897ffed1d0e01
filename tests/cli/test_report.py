"""The report in every format: from one fixed run (tests/golden/report), as third-party readers see it, and after a search.
ROBUSTCHECK_UPDATE_GOLDEN=1 writes tests/golden/report/expected anew: look at the difference before it is committed."""
import csv
import io
import json
import os
import shutil
import subprocess
import xml.etree.ElementTree as ET

import junitparser
import jsonschema
import pytest
import xmlschema
from conftest import BINARY, SOURCE, run
from prometheus_client.parser import text_string_to_metric_families

RUN = SOURCE / "tests/golden/report"
READERS = SOURCE / "build/readers"  # configs/bootstrap.sh puts the schemas of others here
FORMATS = {"html": "html", "junit": "xml", "markdown": "md", "csv": "csv", "sarif": "sarif", "github": "txt", "prometheus": "prom"}
REPORT = json.loads((RUN / "report.json").read_text())


def report(path, kind, *options, environment=None, cwd=None):
    """What `robustcheck report` prints, as bytes; the program is called by its bare name, as an installed one is."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("GITHUB_")}
    done = subprocess.run(["robustcheck", "report", str(path), "--format", kind, *options], executable=BINARY,
                          capture_output=True, env={**clean, **(environment or {})}, cwd=cwd)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def changed(tmp_path, **values):
    """A copy of the fixed run with other top-level values."""
    shutil.copytree(RUN, tmp_path / "run")
    (tmp_path / "run/report.json").write_text(json.dumps({**REPORT, **values}))
    return tmp_path / "run"


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_is_as_it_was(kind):
    text = report("report", kind, cwd=RUN.parent)
    golden = RUN / f"expected/report.{FORMATS[kind]}"
    if os.environ.get("ROBUSTCHECK_UPDATE_GOLDEN"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_bytes(text)
    assert text == golden.read_bytes()
    assert text == report("report", kind, cwd=RUN.parent)


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_reads_a_report_without_optional_parts(tmp_path, kind):
    bare = {key: REPORT[key] for key in ("schema_version", "status")}
    found = {key: REPORT["counterexamples"][1][key] for key in ("id", "signature", "oracle", "failure_rate", "variance")}
    for counterexamples in ([], [found]):
        (tmp_path / "report.json").write_text(json.dumps({**bare, "counterexamples": counterexamples}))
        report(tmp_path, kind)


def test_the_fixed_report_keeps_the_schema():
    schema = json.loads((SOURCE / "configs/schema/report.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(REPORT)


def test_out_writes_the_same_as_stdout(tmp_path):
    report(RUN, "csv", "--out", tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == report(RUN, "csv")


# --- as others read it

def test_junit_keeps_the_schema_of_common_readers(tmp_path):
    schema = xmlschema.XMLSchema(READERS / "junit-10.xsd")
    for run_directory in (RUN, changed(tmp_path, status="partial")):
        schema.validate(report(run_directory, "junit").decode())
    assert not schema.is_valid(report(RUN, "junit").decode().replace("<testcase ", "<testcas ", 1))


def test_junit_tells_failures_errors_and_skipped_apart():
    suite = next(iter(junitparser.JUnitXml.fromstring(report(RUN, "junit"))))
    results = {case.name: [type(one).__name__ for one in case.result] for case in suite}
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (7, 3, 1, 2)
    assert results["search is complete"] == []
    assert results["crash:rotate"] == ["Error"]
    assert results["label:jpeg+rotate|precision=bf16"] == ["Failure"]
    assert results["precision=fp16"] == ["Skipped"]


def test_junit_of_a_partial_run_is_never_green(tmp_path):
    suite = next(iter(junitparser.JUnitXml.fromstring(report(changed(tmp_path, status="partial", counterexamples=[]), "junit"))))
    assert suite.errors == 1


def test_sarif_keeps_its_schema(tmp_path):
    schema = json.loads((READERS / "sarif-2.1.0.json").read_text())
    validator = jsonschema.validators.validator_for(schema)(schema)
    for run_directory in (RUN, changed(tmp_path, status="partial")):
        validator.validate(json.loads(report(run_directory, "sarif")))
    assert not validator.is_valid({**json.loads(report(RUN, "sarif")), "version": "1"})


def test_sarif_names_a_model_in_the_checkout_relative_to_it(tmp_path):
    model = {"path": str(tmp_path / "models/a b.pt"), "sha256": "0" * 64}
    log = json.loads(report(changed(tmp_path, model=model), "sarif", cwd=tmp_path))
    place = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "models/a%20b.pt", "uriBaseId": "%SRCROOT%"}


def test_csv_has_the_numbers_of_the_report():
    rows = list(csv.DictReader(io.StringIO(report(RUN, "csv").decode(), newline="")))
    assert [float(row["failure_rate"]) for row in rows] == [found["failure_rate"] for found in REPORT["counterexamples"]]
    assert rows[1]["interaction_low"] == "0.07" and rows[0]["interaction_low"] == ""
    assert [row["needs"] for row in rows] == ["data", "both", "configuration", "either"]


def test_csv_holds_no_formula():
    rows = list(csv.reader(io.StringIO(report(RUN, "csv").decode(), newline="")))
    assert any("'=cmd" in field for row in rows for field in row)
    assert not any(field[:1] in "=+@" for row in rows for field in row if field)


def test_prometheus_text_is_read_by_its_client():
    families = {one.name: one for one in text_string_to_metric_families(report(RUN, "prometheus").decode())}
    rates = {sample.labels["signature"]: sample.value for sample in families["robustcheck_failure_rate"].samples}
    assert rates == {found["signature"]: found["failure_rate"] for found in REPORT["counterexamples"]}
    assert families["robustcheck_complete"].samples[0].value == 1


def test_github_shows_ten_annotations_worst_first(tmp_path):
    many = [{**REPORT["counterexamples"][1], "rank": rank, "description": f"100 %, {rank}\nnext"} for rank in range(1, 31)]
    lines = report(changed(tmp_path, counterexamples=many), "github").decode().splitlines()
    assert len(lines) == 10
    assert [line.split("robustcheck ")[1].split("%3A")[0] for line in lines] == [str(rank) for rank in range(1, 11)]
    assert "100 %25, 1%0Anext" in lines[0]


def test_github_appends_the_step_summary(tmp_path):
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    report(RUN, "github", environment={"GITHUB_STEP_SUMMARY": str(summary)})
    assert summary.read_text().startswith("before\n## 4 confirmed counterexamples\n")


def test_the_page_runs_and_loads_nothing():
    page = report(RUN, "html").decode()
    assert "<script" not in page and "http" not in page.replace("http-equiv", "")
    assert "default-src 'none'; img-src data:; style-src 'sha256-" in page
    assert "<dog>" not in page and "&lt;dog&gt;" in page


def test_only_what_nearby_strengths_confirmed_needs_both(tmp_path):
    found = [one for one in REPORT["counterexamples"] if one["attribution"]["needs_both"]]
    assert b"1 of 1 need data and configuration" in report(changed(tmp_path / "said", counterexamples=found), "html")
    found[0] = {**found[0], "attribution": {**found[0]["attribution"], "needs_both": None}}
    page = report(changed(tmp_path / "open", counterexamples=found), "html")
    assert b"need data and configuration" not in page and b"Needs both" not in page


def test_the_page_stays_under_3_mb(tmp_path):
    noise = os.urandom(150_000)
    found = REPORT["counterexamples"][1]
    many = [{**found, "rank": i, "examples": [{**found["examples"][0], "case": f"cases/{i}-{k}.json"} for k in range(3)]}
            for i in range(1, 1001)]
    directory = changed(tmp_path, counterexamples=many)
    for i in range(1, 101):
        for name in ("original", "perturbed", "difference"):
            (directory / f"cases/{i}-0-{name}.png").write_bytes(b"\x89PNG\r\n\x1a\n" + noise)
    page = report(directory, "html")
    assert 1_500_000 < len(page) < 3_000_000


def test_pictures_outside_the_run_stay_there(tmp_path):
    (tmp_path / "secret-original.png").write_bytes(b"\x89PNG secret")
    found = REPORT["counterexamples"][1]
    example = {**found["examples"][0], "case": "../secret.json"}
    page = report(changed(tmp_path, counterexamples=[{**found, "examples": [example]}]), "html")
    assert b"base64,iVBORyBzZWNyZXQ" not in page and b"data:image/png" not in page


# --- what is refused

@pytest.mark.parametrize("content,why", [
    ("{", "report.json"), ("[]", "is no report"), ('{"schema_version": 2}', "is not 1"),
    ('{"schema_version": 1, "status": "done"}', "status"), ('{"schema_version": 1, "status": "complete"}', "counterexamples"),
    ('{"schema_version": 1, "status": "complete", "counterexamples": [{"id": 1}]}', "counterexamples/0/id")])
def test_what_is_no_report_is_exit_3(tmp_path, content, why):
    (tmp_path / "report.json").write_text(content)
    done = run("report", tmp_path, "--format", "junit")
    assert done.returncode == 3 and why in done.stderr and not done.stdout


def test_a_missing_report_and_an_unknown_format_are_named(tmp_path):
    missing = run("report", tmp_path / "none")
    assert missing.returncode == 3 and "is not there" in missing.stderr
    unknown = run("report", RUN, "--format", "junt")
    assert unknown.returncode == 2 and "did you mean 'junit'" in unknown.stderr


# --- after a search

def test_search_writes_page_and_junit_beside_the_report(tiny_run):
    done, out, found = tiny_run
    ET.parse(out / "junit.xml")
    page = (out / "report.html").read_text()
    assert len(page) < 3_000_000
    for one in found["counterexamples"]:
        assert f'<data value="{one["failure_rate"]!r}"' in page.replace('value="1"', 'value="1.0"')
        for example in one["examples"]:
            stem = str(out / example["case"]).removesuffix(".json")
            assert os.path.exists(stem + "-original.png")
            assert os.path.exists(stem + "-difference.png") == bool(one["variance"].get("data"))
