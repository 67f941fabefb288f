"""One database, with every way of reaching it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from app.db.connections.connect import connect, require_migrated, session_factory, writer_factory
from app.db.log.reading import Reader

if TYPE_CHECKING:  # it needs psycopg, which an installation with SQLite alone leaves out
    from app.db.connections.pipeline import Pipelines


@dataclass(frozen=True, slots=True)
class Database:
    """The engine of a database, and what is built on it.

    Attributes
    ----------
    readers, writers
        Sessions for reading and for writing, see `app.db.connections.connect`.
    reader
        For the queries of every answer: it needs neither a session nor a transaction.
    pipelines
        For the same queries from the event loop of a service on PostgreSQL, once they are opened;
        None on SQLite, which answers at once.
    """

    engine: Engine
    readers: sessionmaker[Session]
    writers: sessionmaker[Session]
    reader: Reader
    pipelines: "Pipelines | None"

    def require_migrated(self) -> None:
        """Return if the database can be reached and has all migrations; else `DatabaseNotReady`."""
        require_migrated(self.engine)

    def close(self) -> None:
        """Close all connections."""
        if self.pipelines is not None:
            self.pipelines.close()
        self.engine.dispose()


def database_of(url: str) -> Database:
    """Return the database of a URL; connects to nothing yet.

    Raises
    ------
    DatabaseNotReady
        If the URL is of no database that is supported.
    """
    engine = connect(url)
    return Database(
        engine=engine,
        readers=session_factory(engine),
        writers=writer_factory(engine),
        reader=Reader(engine),
        pipelines=_pipelines(engine),
    )


def _pipelines(engine: Engine) -> "Pipelines | None":
    if engine.dialect.name != "postgresql":
        return None
    from app.db.connections.pipeline import Pipelines  # noqa: PLC0415 - psycopg is an extra

    return Pipelines(engine)
