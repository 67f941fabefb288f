"""All routes, behind one gate, as one application."""

import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial

from fastapi import FastAPI, Request
from sqlalchemy.exc import OperationalError, SQLAlchemyError, TimeoutError  # noqa: A004 - its name
from starlette.middleware import Middleware
from starlette.responses import Response

from app.api.contract import docs, openapi, problems
from app.api.gate.body_limits import Guard
from app.api.gate.head import HeadAsGet
from app.api.gate.logs import AccessLog
from app.api.gate.quick_route import QuickRoutes
from app.api.keys.security import Allowed, problems_of_keys
from app.api.routes import (
    activity,
    badges,
    bundles,
    checks,
    customers,
    health,
    jobs,
    metrics,
    scores,
)
from app.api.schemas.activity import EventIn
from app.api.service import Service
from app.domain.errors import DatabaseNotReady
from app.domain.scopes import Scope

log = logging.getLogger("holdfast.api")
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def make_application(
    service: Service, *, lifespan: Lifespan, max_body_bytes: int, receive_seconds: float
) -> FastAPI:
    """Return the application that answers with the parts of `service`."""
    app = FastAPI(
        title=openapi.TITLE,
        version=openapi.VERSION,
        description=openapi.DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # asked per request else
        middleware=[
            Middleware(AccessLog, metrics=service.metrics),
            Middleware(
                QuickRoutes,
                routes=[scores.quick_score(service), badges.quick_badge(service)],
                is_allowed=partial(Allowed(Scope.SCORES_READ).is_known, service.keys),
            ),
            Middleware(HeadAsGet),
            Middleware(Guard, max_body_bytes=max_body_bytes, receive_seconds=receive_seconds),
        ],
    )
    app.state.service, app.state.keys = service, service.keys
    for room in (scores, badges, customers, activity, jobs, bundles, checks, metrics):
        app.include_router(room.router, responses=problems_of_keys())
    app.include_router(health.router)
    problems.install(app)
    app.add_exception_handler(SQLAlchemyError, _on_database_error)
    docs.install(app)
    openapi.install(app, unrouted=[(EventIn, "validation")])
    return app


def _on_database_error(request: Request, error: Exception) -> Response:
    """Answer 503 where the database is away, busy or lacks migrations; else it is our mistake."""
    kind = problems.KINDS[DatabaseNotReady]
    try:
        request.app.state.service.check_database()
    except DatabaseNotReady as reason:
        return problems.response(kind, str(reason))
    if isinstance(error, OperationalError | TimeoutError):
        log.warning("the database did not answer", extra={"why": type(error).__name__})
        return problems.response(kind, "the database did not answer in time: try again")
    return problems.internal_error(error)
