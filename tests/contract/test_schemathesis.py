"""Requests made up from the contract: no answer breaks it, and none is a 5xx."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.domain.activity import Activity
from app.main import create_app
from app.settings import Settings
from app.use_cases.activity.record import record_activity
from app.use_cases.keys.issue import create_key
from openapi.generate import generate
from tests.bundles import put_bundle_into_service

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def contract(tmp_path_factory, sqlite_template):
    folder = tmp_path_factory.mktemp("served")
    database = folder / "holdfast.db"
    database.write_bytes(sqlite_template.read_bytes())
    put_bundle_into_service(folder / "models")
    app = create_app(
        Settings(database_url=f"sqlite:///{database}", models=folder / "models", job_worker=False)
    )
    service = app.state.service
    service.bundles.refresh()
    now = datetime.now(UTC)
    with service.writing() as session:
        key = create_key(session, "made-up requests", now=now)
        at = now - timedelta(days=3)
        order = Activity("e-1", "c-1042", at, at, "order_placed", amount=10.0)
        record_activity(session, [order], now=now)
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    schema.config.update(headers={"Authorization": f"Bearer {key.token}"})
    return schema


OPERATIONS = [
    (method.upper(), path)
    for path, methods in json.loads(generate())["paths"].items()
    for method in methods
]


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_an_answer_is_what_the_contract_says(contract, method, path, mode):
    cases = contract[path][method].as_strategy(generation_mode=mode)

    @given(cases)
    @settings(
        max_examples=10,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def hold(case):
        case.call_and_validate(checks=CHECKS)

    try:
        hold()
    except Unsatisfiable:
        assert mode is schemathesis.GenerationMode.NEGATIVE  # nothing in it can be wrong
