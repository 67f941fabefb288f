"""A deadline for the head of a request, which no ASGI application ever gets to see."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

GRACE_SECONDS = 2.0  # for the answer 408 that the guard writes when a body is late


class DeadlineProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, closing connections whose request does not arrive in time.

    The clock starts with the connection, and with the first byte of each further request; it
    stops when the request has arrived in full. Idle kept-alive connections are uvicorn's concern.
    """

    receive_seconds: float
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Start the clock of the first request."""
        super().connection_made(transport)
        self._start()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock for good."""
        self._stop()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """Start the clock of a further request; the first one's is already running."""
        super().on_message_begin()
        if self._deadline is None:
            self._start()

    def on_message_complete(self) -> None:
        """Stop the clock: the request is here."""
        self._stop()
        super().on_message_complete()

    def _start(self) -> None:
        self._deadline = self.loop.call_later(
            self.receive_seconds + GRACE_SECONDS, self.transport.close
        )

    def _stop(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def protocol(receive_seconds: float) -> type[asyncio.Protocol]:
    """Return the `http` argument for `uvicorn.run` with this deadline."""
    return type("Deadline", (DeadlineProtocol,), {"receive_seconds": receive_seconds})
