"""Every refusal as an RFC 9457 problem: one table from domain errors to statuses."""

import logging
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.api.contract.fields import Answer
from app.domain import errors

MEDIA_TYPE = "application/problem+json"
MAX_ERRORS = 100  # of one body; the first hundred show what is wrong
log = logging.getLogger("holdfast.api")


@dataclass(frozen=True, slots=True)
class Kind:
    """One sort of problem: the last part of its type, its status and its title."""

    slug: str
    status: HTTPStatus
    title: str
    retry_after_seconds: int | None = None


KINDS: Mapping[type[errors.HoldfastError], Kind] = {
    errors.CustomerNotFound: Kind("customer-not-found", HTTPStatus.NOT_FOUND, "No such customer"),
    errors.JobNotFound: Kind("job-not-found", HTTPStatus.NOT_FOUND, "No such job"),
    errors.BundleNotFound: Kind("bundle-not-found", HTTPStatus.NOT_FOUND, "No such bundle"),
    errors.JobConflict: Kind("job-conflict", HTTPStatus.CONFLICT, "The job's state forbids it"),
    errors.InvalidCursor: Kind("invalid-cursor", HTTPStatus.BAD_REQUEST, "Unusable page cursor"),
    errors.NoBundleInService: Kind(
        "no-bundle-in-service", HTTPStatus.SERVICE_UNAVAILABLE, "Nothing can be scored yet", 30
    ),
    errors.BundleRefused: Kind(
        "bundle-refused", HTTPStatus.SERVICE_UNAVAILABLE, "The promoted bundle is refused", 30
    ),
    errors.PlaybookRefused: Kind(
        "playbook-refused", HTTPStatus.SERVICE_UNAVAILABLE, "The playbook is refused", 30
    ),
    errors.DatabaseNotReady: Kind(
        "database-not-ready", HTTPStatus.SERVICE_UNAVAILABLE, "The database is not ready", 5
    ),
    errors.UnreadableFile: Kind("unreadable-file", HTTPStatus.BAD_REQUEST, "Unreadable file"),
    errors.TrainingRefused: Kind(
        "training-refused", HTTPStatus.CONFLICT, "The data cannot support the training"
    ),
    errors.EvaluationRefused: Kind(
        "evaluation-refused", HTTPStatus.CONFLICT, "The log cannot support the evaluation"
    ),
}
INVALID_REQUEST = Kind(
    "invalid-request", HTTPStatus.UNPROCESSABLE_ENTITY, "The request does not fit the contract"
)
MALFORMED_JSON = Kind("malformed-json", HTTPStatus.BAD_REQUEST, "The body is not JSON")
UNSUPPORTED_MEDIA = Kind(
    "unsupported-media-type", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be JSON"
)
BODY_TOO_LARGE = Kind(
    "body-too-large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large"
)
TOO_SLOW = Kind("request-too-slow", HTTPStatus.REQUEST_TIMEOUT, "The request took too long")
NOT_AUTHENTICATED = Kind("not-authenticated", HTTPStatus.UNAUTHORIZED, "A valid API key is needed")
SCOPE_MISSING = Kind("scope-missing", HTTPStatus.FORBIDDEN, "The API key lacks a scope")
INTERNAL_ERROR = Kind(
    "internal-error", HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong on our side"
)
_BY_STATUS: Mapping[int, Kind] = {
    404: Kind("no-such-resource", HTTPStatus.NOT_FOUND, "No such resource"),
    405: Kind("method-not-allowed", HTTPStatus.METHOD_NOT_ALLOWED, "Method not allowed here"),
    413: BODY_TOO_LARGE,
    415: UNSUPPORTED_MEDIA,
}


class FieldError(Answer):
    """One field that does not fit."""

    location: Annotated[
        str,
        Field(description="Part of the request: body, query, path or header", examples=["body"]),
    ]
    pointer: Annotated[
        str,
        Field(
            description="JSON pointer (RFC 6901) to the field in that part",
            examples=["/events/3/occurred_at"],
        ),
    ]
    detail: Annotated[
        str, Field(description="What is wrong with it", examples=["has no time zone"])
    ]


class Problem(Answer):
    """Why a request was refused (RFC 9457)."""

    type: Annotated[
        str,
        Field(
            description="Stable name of the kind of problem",
            examples=["urn:holdfast:problem:customer-not-found"],
        ),
    ]
    title: Annotated[str, Field(description="The kind, for people", examples=["No such customer"])]
    status: Annotated[int, Field(description="The HTTP status", examples=[404])]
    detail: Annotated[
        str,
        Field(
            description="This case: the thing, the value and what to do",
            examples=["no customer has the id 'c-1042'"],
        ),
    ]
    instance: Annotated[
        str,
        Field(
            description="Name of this occurrence; a failure on our side is logged under it",
            examples=["urn:uuid:0f3b6a52-6f0e-4f0e-9a53-2c1d8d0f6c11"],
        ),
    ]
    errors: Annotated[
        list[FieldError],
        Field(
            description="The fields that do not fit, at most 100; empty where none is to blame",
            examples=[[]],
        ),
    ]


