"""All routes behind one gate, as one application."""

from functools import partial

from fastapi import FastAPI
from starlette.middleware import Middleware

from app.api.contract import docs, openapi
from app.api.contract.problems import handlers
from app.api.gate import database_errors
from app.api.gate.body_limits import BodyLimits
from app.api.gate.head import HeadAsGet
from app.api.gate.logs import AccessLog
from app.api.gate.quick_route import QuickRoutes
from app.api.gate.unhandled_errors import UnhandledErrors
from app.api.keys.key_cache import KeyCache
from app.api.keys.security import RequireScope, key_problems
from app.api.lifespan import Lifespan
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
from app.domain.keys import Scope


def make_application(
    service: Service,
    keys: KeyCache,
    *,
    lifespan: Lifespan,
    max_body_bytes: int,
    receive_seconds: float,
) -> FastAPI:
    """Return the application: `keys` decides who may call, and `service` is for the routes."""
    app = FastAPI(
        title=openapi.TITLE,
        version=openapi.VERSION,
        description=openapi.DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        # FastAPI would otherwise look for an OpenTelemetry configuration at every request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        middleware=[
            Middleware(AccessLog, metrics=service.metrics),
            Middleware(
                QuickRoutes,
                routes=[scores.quick_score(service), badges.quick_badge(service)],
                is_allowed=partial(RequireScope(Scope.SCORES_READ).is_met_by, keys=keys),
                metrics=service.metrics,
            ),
            Middleware(HeadAsGet),
            Middleware(BodyLimits, max_body_bytes=max_body_bytes, receive_seconds=receive_seconds),
            Middleware(UnhandledErrors),
        ],
    )
    app.state.service, app.state.keys = service, keys
    for noun in (scores, badges, customers, activity, jobs, bundles, checks, metrics):
        app.include_router(noun.router, responses=key_problems())
    app.include_router(health.router)
    handlers.install(app)
    database_errors.install(app)
    docs.install(app)
    openapi.install(app, unrouted=[(EventIn, "validation")])
    return app
