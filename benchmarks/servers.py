"""Servers as the benchmarks start them: pinned, logged, and stopped afterwards."""

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.cores import SERVED, pinned
from benchmarks.figure import NotMeasurable
from benchmarks.plan import SCRATCH

_PATIENCE_SECONDS = 90


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers.

    `ready_s` are the seconds from the start of its process to the first good answer on its
    readiness route.
    """

    url: str
    pid: int
    ready_s: float

    def resident_mb(self) -> float:
        """Return the memory that its process has in use right now, children included."""
        return sum(_resident_mb(pid) for pid in _family(self.pid))

    def most_mb(self) -> float:
        """Return the most memory that its process has had in use so far, children included."""
        return sum(_most_mb(pid) for pid in _family(self.pid))

    def processor_seconds(self) -> float:
        """Return the processor time that its process has used so far, children included."""
        return sum(_processor_seconds(pid) for pid in _family(self.pid))


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@contextmanager
def running(
    name: str,
    command: Sequence[str],
    *,
    port: int,
    ready_path: str,
    environment: Mapping[str, str],
    cores: set[int] = SERVED,
    cwd: Path | None = None,
) -> Iterator[Server]:
    """Start `command`, yield it once `ready_path` answers 200, and stop it.

    Python keeps the bytecode of what it imports, as it does unless told otherwise: a first start
    is slow, those after it are warm.
    """
    log = SCRATCH / "logs" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    url = f"http://127.0.0.1:{port}"
    with log.open("wb") as output, pinned(cores):
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=output,
            cwd=cwd,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", **environment},
        )
    try:
        _wait(process, url + ready_path, log)
        yield Server(url, process.pid, time.perf_counter() - started)
    finally:
        _stop(process)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.perf_counter() + _PATIENCE_SECONDS
    while not _answers(url):
        if process.poll() is not None or time.perf_counter() > until:
            state = "did not answer" if process.poll() is None else f"ended ({process.returncode})"
            raise NotMeasurable(f"{log.stem} {state} before {url} answered; its output is in {log}")
        time.sleep(0.01)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *(found for child in children for found in _family(int(child)))]


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    user_ticks, system_ticks = int(fields[11]), int(fields[12])
    return (user_ticks + system_ticks) / os.sysconf("SC_CLK_TCK")


def _resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _most_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    kib = next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1]
    return int(kib) * 1024 / 1e6
