"""The published contract: an OpenAPI document that is the same byte for byte each time."""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import orjson
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from app.api.contract.bodies import RequestBody, ResponseBody
from app.api.contract.problems.kinds import (
    BODY_TOO_LARGE,
    INTERNAL_ERROR,
    INVALID_REQUEST,
    MALFORMED_JSON,
    TOO_SLOW,
    UNSUPPORTED_MEDIA,
)
from app.api.contract.problems.responses import problem_responses
from app.api.contract.problems.schema import Problem
from app.domain.errors import DatabaseNotReady

SchemaUse: TypeAlias = tuple[type[ResponseBody | RequestBody], JsonSchemaMode]
TITLE: Final = "Holdfast"
VERSION: Final = "1.0"
DESCRIPTION: Final = """\
Churn-risk scores with reasons, health signals and interventions, next to your CRM.

- All routes except health need an API key: `Authorization: Bearer hf_…`.
- Moments are ISO 8601 with a time zone; answers are in UTC.
- Every refusal is a problem (RFC 9457, `application/problem+json`) with a JSON pointer to each
  field that is wrong.
- A batch that can fail in part is answered with 200 and one result per item, in order.
- `next_cursor` leads to the next page; a cursor belongs to one listing and its filters.
- Long work runs as a job: the answer is 202 with the job's `Location`.
"""
_METHODS: Final = frozenset({"get", "put", "post", "delete", "patch"})
_ANY_REQUEST: Final = problem_responses(INVALID_REQUEST, INTERNAL_ERROR, DatabaseNotReady)
_ANY_BODY: Final = problem_responses(
    MALFORMED_JSON,
    TOO_SLOW,
    BODY_TOO_LARGE,
    UNSUPPORTED_MEDIA,
)


def install(app: FastAPI, *, unrouted: Sequence[SchemaUse] = ()) -> None:
    """Make `app` publish the contract at ``/openapi.json``.

    `unrouted` are models that no route names, such as events, which are validated one by one.
    """

    def published() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _contract(app, [(Problem, "serialization"), *unrouted])
        return app.openapi_schema

    app.openapi = published  # type: ignore[method-assign]  # the documented way to extend it


def document(app: FastAPI) -> str:
    """Return the contract as the text of ``openapi/openapi.json``."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(app.openapi(), option=options).decode()


def _contract(app: FastAPI, unrouted: Sequence[SchemaUse]) -> dict[str, Any]:
    contract = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    schemas = contract["components"]["schemas"]
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas.update(_schemas(unrouted))
    for path in contract["paths"].values():
        for method, operation in path.items():
            if method in _METHODS:
                _name(operation)
                _describe_refusals(operation)
    return contract


def _schemas(unrouted: Sequence[SchemaUse]) -> dict[str, Any]:
    """Return the schemas of the models that no route names."""
    _, found = models_json_schema(unrouted, ref_template="#/components/schemas/{model}")
    schemas: dict[str, Any] = found["$defs"]
    return schemas


def _name(operation: dict[str, Any]) -> None:
    """Make the first sentence of a route's docstring its title in listings."""
    first, _, rest = operation["description"].partition("\n\n")
    operation["summary"] = " ".join(first.split()).removesuffix(".")
    if rest:
        operation["description"] = rest
    else:
        operation.pop("description")


def _describe_refusals(operation: dict[str, Any]) -> None:
    """Add the problems that every route can answer with, after those that it names itself."""
    responses = operation["responses"]
    responses.pop("422", None)  # in FastAPI's own format, which we never send
    common = _ANY_REQUEST | (_ANY_BODY if "requestBody" in operation else {})
    for status, described in common.items():
        known = responses.setdefault(str(status), described)
        if known is not described and described["description"] not in known["description"]:
            known["description"] += f"; {described['description']}"
    operation["responses"] = dict(sorted(responses.items()))
