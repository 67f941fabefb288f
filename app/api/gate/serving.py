"""How uvicorn runs the application."""

import uvicorn
from starlette.types import ASGIApp

from app.api.gate.deadline import protocol


def config_of(application: ASGIApp, *, receive_seconds: float) -> uvicorn.Config:
    """Return the configuration of a server whose requests must arrive within that time.

    Our own log is written instead of uvicorn's, which would name customers: by the paths of
    requests, and of handshakes of WebSockets, which there are none of.
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
