"""What routes work with; the composition root makes one and hands it to the application."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, TypeVar

from sqlalchemy.orm import Session, sessionmaker
from starlette.concurrency import run_in_threadpool

from app.api.gate.metrics import Metrics
from app.api.gate.turns import Turns
from app.api.keys.key_ring import KeyRing
from app.db.connections.statements import Asked, Row
from app.db.log.reading import Reader
from app.domain.playbooks import Playbook
from app.use_cases.bundles.in_service import BundleInService
from app.use_cases.monitoring.last_check import LastCheck

if TYPE_CHECKING:  # it needs psycopg, which an installation with SQLite alone leaves out
    from app.db.connections.pipeline import Pipelines

T = TypeVar("T")

MANY_BYTES: Final = 1_000_000  # of packed events: twenty thousand of them, some milliseconds


@dataclass(frozen=True, slots=True)
class Service:
    """The parts that stay while requests come and go."""

    reader: Reader  # for what is asked all the time
    many: Turns  # for questions about many customers
    readers: sessionmaker[Session]
    writers: sessionmaker[Session]
    bundles: BundleInService
    playbook: Playbook
    keys: KeyRing
    now: Callable[[], datetime]
    pipelines: "Pipelines | None"  # to PostgreSQL; a SQLite file needs none
    check_database: Callable[[], None]  # raises DatabaseNotReady
    job_is_waiting: Callable[[], None]  # wakes the worker
    last_check: LastCheck  # of the bundle in service
    metrics: Metrics

    async def answer_to(self, asked: Asked[T]) -> T:
        """Return what a question is answered, without making anybody else wait for long.

        A SQLite file in WAL mode makes no reader wait, and a PostgreSQL server is asked over the
        pipelines. Where neither can answer at once, a thread does, which says what is wrong; and
        it makes the answer where a history is so long that others would notice.
        """
        rows = await self._rows_at_once(asked)
        if rows is None:
            rows = await run_in_threadpool(self.reader.rows, asked.question, *asked.parameters)
        return await self._read(asked, rows)

    async def answer_at_once(self, asked: Asked[T]) -> T | None:
        """Return the same from a database that answers at once; None where it does not."""
        rows = await self._rows_at_once(asked)
        if rows is None:
            return None
        return await self._read(asked, rows)

    async def _read(self, asked: Asked[T], rows: list[Row]) -> T:
        if _n_bytes(rows) > MANY_BYTES:
            return await run_in_threadpool(asked.read, rows)
        return asked.read(rows)

    async def _rows_at_once(self, asked: Asked[T]) -> list[Row] | None:
        if self.pipelines is None:
            return self.reader.idle_rows(asked.question, *asked.parameters)
        return await self.pipelines.rows(asked.question, *asked.parameters)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session for reading."""
        with self.readers() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Give a session whose transaction is committed when the block ends.

        A route returns from inside the block or after it, so that nothing is answered that was
        not committed: a commit that fails is a 500, never a false 200.
        """
        with self.writers.begin() as session:
            yield session


def _n_bytes(rows: list[Row]) -> int:
    """Return how long the packed histories in some rows are."""
    n_bytes = 0
    for row in rows:
        for value in row:
            if isinstance(value, bytes):
                n_bytes += len(value)
    return n_bytes
