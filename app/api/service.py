"""What routes work with; the composition root makes one and hands it to the application."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar

from anyio import CapacityLimiter, to_thread
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from app.api.gate.bulk_queries import BulkQueries
from app.api.gate.metrics import Metrics
from app.db.connections.statements import Query, Row
from app.db.database import Database
from app.domain.playbooks import Playbook
from app.use_cases.bundles.in_service import BundleInService
from app.use_cases.monitoring.latest_check import LatestCheck

T = TypeVar("T")

# Threads that wait for PostgreSQL. More of them would only wait for each other's turn at the
# interpreter. Each needs a connection, and the reader must keep at least so many open.
MAX_WAITING: Final = 4
LONG_BYTES: Final = 1_000_000  # of packed events: twenty thousand of them, some milliseconds


@dataclass(frozen=True, slots=True)
class Service:
    """The parts that stay while requests come and go."""

    database: Database
    bulk: BulkQueries
    bundles: BundleInService
    playbook: Playbook
    now: Callable[[], datetime]
    wake_worker: Callable[[], None]  # a job is waiting
    latest_check: LatestCheck  # of the bundle in service
    metrics: Metrics
    waiting: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(MAX_WAITING))

    async def fetch(self, query: Query[T]) -> T:
        """Return the answer to a query without holding up other requests.

        A SQLite file is read at once, since in WAL mode no reader waits for a writer. A thread
        waits for a PostgreSQL server, and for a connection that must be opened first. A history so
        long that reading it would hold others up is read in a thread, too.
        """
        reader = self.database.reader
        rows = reader.run_at_once(query.statement, *query.parameters)
        if rows is None:
            rows = await to_thread.run_sync(
                reader.run, query.statement, *query.parameters, limiter=self.waiting
            )
        return await self._read(query, rows)

    async def _read(self, query: Query[T], rows: list[Row]) -> T:
        if _n_bytes(rows) > LONG_BYTES:
            return await run_in_threadpool(query.read, rows)
        return query.read(rows)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session for reading."""
        with self.database.readers() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session whose transaction is committed when the block ends.

        A route must not return before its block has ended: then nothing is confirmed that was not
        committed, and a commit that fails is a 500 and never a false 200.
        """
        with self.database.writers.begin() as session:
            yield session


def _n_bytes(rows: list[Row]) -> int:
    """Return the length of the packed histories in some rows."""
    n_bytes = 0
    for row in rows:
        for value in row:
            if isinstance(value, bytes):
                n_bytes += len(value)
    return n_bytes