class RefusedError(Exception):
    """A refusal that concerns HTTP alone: no key, a missing scope, a wrong media type."""

    def __init__(
        self,
        kind: Kind,
        detail: str,
        *,
        fields: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.fields = fields
        self.headers = headers or {}


def response(
    kind: Kind,
    detail: str,
    *,
    fields: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
    instance: str | None = None,
) -> Response:
    """Return the answer that states a problem of this kind."""
    problem = Problem(
        type=f"urn:holdfast:problem:{kind.slug}",
        title=kind.title,
        status=kind.status.value,
        detail=detail,
        instance=instance or f"urn:uuid:{uuid.uuid4()}",
        errors=list(fields),
    )
    sent = dict(headers or {})
    if kind.retry_after_seconds is not None:
        sent["Retry-After"] = str(kind.retry_after_seconds)
    # What came in may hold lone surrogates; what goes out is always UTF-8.
    body = orjson.dumps(problem.model_dump(), default=str)
    return Response(body, status_code=kind.status, media_type=MEDIA_TYPE, headers=sent)


def of(*kinds: type[errors.HoldfastError] | Kind) -> dict[int | str, dict[str, Any]]:
    """Return the entry of a route's `responses` for the problems it can answer."""
    described: dict[int, list[str]] = {}
    for kind in kinds:
        known = kind if isinstance(kind, Kind) else KINDS[kind]
        described.setdefault(known.status.value, []).append(known.title)
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        status: {"description": "; ".join(titles), "content": {MEDIA_TYPE: schema}}
        for status, titles in described.items()
    }


def install(app: FastAPI) -> None:
    """Teach `app` to answer every refusal with a problem."""
    app.add_exception_handler(errors.HoldfastError, _on_domain_error)
    app.add_exception_handler(RefusedError, _on_refusal)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_error)


def internal_error(error: Exception) -> Response:
    """Log `error` under a new id, and return an answer that tells that id and nothing else."""
    instance = f"urn:uuid:{uuid.uuid4()}"
    log.error("request failed", extra={"instance": instance}, exc_info=error)
    return response(
        INTERNAL_ERROR,
        f"the log of the service has the details under {instance}",
        instance=instance,
    )


def field_errors(
    found: Sequence[Mapping[str, Any]], *, location: str | None = None, prefix: str = ""
) -> list[FieldError]:
    """Return Pydantic's errors as JSON pointers with reasons; no value is repeated.

    `location` and `prefix` are given where the errors' own paths start below a part of the request.
    """
    if location is not None:
        return [
            FieldError(location=location, pointer=prefix + _pointer(e["loc"]), detail=_reason(e))
            for e in found[:MAX_ERRORS]
        ]
    return [
        FieldError(location=str(e["loc"][0]), pointer=_pointer(e["loc"][1:]), detail=_reason(e))
        for e in found[:MAX_ERRORS]
    ]


def unknown_parameter(name: str, takes: str) -> FieldError:
    """Return the error of a query parameter that its route does not know."""
    detail = f"is not a parameter of this route: {takes}"
    return FieldError(location="query", pointer=_pointer([name]), detail=detail)


def kind_of(error: errors.HoldfastError) -> Kind:
    """Return the kind of problem of a domain error, by its nearest known class."""
    return next(KINDS[c] for c in type(error).__mro__ if c in KINDS)


def _on_domain_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, errors.HoldfastError)  # noqa: S101 - registered for this class alone
    return response(kind_of(error), str(error))


def _on_refusal(_: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)  # noqa: S101 - registered for this class alone
    return response(error.kind, str(error), fields=error.fields, headers=error.headers)


def _on_invalid_request(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class alone
    found = error.errors()
    if found and found[0]["type"] == "json_invalid":
        position, reason = found[0]["loc"][-1], found[0]["ctx"]["error"]
        return response(MALFORMED_JSON, f"the body is no JSON at character {position}: {reason}")
    fields = field_errors(found)
    where = "; ".join(f"{f.location} {f.pointer}: {f.detail}" for f in fields[:3])
    return response(INVALID_REQUEST, where, fields=fields)


def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class alone
    kind = _BY_STATUS.get(error.status_code)
    if kind is None:
        status = HTTPStatus(error.status_code)
        kind = Kind(status.phrase.lower().replace(" ", "-"), status, status.phrase)
    detail = {
        404: "there is nothing at this path; /docs lists what there is",
        405: f"{request.method} is not allowed at this path; /docs lists what is",
    }.get(error.status_code, str(error.detail))
    return response(kind, detail, headers=error.headers)


def _pointer(path: Sequence[object]) -> str:
    return "".join(f"/{_escaped(str(part))}" for part in path)


def _escaped(part: str) -> str:
    shortened = part if len(part) <= 100 else f"{part[:100]}…"  # noqa: PLR2004 - a name, not a text
    plain = shortened.encode("utf-8", "replace").decode("utf-8")
    return plain.replace("~", "~0").replace("/", "~1")


def _reason(error: Mapping[str, Any]) -> str:
    message = _REASONS.get(error["type"]) or str(error["msg"]).removeprefix("Value error, ")
    return message.encode("utf-8", "replace").decode("utf-8")


# Pydantic's own words for these speak of Python.
_REASONS: Mapping[str, str] = {
    "missing": "is required",
    "extra_forbidden": "is not a field of this object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "dict_type": "must be an object",
    "list_type": "must be an array",
    "string_type": "must be a text",
    "bool_type": "must be true or false",
}
