"""What routes work with; the composition root makes one and hands it to the application."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.orm import Session, sessionmaker
from starlette.concurrency import run_in_threadpool

from app.api.key_ring import KeyRing
from app.api.metrics import Metrics
from app.db.reading import Asked, Reader, answer_to
from app.domain.playbooks import Playbook
from app.use_cases.last_check import LastCheck
from app.use_cases.serve_bundle import BundleInService

if TYPE_CHECKING:  # it needs psycopg, which an installation with SQLite alone leaves out
    from app.db.pipeline import Pipelines

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Service:
    """The parts that stay while requests come and go."""

    reader: Reader  # for what is asked all the time
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
        """Return what a question is answered, without making anybody else wait.

        A SQLite file in WAL mode makes no reader wait. A PostgreSQL server is asked over the
        pipelines, and where these cannot answer in a thread, which says what is wrong.
        """
        if self.pipelines is None:
            return answer_to(self.reader, asked)
        rows = await self.pipelines.rows(asked.question, *asked.parameters)
        if rows is None:
            rows = await run_in_threadpool(self.reader.rows, asked.question, *asked.parameters)
        return asked.read(rows)

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
