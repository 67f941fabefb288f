"""All routes, behind one gate, as one application."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from fastapi import FastAPI
from starlette.middleware import Middleware

from app.api import contract, docs, problems
from app.api.guard import Guard
from app.api.logs import AccessLog
from app.api.routes import activity, badges, bundles, customers, health, jobs, scores
from app.api.security import problems_of_keys
from app.api.service import Service

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def make_application(
    service: Service, *, lifespan: Lifespan, max_body_bytes: int, receive_seconds: float
) -> FastAPI:
    """Return the application that answers with the parts of `service`."""
    app = FastAPI(
        title=contract.TITLE,
        version=contract.VERSION,
        description=contract.DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        middleware=[
            Middleware(AccessLog),
            Middleware(Guard, max_body_bytes=max_body_bytes, receive_seconds=receive_seconds),
        ],
    )
    app.state.service = service
    for room in (scores, badges, customers, activity, jobs, bundles):
        app.include_router(room.router, responses=problems_of_keys())
    app.include_router(health.router)
    problems.install(app)
    docs.install(app)
    contract.install(app)
    return app
