"""The database that a verb works on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from app.db.connect import check_migrated, connect, writer_factory
from app.settings import Settings

DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        help="Default HOLDFAST_DATABASE_URL or sqlite:///data/holdfast.db.",
    ),
]


@contextmanager
def engine_of(url: str | None) -> Iterator[Engine]:
    """Give the engine of a database that is ready for use; refuses one that is not."""
    engine = connect(url or Settings().database_url)
    try:
        check_migrated(engine)
        yield engine
    finally:
        engine.dispose()


@contextmanager
def writers_of(url: str | None) -> Iterator[sessionmaker[Session]]:
    """Give sessions for writing to a database that is ready for use."""
    with engine_of(url) as engine:
        yield writer_factory(engine)
