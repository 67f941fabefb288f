"""PostgreSQL's COPY: several times quicker than inserts, for rows that meet no conflict."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

if TYPE_CHECKING:  # an extra: absent where SQLite is all there is
    import psycopg


def copy(
    connection: Connection,
    statement: str,
    records: Sequence[tuple[object, ...]],
    *,
    binary_types: Sequence[str] | None = None,
) -> None:
    """Send records by PostgreSQL's COPY, in the transaction of `connection`.

    Where the types of the columns are given, they travel as PostgreSQL holds them, in half the time
    of both sides: nothing is escaped, written as decimals, or parsed.

    Raises
    ------
    IntegrityError
        If a record breaks a constraint.
    """
    driver = cast("psycopg.Connection[tuple[object, ...]]", connection.connection.driver_connection)
    try:
        form = " (FORMAT BINARY)" if binary_types else ""
        with driver.cursor() as cursor, cursor.copy(statement + form) as stream:
            if binary_types:
                stream.set_types(binary_types)
            for record in records:
                stream.write_row(record)
    except driver.IntegrityError as error:
        raise IntegrityError(statement, None, error) from error
