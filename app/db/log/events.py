"""The activity log: events in, each once; histories out, as arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Final

import orjson
from sqlalchemy.orm import Session

from app.db.connections.statements import Asked, Question, Row
from app.db.log.packing import pack_activity
from app.db.log.reading import Source, answer_to
from app.db.log.recent import ENDS
from app.db.log.unpacking import unpack_history
from app.db.log.writing import ActivityRecord, insert_activity
from app.domain.activity import Activity
from app.domain.moments import from_micros, to_micros
from app.features.history import NO_MOMENT, History


class Recorded(StrEnum):
    """What became of one event."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"  # its event_id is known; the first with it stays as it is


def record(session: Session, activities: Sequence[Activity]) -> list[Recorded]:
    """Write the events that are new, and return what became of each.

    An event_id counts once, for ever, also within `activities`. Customers who are not known yet
    are created, with no facts. On SQLite the session must be one of `connect.writer_factory`.
    """
    first = {activity.event_id: activity for activity in reversed(activities)}
    received = {moment: to_micros(moment) for moment in {each.received_at for each in activities}}
    accepted = insert_activity(
        session.connection(),
        [_record_of(each, received[each.received_at]) for each in first.values()],
    )
    results = []
    for activity in activities:
        is_new = activity.event_id in accepted
        results.append(Recorded.ACCEPTED if is_new else Recorded.DUPLICATE)
        accepted.discard(activity.event_id)  # what comes next with it repeats it
    return results


@dataclass(frozen=True, slots=True)
class KnownCustomers:
    """What an answer starts from: histories, and what was said about the customers before.

    Attributes
    ----------
    history
        What was known of the customers at the moment asked about.
    standing
        By customer id what the newest kept answer as of an earlier moment left (JSON), or all of
        that answer where it was kept before the two were told apart; customers without one are
        left out.
    log_until
        When the newest activity of the whole log was received, to the hour; None: never.
    """

    history: History
    standing: Mapping[str, str]
    log_until: datetime | None


def history_of(
    source: Source, customer_ids: Sequence[str], *, as_of: datetime, currency: str | None
) -> History:
    """Return what was known of the customers at `as_of`, in the order asked; see `known_of`."""
    return known_of(source, customer_ids, as_of=as_of, currency=currency).history


def known_of(
    source: Source, customer_ids: Sequence[str], *, as_of: datetime, currency: str | None
) -> KnownCustomers:
    """Return what was known of the customers, and said about them, at `as_of`.

    Unknown ids are left out. One statement for one and for many: per customer one range scan of
    an index.

    Parameters
    ----------
    customer_ids
        Whose history; repeated ids count once, at the place of the first.
    as_of
        Only events that both occurred and were received before this moment are returned, and
        account versions that were valid before it.
    currency
        Amounts in another currency are NaN; None keeps all amounts.
    """
    return answer_to(source, knowing(customer_ids, as_of=as_of, currency=currency))


def knowing(
    customer_ids: Sequence[str], *, as_of: datetime, currency: str | None
) -> Asked[KnownCustomers]:
    """Return the question that `known_of` asks, for those who ask it another way."""
    moment, asked = to_micros(as_of), list(dict.fromkeys(customer_ids))
    read = partial(_read, asked=asked, moment=moment, currency=currency)
    return Asked(_KNOWN, (moment, moment, asked), read)


def knowing_next(
    after: str | None, *, limit: int, as_of: datetime, currency: str | None
) -> Asked[KnownCustomers]:
    """Return the question for the next `limit` customers in bytewise order, those behind `after`.

    Rows come in that order, each with its customer's id in front.
    """
    moment = to_micros(as_of)
    read = partial(_known, moment=moment, currency=currency)
    return Asked(_KNOWN_NEXT, (moment, moment, after or "", limit), read)


def _read(
    found: list[Row], *, asked: Sequence[str], moment: int, currency: str | None
) -> KnownCustomers:
    by_id = {row[0]: row for row in found}
    rows = [by_id[each] for each in asked if each in by_id]
    return _known(rows, moment=moment, currency=currency)


def _known(rows: Sequence[Row], *, moment: int, currency: str | None) -> KnownCustomers:
    history = unpack_history(
        [row[0] for row in rows],
        [NO_MOMENT if row[1] is None else row[1] for row in rows],
        [(row[2] or b"") + (row[3] or b"") + (row[6] or b"") for row in rows],
        before=moment,
        currency=currency,
    )
    log_until = rows[0][5] if rows else None
    return KnownCustomers(
        history,
        {row[0]: row[4] for row in rows if row[4] is not None},
        None if log_until is None else from_micros(log_until),
    )


def _record_of(activity: Activity, received_at: int) -> ActivityRecord:
    event_id, customer_id, moment, _, kind, channel, amount, currency, ref, properties = activity
    occurred_at = to_micros(moment)
    return (
        event_id,
        customer_id,
        occurred_at,
        received_at,
        kind,
        channel,
        amount,
        currency,
        ref,
        orjson.dumps(dict(properties)).decode() if properties else None,
        pack_activity(activity, occurred_at=occurred_at, received_at=received_at),
    )


# Per customer: id, signed_up_at, packed events, packed account versions, newest kept answer (a step
# backwards in the primary key), how far the log goes, and the recent events that are in no history
# yet. group_concat reads a BLOB as text of the database's encoding and the cast reads it back: no
# byte is looked at, or changed.
_COLUMNS: Final = """
SELECT c.customer_id, c.signed_up_at,
  ({events}),
  (SELECT {versions} FROM account_versions v
    WHERE v.customer_id = c.customer_id AND v.valid_from < {mark}),
  (SELECT coalesce(s.standing, nullif(s.answer, '')) FROM assessments s
    WHERE s.customer_id = c.customer_id AND s.as_of < {mark}
    ORDER BY s.as_of DESC, s.job_id DESC LIMIT 1),
  (SELECT received_until FROM log_state),
  {recent}
FROM customers c WHERE c.customer_id
"""
_SQLITE: Final = _COLUMNS.format(
    mark="?",
    events="SELECT CAST(group_concat(h.packed, '') AS BLOB) FROM histories h "
    "WHERE h.customer_id = c.customer_id",
    versions="CAST(group_concat(v.packed, '') AS BLOB)",
    recent=ENDS,
)
_POSTGRESQL: Final = _COLUMNS.format(
    mark="%s",
    events="SELECT string_agg(a.packed, ''::bytea) FROM activity a "
    "WHERE a.customer_id = c.customer_id",
    versions="string_agg(v.packed, ''::bytea)",
    recent="NULL",
)
_KNOWN: Final = Question(
    sqlite=_SQLITE + "IN (SELECT value FROM json_each(?))",  # noqa: S608 - constants
    postgresql=_POSTGRESQL + "= ANY(%s)",
    has_recent=True,
)
_KNOWN_NEXT: Final = Question(
    sqlite=_SQLITE + "> ? ORDER BY c.customer_id LIMIT ?",
    postgresql=_POSTGRESQL + "> %s ORDER BY c.customer_id LIMIT %s",
    has_recent=True,
)
