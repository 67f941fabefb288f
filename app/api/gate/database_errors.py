"""An answer for errors of the database: its own problem where it is not usable."""

import logging

from fastapi import FastAPI, Request
from sqlalchemy.exc import OperationalError, SQLAlchemyError, TimeoutError  # noqa: A004 - its name
from starlette.responses import Response

from app.api.contract.problems.kinds import KINDS
from app.api.contract.problems.responses import internal_error, problem_response
from app.domain.errors import DatabaseNotReady

log = logging.getLogger("holdfast.api")


def install(app: FastAPI) -> None:
    """Make `app` answer 503 if the database is away, busy or lacks migrations, otherwise 500."""
    app.add_exception_handler(SQLAlchemyError, _on_database_error)


def _on_database_error(request: Request, error: Exception) -> Response:
    kind = KINDS[DatabaseNotReady]
    try:
        request.app.state.service.database.require_migrated()
    except DatabaseNotReady as reason:
        return problem_response(kind, str(reason))
    if isinstance(error, OperationalError | TimeoutError):
        log.warning("the database did not answer", extra={"why": type(error).__name__})
        return problem_response(kind, "the database did not answer in time: try again")
    return internal_error(error)
