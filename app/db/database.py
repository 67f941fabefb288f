"""One database, with every way of reaching it."""

from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from app.db.connections.connect import connect, require_migrated, session_factory, writer_factory
from app.db.log.reading import Reader


@dataclass(frozen=True, slots=True)
class Database:
    """The engine of a database, and what is built on it.

    Attributes
    ----------
    readers, writers
        Sessions for reading and for writing, see `app.db.connections.connect`.
    reader
        For the queries of every answer: it needs neither a session nor a transaction.
    """

    engine: Engine
    readers: sessionmaker[Session]
    writers: sessionmaker[Session]
    reader: Reader

    def require_migrated(self) -> None:
        """Return if the database can be reached and has all migrations; else `DatabaseNotReady`."""
        require_migrated(self.engine)

    def close(self) -> None:
        """Close all connections."""
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
    )
