import json
from pathlib import Path

import jsonschema_rs
import pytest

from openapi.generate import TARGET, generate

CONTRACT = json.loads(generate())
SCHEMAS = CONTRACT["components"]["schemas"]
OPERATIONS = [
    (f"{method} {path}", operation)
    for path, methods in CONTRACT["paths"].items()
    for method, operation in methods.items()
]


def test_the_published_contract_is_the_one_that_the_application_has():
    published = Path(TARGET).read_text(encoding="utf-8")

    assert published == generate(), "run `make openapi` and look at the difference"


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_field_has_a_description_and_an_example(name):
    for field, schema in SCHEMAS[name].get("properties", {}).items():
        assert schema.get("description"), f"{name}.{field} has no description"
        assert schema.get("examples"), f"{name}.{field} has no example"


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_example_fits_its_schema(name):
    for schema in SCHEMAS[name].get("properties", {}).values():
        for example in schema["examples"]:
            whole = {**schema, "components": CONTRACT["components"]}
            jsonschema_rs.validate(whole, example)


@pytest.mark.parametrize("name", [name for name in SCHEMAS if name.endswith("Out")])
def test_what_goes_out_has_every_field_always(name):
    schema = SCHEMAS[name]

    assert set(schema["required"]) == set(schema["properties"])
    assert not any("default" in field for field in schema["properties"].values())


@pytest.mark.parametrize("name", [name for name in SCHEMAS if name.endswith("In")])
def test_what_comes_in_may_have_no_unknown_field(name):
    assert SCHEMAS[name]["additionalProperties"] is False


@pytest.mark.parametrize(("name", "operation"), OPERATIONS)
def test_every_refusal_is_described_as_a_problem(name, operation):
    for status, response in operation["responses"].items():
        if status >= "400":
            assert list(response["content"]) == ["application/problem+json"], (name, status)


@pytest.mark.parametrize(("name", "operation"), OPERATIONS)
def test_every_operation_but_health_asks_for_a_key(name, operation):
    is_open = name.split(" ")[1] in {"/healthz", "/readyz", "/v2/health/live", "/v2/health/ready"}

    assert bool(operation.get("security")) is not is_open
    assert ("401" in operation["responses"]) is not is_open


@pytest.mark.parametrize(("name", "operation"), OPERATIONS)
def test_every_operation_says_what_it_does(name, operation):
    handler = operation["operationId"].partition("_v1_")[0].replace("_", " ")

    assert len(operation["summary"].split()) > 3, name
    assert operation["summary"].lower() != handler, name


def test_nothing_refers_to_a_schema_that_is_not_there():
    text = json.dumps(CONTRACT)
    referred = {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}

    assert referred <= set(SCHEMAS)
