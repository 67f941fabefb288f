"""A thread that does one thing again and again until it is stopped."""

import logging
import threading
from collections.abc import Callable

log = logging.getLogger("holdfast.background")
STOP_SECONDS = 30.0  # how long stopping waits for the round at work


class Background:
    """Call `step` until `stop`; after a call that did nothing wait `every_seconds` or for `wake`.

    `step` is told how to ask whether it should stop, and returns whether there may be more to do
    at once. An error is logged, and the next round
    comes after the wait: a database that is away for a minute ends nothing.
    """

    def __init__(
        self, name: str, step: Callable[[Callable[[], bool]], bool], *, every_seconds: float
    ) -> None:
        self._name = name
        self._step = step
        self._every_seconds = every_seconds
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Do not wait any longer: there is something to do."""
        self._wake.set()

    def stop(self) -> None:
        """End after the round at work, and wait for it."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)
            self._thread = None

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                more = self._step(self._stopping.is_set)
            except Exception:  # the edge of a thread: one bad round must not end it
                log.exception("a round failed", extra={"thread_name": self._name})
                more = False
            if not more:
                self._wake.wait(self._every_seconds)
                self._wake.clear()
