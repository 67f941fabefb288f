"""The database that a command works on."""

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
        help="URL of the database. Default: HOLDFAST_DATABASE_URL, otherwise "
        "sqlite:///data/holdfast.db.",
    ),
]


@contextmanager
def engine_of(url: str | None) -> "Iterator[Engine]":
    """Give the engine of a database whose tables are up to date; any other is refused."""
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
    """Give sessions for writing to such a database."""
    from app.db.connections.connect import writer_factory

    with engine_of(url) as engine:
        yield writer_factory(engine)
