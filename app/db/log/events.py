"""Write events to the activity log, each of them once."""

from collections.abc import Sequence
from enum import StrEnum

import orjson
from sqlalchemy.orm import Session

from app.db.log.packing import pack_activity
from app.db.log.writing import ActivityRecord, insert_activity
from app.domain.activity import Activity
from app.domain.moments import to_micros


class Recorded(StrEnum):
    """What became of one event."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"  # its event_id was there before; the first event with it stays as it is


def record(session: Session, activities: Sequence[Activity]) -> list[Recorded]:
    """Write the events that are new, and return what became of each, in their order.

    An event_id counts once for ever, and once within `activities`. Customers who do not exist yet
    are created, without facts. On SQLite the session must come from `connect.writer_factory`.
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
        accepted.discard(activity.event_id)  # any later event with this id repeats it
    return results


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
