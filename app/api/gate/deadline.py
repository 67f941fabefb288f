"""What no ASGI application gets to see: a deadline for the head of a request, and few packets."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.api.gate.joined_writes import JoinedWrites

GRACE_SECONDS = 2.0  # for the answer 408 that the guard writes when a body is late


class DeadlineProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, closing connections whose request does not arrive in time.

    An answer leaves in one packet, see `JoinedWrites`.

    The clock starts with the connection, and with the first piece of each further request; it
    stops when the request has arrived in full. Idle kept-alive connections are uvicorn's concern.
    """

    receive_seconds: float
    _deadline: asyncio.TimerHandle | None = None
    _is_arriving = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Start the clock of the first request."""
        self._writes = JoinedWrites(transport)
        super().connection_made(self._writes)  # type: ignore[arg-type]  # all that a transport does
        self._start()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock for good."""
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Start the clock of a request that did not come in one piece, unless it is running.

        An empty line between requests begins none, and yet ends uvicorn's own clock for idle ones.
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

    def on_response_complete(self) -> None:
        """Write the head of an answer without a body."""
        self._writes.flush()
        super().on_response_complete()

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
    """Return the `http` argument for `uvicorn.run` with this deadline."""
    return type("Deadline", (DeadlineProtocol,), {"receive_seconds": receive_seconds})
