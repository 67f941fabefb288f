"""How to tell from its headers that a request has a body (RFC 9112, 6)."""

from typing import Final

from starlette.types import Scope

BODY_HEADERS: Final = (b"content-length", b"transfer-encoding")


def has_body(scope: Scope) -> bool:
    """Return whether the request has a body."""
    return any(name in BODY_HEADERS for name, _ in scope["headers"])
