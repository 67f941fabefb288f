"""How SQLite keeps histories: joined per customer, except for the most recent events.

An event belongs among the other events of its customer. If a thousand events of a thousand
customers were written there, SQLite would write a thousand pages. So events are first appended in
the order in which they arrive. Fifty thousand at a time, they are joined to the histories, which
writes each page once for many events. Until then every process that reads keeps the recent events
in memory, by customer.
"""

from collections.abc import Callable
from threading import Lock
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection

Rows: TypeAlias = list[tuple[Any, ...]]
# Runs SQL with parameters and returns a cursor: a method of the driver, or of SQLAlchemy.
Execute: TypeAlias = Callable[..., Any]

# So many recent events take a few megabytes in each process that reads. A higher number would make
# each event cheaper where there are many customers, but other writers wait for the lock longer
# while events are joined.
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
ENDS: Final = f"{_FIRST}, {_LAST}"
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
_SINCE: Final = (
    "SELECT position, customer_id, packed FROM recent_activity WHERE position > ? ORDER BY position"
)


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


class RecentEvents:
    """The recent events by customer, as far as this process has read them; threads may share it."""

    def __init__(self) -> None:
        self._read = _EventsByCustomer(first=None)
        self._lock = Lock()  # held by the thread that reads further

    def run(self, execute: Execute, sql: str, parameters: tuple[object, ...]) -> Rows:
        """Run a statement, and return its rows with the recent events of their customers.

        Rows and events are of one state of the database. The connection of `execute` must be in no
        transaction.

        Parameters
        ----------
        sql
            Its rows must have the customer's id first and the `ENDS` last. In the result, the
            packed recent events of the customer replace the ends.
        """
        rows: Rows = execute(sql, parameters).fetchall()
        read = self._read  # the same object from here on, even if another thread reads further
        if not rows or read.reaches(*rows[0][-2:]):
            return read.append_to(rows)
        execute("BEGIN")
        try:
            return self.run_in_transaction(execute, sql, parameters)
        finally:
            execute("ROLLBACK")

    def run_in_transaction(
        self, execute: Execute, sql: str, parameters: tuple[object, ...]
    ) -> Rows:
        """Return the same from a connection that is in a transaction."""
        with self._lock:
            read = self._read_further(execute)
        return read.append_to(execute(sql, parameters).fetchall())

    def _read_further(self, execute: Execute) -> "_EventsByCustomer":
        first, last = execute(f"SELECT {ENDS}").fetchone()
        read = self._read
        if not read.reaches(first, last):
            if first != read.first:  # what was recent has been joined
                read = _EventsByCustomer(first)
            for position, customer_id, packed in execute(_SINCE, (read.last,)):
                read.add(position, customer_id, packed)
            self._read = read
        return read


class _EventsByCustomer:
    """The recent events from position `first` to position `last`, without gaps."""

    def __init__(self, first: int | None) -> None:
        self.first = first
        self.last = 0
        self._packed: dict[str, bytearray] = {}

    def reaches(self, first: int | None, last: int | None) -> bool:
        """Return whether this has all the recent events between two positions; it may have more."""
        return first == self.first and (last is None or last <= self.last)

    def add(self, position: int, customer_id: str, packed: bytes) -> None:
        """Add the next event. Another thread may read it before `last` includes its position."""
        known = self._packed.get(customer_id)
        if known is None:
            self._packed[customer_id] = bytearray(packed)
        else:
            known += packed
        self.last = position

    def append_to(self, rows: Rows) -> Rows:
        """Return rows with the recent events of their customers in place of the two ends."""
        recent = self._packed.get
        return [(*row[:-2], bytes(recent(row[0], b""))) for row in rows]
