"""Engines and sessions for SQLite and PostgreSQL, and whether a database can be used."""

import sqlite3
from pathlib import Path
from types import NoneType
from typing import Final, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

from app.db.tables import MIGRATED_TO
from app.domain.errors import DatabaseNotReady

BUSY_TIMEOUT_MS: Final = 10_000  # how long a writer of SQLite waits for another writer

# By default SQLite ignores foreign keys, and fails at once where another writer holds the lock.
# synchronous=FULL: acknowledged writes survive a power cut. The cache (64 MB) and rare checkpoints
# (at 128 MB of WAL) make ingest twice as fast as the defaults do: a page that several batches
# change is written to the database once.
SQLITE_PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    f"busy_timeout={BUSY_TIMEOUT_MS}",
    "cache_size=-65536",
    "wal_autocheckpoint=32000",
)
_WRITES: Final = "holdfast_writes"


def connect(url: str, *, pool_size: int = 10) -> Engine:
    """Return an engine for a ``sqlite:///`` or ``postgresql://`` URL; connects to nothing yet.

    Any other URL is refused as DatabaseNotReady.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() == "postgresql":
        return create_engine(
            parsed, pool_size=pool_size, pool_pre_ping=True, connect_args={"connect_timeout": 10}
        )
    # Last in, first out: a write by one connection voids the caches of the others, so connections
    # that wrote in turns would read everything again each time.
    engine = create_engine(parsed, poolclass=QueuePool, pool_size=pool_size, pool_use_lifo=True)
    _skip_adapters()
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def session_factory(engine: Engine) -> sessionmaker[Session]:
    """Return the sessions for reading; to write, use `writer_factory`.

    On PostgreSQL every statement is its own transaction. READ COMMITTED would show each statement
    the same data, but BEGIN and COMMIT would cost two more round trips to the server.
    """
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="AUTOCOMMIT")
    return sessionmaker(engine, expire_on_commit=False)


def writer_factory(engine: Engine) -> sessionmaker[Session]:
    """Return the sessions for writing: on SQLite they take the write lock at once.

    There, a transaction that reads first and writes later fails if another one wrote in between;
    BEGIN IMMEDIATE waits for the lock instead. Both factories share one pool.
    """
    return sessionmaker(engine.execution_options(**{_WRITES: True}), expire_on_commit=False)


def require_migrated(engine: Engine) -> None:
    """Return if the database can be reached and has all migrations.

    Raises
    ------
    DatabaseNotReady
        Otherwise; the message says what to do and holds no password.
    """
    name = engine.url.render_as_string(hide_password=True)
    try:
        with engine.connect() as connection:
            version = _version(connection)
    except DatabaseError as error:
        raise DatabaseNotReady(f"cannot use the database {name}: {_first_line(error)}") from None
    if version == MIGRATED_TO:
        return
    found = f"is at migration {version}" if version else "has no tables of Holdfast"
    raise DatabaseNotReady(
        f"the database {name} {found}, this version needs {MIGRATED_TO}: run `holdfast migrate`"
    )


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1))
        if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
            raise DatabaseNotReady(
                f"the database must be sqlite:///FILE or postgresql://…, got {parsed.drivername}"
            )
        if parsed.get_backend_name() == "sqlite" and not parsed.database:
            raise DatabaseNotReady("a SQLite database needs a file: sqlite:///data/holdfast.db")
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError):
        raise DatabaseNotReady(
            "the database URL cannot be read: use sqlite:///FILE or "
            "postgresql://USER:PASSWORD@HOST/NAME"
        ) from None
    if parsed.drivername == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    return parsed


def _skip_adapters() -> None:
    """Register adapters for None and bytes, for this process, that return them unchanged.

    Without them, the driver searches for an adapter of every such value, and raises and catches an
    exception each time.
    """
    sqlite3.register_adapter(NoneType, lambda none: none)
    sqlite3.register_adapter(bytes, bytes)


def _prepare_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # SQLAlchemy's "begin" below opens the transactions
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get(_WRITES, False):
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # SQLAlchemy wraps the error if it fails
    else:  # takes no lock, so it cannot fail; without SQLAlchemy it is 20 µs faster
        cast("sqlite3.Connection", connection.connection.driver_connection).execute("BEGIN")


def _version(connection: Connection) -> str | None:
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def _first_line(error: DatabaseError) -> str:
    lines = str(error.orig).strip().splitlines()
    return lines[0] if lines else type(error.orig).__name__


def folder_of(url: str) -> Path | None:
    """Return the folder that the SQLite file of `url` lies in; None for any other database."""
    parsed = _parse(url)
    if parsed.get_backend_name() != "sqlite":
        return None
    return Path(parsed.database or "").parent
