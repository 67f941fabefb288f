"""Limits on the size of a body and on the time that it takes to arrive."""

import asyncio

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.contract.problems.kinds import BODY_TOO_LARGE, TOO_SLOW
from app.api.contract.problems.responses import problem_response
from app.api.gate.body_headers import has_body


class _TooLargeError(Exception):
    pass


class BodyLimits:
    """Receive each body in full before a route sees it, or refuse it.

    uvicorn limits neither the size of a request nor the time that it takes to arrive. A body that
    is too large is refused by its declared length; chunked bodies declare none and are refused as
    soon as they pass the limit.
    """

    def __init__(self, app: ASGIApp, *, max_body_bytes: int, receive_seconds: float) -> None:
        self.app = app
        self.max_body_bytes = max_body_bytes
        self.receive_seconds = receive_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on once it has arrived."""
        if scope["type"] != "http" or not has_body(scope):
            await self.app(scope, receive, send)
            return
        try:
            body = await self._body(scope, receive)
        except ClientDisconnect:
            return
        except _TooLargeError:
            await self._too_large()(scope, receive, send)
        except TimeoutError:
            await self._too_slow()(scope, receive, send)
        else:
            await self.app(scope, _replay(body, receive), send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        declared = dict(scope["headers"]).get(b"content-length")
        if declared is not None and declared.isdigit() and int(declared) > self.max_body_bytes:
            raise _TooLargeError
        async with asyncio.timeout(self.receive_seconds):
            return await self._read(receive)

    async def _read(self, receive: Receive) -> bytes:
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > self.max_body_bytes:
                raise _TooLargeError
            chunks.append(chunk)
            if not message.get("more_body", False):
                return b"".join(chunks)

    def _too_large(self) -> Response:
        detail = f"the body has more than {self.max_body_bytes} bytes: send it in parts"
        return problem_response(BODY_TOO_LARGE, detail, headers={"Connection": "close"})

    def _too_slow(self) -> Response:
        detail = f"the body did not arrive within {self.receive_seconds:g} seconds"
        return problem_response(TOO_SLOW, detail, headers={"Connection": "close"})


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that hands out `body` once and then listens to the connection again."""
    pending: Message | None = {"type": "http.request", "body": body, "more_body": False}

    async def replayed() -> Message:
        nonlocal pending
        if pending is None:
            return await receive()
        message, pending = pending, None
        return message

    return replayed
