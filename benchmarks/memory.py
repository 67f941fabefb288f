"""The memory of a program and of all that it starts, watched from outside."""

import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

_EVERY_SECONDS = 0.2


class Watched:
    """Samples the memory of a process and its descendants; `peak_mb` is the most of all together.

    It adds up PSS: pages that processes share count once, which is not so of resident sizes.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._pid = process.pid
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.peak_mb = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(_EVERY_SECONDS):
            self.peak_mb = max(self.peak_mb, _tree_mb(self._pid))


def _tree_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        own = sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
        children = [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text(encoding="ascii").split()
        ]
    except (OSError, ValueError):  # it has just ended
        return 0.0
    return own + sum(_tree_mb(child) for child in children)
