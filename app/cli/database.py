"""The database that a command works on."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:  # help needs no database
    from app.db.database import Database

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
def open_database(url: str | None) -> "Iterator[Database]":
    """Give a database, and close it at the end; one whose tables are not up to date is refused."""
    from app.db.database import database_of
    from app.settings import Settings

    database = database_of(url or Settings().database_url)
    try:
        database.require_migrated()
        yield database
    finally:
        database.close()
