"""Exception handlers that answer every refusal with a problem."""

from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.api.contract.problems.field_errors import field_errors
from app.api.contract.problems.kinds import (
    INVALID_REQUEST,
    MALFORMED_JSON,
    kind_of,
    kind_of_status,
)
from app.api.contract.problems.responses import RefusedError, problem_response
from app.domain.errors import HoldfastError

N_SUMMARIZED: Final = 3  # field errors that `detail` repeats, for people who read no JSON


def install(app: FastAPI) -> None:
    """Make `app` answer every refusal with a problem."""
    app.add_exception_handler(HoldfastError, _on_domain_error)
    app.add_exception_handler(RefusedError, _on_refusal)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_error)


def _on_domain_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HoldfastError)  # noqa: S101 - registered for this class alone
    return problem_response(kind_of(error), str(error))


def _on_refusal(_: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)  # noqa: S101 - registered for this class alone
    return problem_response(error.kind, str(error), fields=error.fields, headers=error.headers)


def _on_invalid_request(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class alone
    found = error.errors()
    if found and found[0]["type"] == "json_invalid":
        position, reason = found[0]["loc"][-1], found[0]["ctx"]["error"]
        detail = f"the body is not valid JSON at character {position}: {reason}"
        return problem_response(MALFORMED_JSON, detail)
    fields = field_errors(found)
    summary = "; ".join(f"{f.location} {f.pointer}: {f.detail}" for f in fields[:N_SUMMARIZED])
    return problem_response(INVALID_REQUEST, summary, fields=fields)


def _on_http_error(request: Request, error: Exception) -> Response:
    """Answer what Starlette itself refuses, such as an unknown path."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class alone
    kind = kind_of_status(error.status_code)
    detail = {
        HTTPStatus.NOT_FOUND: "there is nothing at this path; /docs lists all paths",
        HTTPStatus.METHOD_NOT_ALLOWED: (
            f"{request.method} is not allowed at this path; /docs lists the methods of each path"
        ),
    }.get(kind.status, str(error.detail))
    return problem_response(kind, detail, headers=error.headers)
