"""Questions about many customers, answered one after the other."""

import threading
from typing import Final, TypeVar

from anyio import CapacityLimiter, to_thread

from app.db.connections.statements import Asked
from app.db.log.reading import Reader

T = TypeVar("T")

# One whose answer is made, and one that is read from the database meanwhile.
_AT_ONCE: Final = 2


class Turns:
    """Makes the answers to long questions in turn.

    They would share the interpreter anyhow: more at a time are no quicker, each takes megabytes,
    and single questions wait until each of them has had its slice.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._limiter = CapacityLimiter(_AT_ONCE)
        self._making = threading.Lock()

    async def answer_to(self, asked: Asked[T]) -> T:
        """Return what a question is answered, in the order of asking."""
        return await to_thread.run_sync(self._answer, asked, limiter=self._limiter)

    def _answer(self, asked: Asked[T]) -> T:
        rows = self._reader.rows(asked.question, *asked.parameters)
        with self._making:
            return asked.read(rows)
