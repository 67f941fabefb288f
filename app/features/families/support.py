"""Support load: tickets opened, still open, and how fast we answered."""

from functools import partial

import numpy as np

from app.compiled.kernel import part
from app.domain.moments import MICROSECONDS_PER_HOUR
from app.features.arrays import NO_MOMENT, Codes, Kinds, Moments, Numbers, Refs
from app.features.feature import ever, within
from app.features.kinds import BILLING, TICKET_OPENED, TICKET_REPLIED
from app.features.refs import NO_REF, Room, number_refs
from app.features.windows import (
    MILLISECONDS_PER_HOUR,
    days_between,
    milliseconds_between,
    ratio,
    start_of,
)

_tickets = partial(within, family="support", unit="tickets", riskier=True)
_ever = partial(ever, family="support", riskier=True)

FEATURES = (
    _tickets("tickets_30d", "{value} opened in the last 30 days", days=30),
    _tickets("tickets_90d", "{value} opened in the last 90 days", days=90),
    _tickets("tickets_prior_60d", "{value} opened in the 60 days before the last 30", days=90),
    _tickets("billing_tickets_30d", "{value} about billing in the last 30 days", days=30),
    _ever("tickets_open", "{value} open", unit="tickets"),
    _ever("oldest_open_ticket_hours", "a ticket has waited {value} for a first reply",
          unit="hours", missing="no ticket waits for a first reply"),
    within("ticket_first_reply_hours_mean_90d",
           "{value} until a first reply to tickets of the last 90 days", family="support",
           unit="hours", days=90, riskier=True,
           missing="no ticket of the last 90 days was answered"),
    _ever("days_since_ticket", "{value} since the last ticket was opened", unit="days",
          missing="never opened a ticket"),
)  # fmt: skip  # read as the table it is

_CLOSED, _OPEN = 0, 1


@part
def measure_support(
    occurred_at: Moments,
    kind: Kinds,
    detail: Codes,
    ref: Refs,
    as_of: int,
    room: Room,
    row: Numbers,
) -> None:
    """Write the support features of one customer into `row`, in the order of `FEATURES`.

    Parameters
    ----------
    occurred_at, kind, detail, ref
        Tickets opened, replied to and closed, ascending, all before `as_of`. Events without a ref
        (0) belong to no ticket we could follow: they count as opened, never as open or answered.
    as_of
        The moment of the snapshot (microseconds, UTC).
    room
        Working space for as many events.
    row
        Receives the features; NaN as the catalogue says.
    """
    last_30, last_90 = start_of(as_of, 30), start_of(as_of, 90)
    row[:7] = 0
    row[7] = np.nan
    for i in range(len(occurred_at)):
        if kind[i] == TICKET_OPENED:
            row[0] += occurred_at[i] >= last_30
            row[1] += occurred_at[i] >= last_90
            row[3] += occurred_at[i] >= last_30 and detail[i] == BILLING
            row[7] = days_between(occurred_at[i], as_of)
    row[2] = row[1] - row[0]
    n_tickets = _follow_tickets(occurred_at, kind, ref, room)
    _measure_waiting(n_tickets, as_of, room, row[4:7])


@part
def _follow_tickets(occurred_at: Moments, kind: Kinds, ref: Refs, room: Room) -> int:
    """Return how many tickets there are; write when each was opened, answered, and its state.

    A ticket that is opened again after it was closed starts anew.
    """
    opened_at, replied_at, state = room.first, room.second, room.third
    n_tickets = number_refs(ref, room)
    opened_at[:n_tickets] = NO_MOMENT
    replied_at[:n_tickets] = NO_MOMENT
    state[:n_tickets] = _CLOSED
    for i in range(len(occurred_at)):
        ticket = room.codes[i]
        if ticket == NO_REF:
            continue
        if kind[i] == TICKET_OPENED:
            if state[ticket] == _CLOSED:
                opened_at[ticket], replied_at[ticket] = occurred_at[i], NO_MOMENT
                state[ticket] = _OPEN
        elif kind[i] != TICKET_REPLIED:
            state[ticket] = _CLOSED
        elif opened_at[ticket] != NO_MOMENT and replied_at[ticket] == NO_MOMENT:
            replied_at[ticket] = occurred_at[i]
    return n_tickets


@part
def _measure_waiting(n_tickets: int, as_of: int, room: Room, row: Numbers) -> None:
    """Write the number of open tickets, the longest wait, and the mean time to a first reply."""
    opened_at, replied_at, state = room.first, room.second, room.third
    last_90 = start_of(as_of, 90)
    n_answered = waited = 0
    oldest = as_of
    for ticket in range(n_tickets):
        row[0] += state[ticket] == _OPEN
        if state[ticket] == _OPEN and replied_at[ticket] == NO_MOMENT:
            oldest = min(oldest, opened_at[ticket])
        if replied_at[ticket] != NO_MOMENT and opened_at[ticket] >= last_90:
            n_answered += 1
            waited += milliseconds_between(opened_at[ticket], replied_at[ticket])
    row[1] = (as_of - oldest) / MICROSECONDS_PER_HOUR if oldest < as_of else np.nan
    row[2] = ratio(waited / MILLISECONDS_PER_HOUR, n_answered)
