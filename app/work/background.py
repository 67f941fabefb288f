"""A thread in which workers take their turns until it is stopped."""

import logging
import threading
from collections.abc import Sequence
from typing import Final

from app.work.worker import Worker

log = logging.getLogger("holdfast.background")
STOP_SECONDS: Final = 30.0  # how long `stop` waits for the piece of work in progress


class Background:
    """Runs workers in one thread, the first of the list that has something to do first.

    Where none of them has, the thread waits `every_seconds`, or until `wake`. An error is logged
    and the next worker gets its turn: neither a faulty worker nor a database that is away for a
    minute ends the thread.
    """

    def __init__(self, name: str, workers: Sequence[Worker], *, every_seconds: float) -> None:
        self._name = name
        self._workers = tuple(workers)
        self._every_seconds = every_seconds
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """End the wait: there is something to do."""
        self._wake.set()

    def stop(self) -> None:
        """End the thread after the piece of work in progress, and wait for it."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)
            self._thread = None

    def _run(self) -> None:
        while not self._stopping.is_set():
            turns = (self._has_worked(each) for each in self._workers)
            if not any(turns):  # the first that has worked ends the round
                self._wake.wait(self._every_seconds)
                self._wake.clear()

    def _has_worked(self, worker: Worker) -> bool:
        """Give a worker its turn, and return whether it had something to do."""
        if self._stopping.is_set():
            return False
        try:
            return worker.work(self._stopping.is_set)
        except Exception:  # the edge of a thread: one bad round must not end it
            log.exception("a round failed", extra={"thread_name": self._name})
            return False
