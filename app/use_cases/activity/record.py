"""Record events: each once, and each accepted or rejected by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from app.db.log import events as log
from app.db.log.events import Recorded
from app.domain.activity import RENEWAL_PROPERTY, RESERVED_TYPES, Activity, renews_at_of

CLOCK_TOLERANCE = timedelta(minutes=5)  # the clock of a sender may be ahead of ours by this
Status = Literal["accepted", "duplicate", "rejected"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one event: accepted, duplicate, or rejected because of one field.

    `field` is a path in the event: ``occurred_at``, ``properties/renews_at``.
    """

    status: Status
    field: str | None = None
    reason: str | None = None


_STATUS = {
    Recorded.ACCEPTED: Outcome("accepted"),
    Recorded.DUPLICATE: Outcome("duplicate"),
}


def record_activity(
    session: Session, reported: Sequence[Activity], *, now: datetime
) -> list[Outcome]:
    """Write the events that are valid and new, and return what became of each, in their order.

    An event up to `CLOCK_TOLERANCE` in the future comes from a clock that is ahead of ours. It is
    recorded as of `now`, so that every score from now on reflects it.
    """
    outcomes: list[Outcome | None] = [_refusal(activity, now=now) for activity in reported]
    valid = [
        activity
        if activity.occurred_at <= now and activity.received_at == now
        else activity._replace(occurred_at=min(activity.occurred_at, now), received_at=now)
        for activity, refusal in zip(reported, outcomes, strict=True)
        if refusal is None
    ]
    recorded = iter(log.record(session, valid) if valid else [])
    return [refusal or _STATUS[next(recorded)] for refusal in outcomes]


def _refusal(activity: Activity, *, now: datetime) -> Outcome | None:
    if activity.type in RESERVED_TYPES:
        reason = f"{activity.type!r} is made from customers' accounts: use PUT /v1/customers/{{id}}"
        return Outcome("rejected", "type", reason)
    if activity.occurred_at > now + CLOCK_TOLERANCE:
        reason = f"{activity.occurred_at.isoformat()} lies in the future; it is {now.isoformat()}"
        return Outcome("rejected", "occurred_at", reason)
    try:
        renews_at_of(activity.type, activity.properties)
    except ValueError as error:
        return Outcome("rejected", f"properties/{RENEWAL_PROPERTY}", str(error))
    return None
