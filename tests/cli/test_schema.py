"""What the program writes is what configs/schema/ promises."""
import json

import jsonschema
import pytest
from conftest import FASHION, SOURCE


def schema(name):
    return json.loads((SOURCE / f"configs/schema/{name}.schema.json").read_text())


@pytest.mark.parametrize("name", [path.name.split(".")[0] for path in sorted((SOURCE / "configs/schema").iterdir())])
def test_every_schema_is_one(name):
    jsonschema.Draft202012Validator.check_schema(schema(name))


def test_report_keeps_its_schema(tiny_run):
    _, _, report = tiny_run
    jsonschema.validate(report, schema("report"))


def test_cases_keep_their_schema(tiny_run):
    _, out, report = tiny_run
    for found in report["counterexamples"]:
        for example in found["examples"]:
            jsonschema.validate(json.loads((out / example["case"]).read_text()), schema("case"))


@pytest.mark.parametrize("path", sorted(FASHION.glob("*.json")))
def test_shipped_preprocessing_files_keep_the_schema(path):
    jsonschema.validate(json.loads(path.read_text()), {"$ref": "#/$defs/preprocessing", "$defs": schema("report")["$defs"]})
