"""The gate in front of every route: size and time limits for bodies, and no error unanswered."""

import asyncio
import logging

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.contract import problems
from app.api.contract.bodies import has_body

log = logging.getLogger("holdfast.api")


class _TooLargeError(Exception):
    pass


class Guard:
    """Receive a body in full before a route sees it, and answer what no handler answered.

    uvicorn has no deadline for receiving a request and no limit for its size; both are ours. A
    body that is too large is refused by its declared length where there is one, otherwise as
    soon as the limit is passed (chunked bodies declare none).
    """

    def __init__(self, app: ASGIApp, *, max_body_bytes: int, receive_seconds: float) -> None:
        self.app = app
        self.max_body_bytes = max_body_bytes
        self.receive_seconds = receive_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on once it has arrived."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal = None
        if has_body(scope):
            try:
                receive = await self._received(scope, receive)
            except ClientDisconnect:
                return
            except _TooLargeError:
                detail = f"the body has more than {self.max_body_bytes} bytes: send it in parts"
                refusal = problems.response(
                    problems.BODY_TOO_LARGE, detail, headers={"Connection": "close"}
                )
            except TimeoutError:
                detail = f"the body did not arrive within {self.receive_seconds:g} seconds"
                refusal = problems.response(
                    problems.TOO_SLOW, detail, headers={"Connection": "close"}
                )
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        await self._answered(scope, receive, send)

    async def _received(self, scope: Scope, receive: Receive) -> Receive:
        declared = dict(scope["headers"]).get(b"content-length")
        if declared is not None and declared.isdigit() and int(declared) > self.max_body_bytes:
            raise _TooLargeError
        async with asyncio.timeout(self.receive_seconds):
            body = await self._read(receive)
        return _replay(body, receive)

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

    async def _answered(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except ClientDisconnect:
            log.info("client went away")
        except Exception as error:  # noqa: BLE001 - the edge: nothing above would answer
            answer = problems.internal_error(error)
            if not started:
                await answer(scope, receive, send)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a receiver that hands out `body` once and then listens to the connection again."""
    pending: Message | None = {"type": "http.request", "body": body, "more_body": False}

    async def replayed() -> Message:
        nonlocal pending
        if pending is None:
            return await receive()
        message, pending = pending, None
        return message

    return replayed
