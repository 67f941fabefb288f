"""Queries about many customers, one after the other."""

import threading
from typing import Final, TypeVar

from anyio import CapacityLimiter, to_thread

from app.db.connections.statements import Query
from app.db.log.reading import Reader

T = TypeVar("T")

# While one query's answer is computed, the rows of the next are read from the database.
_AT_ONCE: Final = 2


class BulkQueries:
    """Runs long queries in threads, and computes only one answer at a time.

    Threads share the interpreter. Several answers at a time would be no faster, each of them
    takes megabytes, and queries about single customers would have to wait for all of them.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._limiter = CapacityLimiter(_AT_ONCE)
        self._computing = threading.Lock()

    async def fetch(self, query: Query[T]) -> T:
        """Return the answer to a query; queries are answered in the order of their arrival."""
        return await to_thread.run_sync(self._answer, query, limiter=self._limiter)

    def _answer(self, query: Query[T]) -> T:
        rows = self._reader.run(query.statement, *query.parameters)
        with self._computing:
            return query.read(rows)
