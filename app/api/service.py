"""What routes work with; the composition root makes one and hands it to the application."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session, sessionmaker

from app.domain.playbooks import Playbook
from app.use_cases.serve_bundle import BundleInService

if TYPE_CHECKING:
    from app.api.security import KeyRing


@dataclass(frozen=True, slots=True)
class Service:
    """The parts that stay while requests come and go."""

    readers: sessionmaker[Session]
    writers: sessionmaker[Session]
    bundles: BundleInService
    playbook: Playbook
    keys: KeyRing
    now: Callable[[], datetime]
    check_database: Callable[[], None]  # raises DatabaseNotReady
    job_is_waiting: Callable[[], None]  # wakes the worker

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
