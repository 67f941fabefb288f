"""How uvicorn runs the application."""

import uvicorn
from starlette.types import ASGIApp

from app.api.gate.deadline import protocol


def config_of(application: ASGIApp, *, receive_seconds: float) -> uvicorn.Config:
    """Return the configuration of a server whose requests must arrive within `receive_seconds`.

    uvicorn's own logs are off: they contain the paths of requests, and so the ids of customers.
    There are no WebSockets, whose handshakes it would log in the same way.
    """
    return uvicorn.Config(
        application,
        http=protocol(receive_seconds),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
