"""The activity log: events in, each once; histories out, as arrays."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final, cast

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from app.db.activity_writing import ActivityRecord, insert_activity
from app.db.packing import PACKED, currency_key, pack_activity
from app.domain.activity import Activity
from app.domain.moments import to_micros
from app.features.history import NO_MOMENT, History, group_and_sort


class Recorded(StrEnum):
    """What became of one event."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"  # its event_id is known; the first with it stays as it is


def record(session: Session, activities: Sequence[Activity]) -> list[Recorded]:
    """Write the events that are new, and return what became of each.

    An event_id counts once, for ever, also within `activities`. Customers who are not known yet
    are created, with no facts. On SQLite the session must be one of `connect.writer_factory`.
    """
    first: dict[str, int] = {}
    for position, activity in enumerate(activities):
        first.setdefault(activity.event_id, position)
    accepted = insert_activity(
        session.connection(), [_record_of(activities[position]) for position in first.values()]
    )
    return [
        Recorded.ACCEPTED
        if first[activity.event_id] == position and activity.event_id in accepted
        else Recorded.DUPLICATE
        for position, activity in enumerate(activities)
    ]


def history_of(
    session: Session, customer_ids: Sequence[str], *, as_of: datetime, currency: str | None
) -> History:
    """Return what was known of the customers at `as_of`, in the order asked.

    Unknown ids are left out. One statement for one and for many: per customer one range scan of
    an index.

    Parameters
    ----------
    customer_ids
        Whose history; repeated ids count once.
    as_of
        Only events that both occurred and were received before this moment are returned, and
        account versions that were valid before it.
    currency
        Amounts in another currency are NaN; None keeps all amounts.
    """
    moment = to_micros(as_of)
    found = {row[0]: row for row in _read(session.connection(), customer_ids, moment)}
    rows = [found[asked] for asked in dict.fromkeys(customer_ids) if asked in found]
    packed = [(events or b"") + (versions or b"") for _, _, events, versions in rows]
    events = np.frombuffer(b"".join(packed), PACKED)
    n_events = [len(part) // PACKED.itemsize for part in packed]
    codes = np.repeat(np.arange(len(rows)), n_events)
    in_time = events["received_at"] < moment
    if not in_time.all():
        events, codes = events[in_time], codes[in_time]
    return group_and_sort(
        customer_ids=[row[0] for row in rows],
        customer_codes=codes,
        signed_up_at=np.array(
            [NO_MOMENT if row[1] is None else row[1] for row in rows], dtype=np.int64
        ),
        occurred_at=events["occurred_at"],
        received_at=events["received_at"],
        kind=events["kind"],
        channel=events["channel"],
        detail=events["detail"],
        ref=events["ref"],
        amount=_amounts_in(events, currency),
        until=events["until"],
    )


def _amounts_in(events: NDArray[np.void], currency: str | None) -> NDArray[np.float64]:
    amounts: NDArray[np.float64] = events["amount"]
    if currency is None:
        return amounts
    foreign = (events["currency"] != 0) & (events["currency"] != currency_key(currency))
    return np.where(foreign, np.nan, amounts) if foreign.any() else amounts


def _record_of(activity: Activity) -> ActivityRecord:
    properties = activity.properties
    return (
        activity.event_id,
        activity.customer_id,
        to_micros(activity.occurred_at),
        to_micros(activity.received_at),
        activity.type,
        activity.channel,
        activity.amount,
        activity.currency,
        activity.ref,
        orjson.dumps(dict(properties)).decode() if properties else None,
        pack_activity(activity),
    )


# Per customer: id, signed_up_at, packed events, packed account versions. group_concat reads a BLOB
# as text of the database's encoding and the cast reads it back: no byte is looked at, or changed.
_SQLITE_HISTORY: Final = """
SELECT c.customer_id, c.signed_up_at,
  (SELECT CAST(group_concat(a.packed, '') AS BLOB) FROM activity a
    WHERE a.customer_id = c.customer_id AND a.occurred_at < ?),
  (SELECT CAST(group_concat(v.packed, '') AS BLOB) FROM account_versions v
    WHERE v.customer_id = c.customer_id AND v.valid_from < ?)
FROM customers c WHERE c.customer_id IN (SELECT value FROM json_each(?))
"""
_POSTGRESQL_HISTORY: Final = """
SELECT c.customer_id, c.signed_up_at,
  (SELECT string_agg(a.packed, ''::bytea) FROM activity a
    WHERE a.customer_id = c.customer_id AND a.occurred_at < %s),
  (SELECT string_agg(v.packed, ''::bytea) FROM account_versions v
    WHERE v.customer_id = c.customer_id AND v.valid_from < %s)
FROM customers c WHERE c.customer_id = ANY(%s)
"""
_HistoryRow = tuple[str, int | None, bytes | None, bytes | None]


def _read(connection: Connection, customer_ids: Sequence[str], moment: int) -> list[_HistoryRow]:
    if connection.dialect.name == "sqlite":
        asked = orjson.dumps(list(customer_ids)).decode()
        result = connection.exec_driver_sql(_SQLITE_HISTORY, (moment, moment, asked))
    else:
        asked_array = list(customer_ids)
        result = connection.exec_driver_sql(_POSTGRESQL_HISTORY, (moment, moment, asked_array))
    return cast("list[_HistoryRow]", result.all())
