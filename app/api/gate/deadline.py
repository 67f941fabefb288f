"""A deadline for the arrival of a request, which no ASGI application could set itself."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

GRACE_SECONDS = 2.0  # for `BodyLimits` to answer 408 when a body is late


class DeadlineProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, except that it closes connections whose request arrives too slowly.

    The clock starts with the connection, and with the first piece of each further request. It
    stops when the request has arrived in full. uvicorn itself closes idle keep-alive connections.
    """

    receive_seconds: float
    _deadline: asyncio.TimerHandle | None = None
    _is_arriving = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Start the clock for the first request."""
        super().connection_made(transport)
        self._start()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock for good."""
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Start the clock for a request that did not arrive in one piece, unless it is running.

        An empty line between requests does not begin one, but it stops uvicorn's clock for idle
        connections, so ours must start.
        """
        super().data_received(data)
        if self._deadline is None and (self._is_arriving or self._is_idle_without_clock()):
            self._start()

    def on_message_begin(self) -> None:
        """Note that a request is arriving."""
        super().on_message_begin()
        self._is_arriving = True

    def on_message_complete(self) -> None:
        """Stop the clock: the request is here."""
        self._is_arriving = False
        self._stop()
        super().on_message_complete()

    def _is_idle_without_clock(self) -> bool:
        is_idle = self.cycle is None or self.cycle.response_complete
        return is_idle and self.timeout_keep_alive_task is None

    def _start(self) -> None:
        self._deadline = self.loop.call_later(
            self.receive_seconds + GRACE_SECONDS, self.transport.close
        )

    def _stop(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def protocol(receive_seconds: float) -> type[asyncio.Protocol]:
    """Return a protocol with this deadline, for the `http` setting of uvicorn."""
    return type("Deadline", (DeadlineProtocol,), {"receive_seconds": receive_seconds})
