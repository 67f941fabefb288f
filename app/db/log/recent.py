"""The histories of SQLite: joined per customer, but for what came lately.

An event has its place among the others of its customer: a thousand events of a thousand customers
are a thousand pages to write, wherever that place is. So events are first appended in the order in
which they come, and joined to the histories fifty thousand at a time, which writes each page
once for many of them. Meanwhile each process that reads keeps them by customer in memory.
"""

from collections.abc import Callable
from threading import Lock
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection

Rows: TypeAlias = list[tuple[Any, ...]]
Execute: TypeAlias = Callable[..., Any]  # of either a driver or SQLAlchemy: a cursor with rows

# Recent events, a few megabytes in each process that reads. More would cost each event less where
# there are many customers, but others wait for the lock while they are joined.
JOIN_AT: Final = 50_000
# Bytes from which on a history goes on in another row: a page, so that of a long history only the
# last is written again each time.
FULL_BYTES: Final = 4_096

_APPEND: Final = (
    "INSERT INTO recent_activity (customer_id, packed) "
    "SELECT customer_id, packed FROM activity WHERE rowid > ?"
)
# Both ends of the key, each found at once: asked for together, all between them is read too.
_FIRST: Final = "(SELECT min(position) FROM recent_activity)"
_LAST: Final = "(SELECT max(position) FROM recent_activity)"
ENDS: Final = f"{_FIRST}, {_LAST}"
_N_RECENT: Final = f"SELECT {_LAST} - {_FIRST} + 1"
# group_concat and || take a BLOB as text of the database's encoding, and the cast takes it back:
# no byte is looked at, or changed.
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
_FORGET: Final = "DELETE FROM recent_activity"
_SINCE: Final = (
    "SELECT position, customer_id, packed FROM recent_activity WHERE position > ? ORDER BY position"
)


def append_recent(connection: Connection, *, after: int) -> None:
    """Take the rows of `activity` after a rowid as recent; where there are many, join them all."""
    connection.exec_driver_sql(_APPEND, (after,))
    n_recent = connection.exec_driver_sql(_N_RECENT).scalar() or 0
    if n_recent >= JOIN_AT:
        join_recent(connection)


def join_recent(connection: Connection) -> None:
    """Join all recent events to the histories of their customers."""
    connection.exec_driver_sql(_JOIN)
    connection.exec_driver_sql(_FORGET)


class RecentActivity:
    """The recent events by customer, as far as one process has read them; of all its threads."""

    def __init__(self) -> None:
        self._seen = _Seen(first=None)
        self._lock = Lock()  # of those who read further

    def rows(self, execute: Execute, statement: str, parameters: tuple[object, ...]) -> Rows:
        """Return the rows of a statement with the recent events of their customers.

        Both are of one state of the database; `execute` is of a connection that is in no
        transaction.

        Parameters
        ----------
        statement
            Its rows have the customer's id first and the `ENDS` last. In their stead each row
            returned ends with the packed events.
        """
        found: Rows = execute(statement, parameters).fetchall()
        seen = self._seen  # one and the same from here on, whatever others read meanwhile
        if not found or seen.reaches(*found[0][-2:]):
            return seen.added_to(found)
        execute("BEGIN")
        try:
            return self.rows_within(execute, statement, parameters)
        finally:
            execute("ROLLBACK")

    def rows_within(self, execute: Execute, statement: str, parameters: tuple[object, ...]) -> Rows:
        """Return the same from a connection that is in a transaction."""
        with self._lock:
            seen = self._read_further(execute)
        return seen.added_to(execute(statement, parameters).fetchall())

    def _read_further(self, execute: Execute) -> "_Seen":
        first, last = execute(f"SELECT {ENDS}").fetchone()
        seen = self._seen
        if not seen.reaches(first, last):
            if first != seen.first:  # what was recent has been joined
                seen = _Seen(first)
            for position, customer_id, packed in execute(_SINCE, (seen.last,)):
                seen.add(position, customer_id, packed)
            self._seen = seen
        return seen


class _Seen:
    """Recent events from `first` to `last`, with none between left out."""

    def __init__(self, first: int | None) -> None:
        self.first = first
        self.last = 0
        self._packed: dict[str, bytearray] = {}

    def reaches(self, first: int | None, last: int | None) -> bool:
        """Return whether these are the recent events between two positions, or those and newer."""
        return first == self.first and (last is None or last <= self.last)

    def add(self, position: int, customer_id: str, packed: bytes) -> None:
        """Add the next event; who reads meanwhile may see it before `last` says so."""
        known = self._packed.get(customer_id)
        if known is None:
            self._packed[customer_id] = bytearray(packed)
        else:
            known += packed
        self.last = position

    def added_to(self, rows: Rows) -> Rows:
        """Return rows with the recent events of their customers in place of the positions."""
        recent = self._packed.get
        return [(*row[:-2], bytes(recent(row[0], b""))) for row in rows]
