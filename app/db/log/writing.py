"""Write rows of the activity log: in bulk, each once, with the same result on both databases."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, TypeAlias

import orjson
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from app.db.connections.postgres_copy import copy_rows
from app.db.log.recent import append_recent

# A row of the table activity: event_id, customer_id, occurred_at and received_at (microseconds
# since the epoch, UTC), type, channel, amount, currency, ref, properties (JSON), packed.
ActivityRecord: TypeAlias = tuple[
    str, str, int, int, str, str | None, float | None, str | None, str | None, str | None, bytes
]

_COLUMNS: Final = (
    "event_id, customer_id, occurred_at, received_at, type, channel, amount, currency, ref, "
    "properties, packed"
)
_SQLITE_KNOWN: Final = (
    "SELECT event_id FROM activity WHERE event_id IN (SELECT value FROM json_each(?))"
)
_POSTGRESQL_KNOWN: Final = "SELECT event_id FROM activity WHERE event_id = ANY(%s)"
_SQLITE_INSERT: Final = f"INSERT INTO activity ({_COLUMNS}) VALUES ({', '.join('?' * 11)})"  # noqa: S608 - constants
_SQLITE_LAST: Final = "SELECT coalesce(max(rowid), 0) FROM activity"
_SQLITE_CUSTOMERS: Final = (
    "INSERT INTO customers (customer_id) SELECT value FROM json_each(?) WHERE true "
    "ON CONFLICT DO NOTHING"
)
_POSTGRESQL_STAGE: Final = (
    "CREATE TEMPORARY TABLE IF NOT EXISTS staged_activity (LIKE activity) ON COMMIT DELETE ROWS"
)
_POSTGRESQL_COPY: Final = f"COPY {{table}} ({_COLUMNS}) FROM STDIN"
_POSTGRESQL_INSERT: Final = (
    f"INSERT INTO activity ({_COLUMNS}) SELECT {_COLUMNS} FROM staged_activity "  # noqa: S608 - constants
    "ON CONFLICT (event_id) DO NOTHING RETURNING event_id"
)
_POSTGRESQL_CUSTOMERS: Final = (
    "INSERT INTO customers (customer_id) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING"
)

# The row is moved once an hour: if every event moved it, concurrent writers would wait for each
# other.
LOG_UNTIL_STEP: Final = timedelta(hours=1)
_LOG_STATE: Final = (
    "UPDATE log_state SET received_until = {mark} "
    "WHERE received_until IS NULL OR received_until <= {mark}"
)


def insert_activity(connection: Connection, records: Sequence[ActivityRecord]) -> set[str]:
    """Write the records whose event_id is new, and return those event_ids.

    Customers who do not exist yet are created. The event_ids of `records` must be distinct.
    """
    if not records:
        return set()
    # Sorted, so that two writers of the same events wait for each other instead of deadlocking.
    ordered = sorted(records)
    create_customers(connection, {record[1] for record in ordered})
    _move_log_state(connection, max(record[3] for record in ordered))
    known = _known(connection, [record[0] for record in ordered])
    fresh = [record for record in ordered if record[0] not in known]
    if not fresh:
        return set()
    if connection.dialect.name == "sqlite":
        return _insert_sqlite(connection, fresh)
    return _insert_postgresql(connection, fresh)


def create_customers(connection: Connection, customer_ids: set[str]) -> None:
    """Create the customers who do not exist yet, without facts."""
    ordered = sorted(customer_ids)
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_SQLITE_CUSTOMERS, (orjson.dumps(ordered).decode(),))
    else:
        connection.exec_driver_sql(_POSTGRESQL_CUSTOMERS, (ordered,))


def _move_log_state(connection: Connection, received_until: int) -> None:
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    step = LOG_UNTIL_STEP // timedelta(microseconds=1)
    connection.exec_driver_sql(
        _LOG_STATE.format(mark=mark), (received_until, received_until - step)
    )


def _known(connection: Connection, event_ids: list[str]) -> set[str]:
    if connection.dialect.name == "sqlite":
        ids = orjson.dumps(event_ids).decode()
        return set(connection.exec_driver_sql(_SQLITE_KNOWN, (ids,)).scalars())
    return set(connection.exec_driver_sql(_POSTGRESQL_KNOWN, (event_ids,)).scalars())


def _insert_sqlite(connection: Connection, fresh: Sequence[ActivityRecord]) -> set[str]:
    """Write new records. Nobody else has written any since the look-up: we hold the write lock."""
    last: int = connection.exec_driver_sql(_SQLITE_LAST).scalar_one()
    connection.exec_driver_sql(_SQLITE_INSERT, fresh)
    append_recent(connection, after=last)
    return {record[0] for record in fresh}


def _insert_postgresql(connection: Connection, fresh: Sequence[ActivityRecord]) -> set[str]:
    """Write new records by COPY, which is fast but fails on any conflict."""
    try:
        with connection.begin_nested():
            copy_rows(connection, _POSTGRESQL_COPY.format(table="activity"), fresh)
    except IntegrityError:  # another writer has written one of them since the look-up
        return _insert_staged(connection, fresh)
    return {record[0] for record in fresh}


def _insert_staged(connection: Connection, records: Sequence[ActivityRecord]) -> set[str]:
    """Write those of the records that are new, by way of a temporary table."""
    connection.exec_driver_sql(_POSTGRESQL_STAGE)
    connection.exec_driver_sql(
        "DELETE FROM staged_activity"
    )  # an earlier batch of this transaction
    copy_rows(connection, _POSTGRESQL_COPY.format(table="staged_activity"), records)
    return set(connection.exec_driver_sql(_POSTGRESQL_INSERT).scalars())
