"""COPY of PostgreSQL: several times faster than INSERT, for rows that cannot conflict."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

if TYPE_CHECKING:  # an extra: absent where SQLite is all there is
    import psycopg


def copy_rows(
    connection: Connection,
    statement: str,
    records: Sequence[tuple[object, ...]],
    *,
    binary_types: Sequence[str] | None = None,
) -> None:
    """Write records by COPY, in the transaction of `connection`.

    Parameters
    ----------
    binary_types
        The PostgreSQL types of the columns. With them, values are sent in PostgreSQL's own binary
        format, which halves the time on both sides: nothing is escaped, formatted or parsed.

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
