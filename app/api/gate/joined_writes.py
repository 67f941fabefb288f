"""Send the head of an answer and its body in one write, because each write is a system call."""

import asyncio
from typing import Any, Final

_HEAD: Final = b"HTTP/1.1 "
_INTERIM: Final = b"HTTP/1.1 1"  # 100 Continue: the client waits for it, and no body follows


class JoinedWrites:
    """A transport that delays the head of an answer until its body is there."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._head = b""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a transport has
        """Return everything else from the transport itself."""
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Write the data, or delay it if it is the head of an answer."""
        if self._head:
            head, self._head = self._head, b""
            self._transport.writelines((head, data))
        elif data.startswith(_HEAD) and not data.startswith(_INTERIM):
            self._head = data
        else:
            self._transport.write(data)

    def flush(self) -> None:
        """Write a delayed head."""
        if self._head:
            head, self._head = self._head, b""
            self._transport.write(head)

    def is_closing(self) -> bool:
        """Return whether the transport is closing."""
        return self._transport.is_closing()

    def close(self) -> None:
        """Write a delayed head, and close."""
        self.flush()
        self._transport.close()
