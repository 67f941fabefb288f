"""The database that a verb works on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:  # help needs no database
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session, sessionmaker

DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        help="Default HOLDFAST_DATABASE_URL or sqlite:///data/holdfast.db.",
    ),
]


@contextmanager
def engine_of(url: str | None) -> "Iterator[Engine]":
    """Give the engine of a database that is ready for use; refuses one that is not."""
    from app.db.connections.connect import connect, require_migrated
    from app.settings import Settings

    engine = connect(url or Settings().database_url)
    try:
        require_migrated(engine)
        yield engine
    finally:
        engine.dispose()


@contextmanager
def writers_of(url: str | None) -> "Iterator[sessionmaker[Session]]":
    """Give sessions for writing to a database that is ready for use."""
    from app.db.connections.connect import writer_factory

    with engine_of(url) as engine:
        yield writer_factory(engine)
