"""How SQLite keeps histories: joined per customer, except for the most recent events.

An event belongs among the other events of its customer. If a thousand events of a thousand
customers were written there, SQLite would write a thousand pages. So events are first appended in
the order in which they arrive. Fifty thousand at a time, they are joined to the histories, which
writes each page once for many events. Until then a small index finds the recent events of a
customer.
"""

from typing import Final

from sqlalchemy import Connection

# A higher number would make each event cheaper where there are many customers. But the index of the
# recent events would be larger, and other writers wait for the lock longer while events are joined.
JOIN_AT: Final = 50_000
# From this size on, in bytes, a history continues in another row. It is the size of a page, so that
# only the last page of a long history is written again each time.
FULL_BYTES: Final = 4_096

_APPEND: Final = (
    "INSERT INTO recent_activity (customer_id, packed) "
    "SELECT customer_id, packed FROM activity WHERE rowid > ?"
)
# Two subqueries, since each finds its end of the key at once; min and max in one SELECT would scan
# the table.
_FIRST: Final = "(SELECT min(position) FROM recent_activity)"
_LAST: Final = "(SELECT max(position) FROM recent_activity)"
_N_RECENT: Final = f"SELECT {_LAST} - {_FIRST} + 1"
# group_concat and || treat a BLOB as text in the encoding of the database, and the cast makes it a
# BLOB again: no byte is interpreted or changed.
_JOIN: Final = f"""
INSERT INTO histories (customer_id, number, packed)
SELECT r.customer_id,
  coalesce((SELECT max(h.number + (length(h.packed) >= {FULL_BYTES})) FROM histories h
    WHERE h.customer_id = r.customer_id), 0),
  CAST(group_concat(r.packed, '') AS BLOB)
FROM recent_activity r WHERE true GROUP BY r.customer_id
ON CONFLICT (customer_id, number)
DO UPDATE SET packed = CAST(histories.packed || excluded.packed AS BLOB)
"""  # noqa: S608 - constants
_DELETE: Final = "DELETE FROM recent_activity"


def append_recent(connection: Connection, *, after: int) -> None:
    """Append the rows of `activity` after a rowid as recent; once there are many, join them all."""
    connection.exec_driver_sql(_APPEND, (after,))
    n_recent = connection.exec_driver_sql(_N_RECENT).scalar() or 0
    if n_recent >= JOIN_AT:
        join_recent(connection)


def join_recent(connection: Connection) -> None:
    """Join all recent events to the histories of their customers."""
    connection.exec_driver_sql(_JOIN)
    connection.exec_driver_sql(_DELETE)
