"""Customer service: tickets opened and still open, and the time to a first reply."""

from functools import partial

from app.compiled.kernel import part
from app.domain.moments import MICROSECONDS_PER_HOUR
from app.features.arrays import NO_MOMENT, Numbers
from app.features.family import FeatureFamily, columns_of
from app.features.feature import ever, within
from app.features.kinds import BILLING, TICKET_OPENED, TICKET_REPLIED, TICKETS
from app.features.known import EventColumns, KnownCustomer, events_in
from app.features.refs import NO_REF, number_refs
from app.features.windows import (
    MILLISECONDS_PER_HOUR,
    days_between,
    milliseconds_between,
    ratio,
    start_of,
)
from app.features.workspace import Workspace

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
COLUMNS = columns_of(FEATURES)

_CLOSED, _OPEN = 0, 1


@part
def measure(customer: KnownCustomer, workspace: Workspace, row: Numbers) -> None:
    """Write the support features of one customer.

    An event without a ref belongs to no ticket that could be followed: it counts as opened, but
    never as open or answered.
    """
    as_of, tickets = customer.as_of, events_in(customer.events, TICKETS)
    last_30, last_90 = start_of(as_of, 30), start_of(as_of, 90)
    opened_30d = opened_90d = about_billing = 0
    for i in range(len(tickets.kind)):
        if tickets.kind[i] == TICKET_OPENED:
            opened_at = tickets.occurred_at[i]
            opened_30d += opened_at >= last_30
            opened_90d += opened_at >= last_90
            about_billing += opened_at >= last_30 and tickets.detail[i] == BILLING
            row[COLUMNS.days_since_ticket] = days_between(opened_at, as_of)
    row[COLUMNS.tickets_30d] = opened_30d
    row[COLUMNS.tickets_90d] = opened_90d
    row[COLUMNS.tickets_prior_60d] = opened_90d - opened_30d
    row[COLUMNS.billing_tickets_30d] = about_billing
    n_tickets = _follow_tickets(tickets, workspace)
    _measure_waiting(n_tickets, as_of, workspace, row)


@part
def _follow_tickets(tickets: EventColumns, workspace: Workspace) -> int:
    """Return the number of tickets; write when each was opened and first answered, and its state.

    These go to `workspace.first`, `second` and `third`. A ticket that is opened again after it was
    closed starts anew.
    """
    opened_at, replied_at, state = workspace.first, workspace.second, workspace.third
    n_tickets = number_refs(tickets.ref, workspace)
    opened_at[:n_tickets] = NO_MOMENT
    replied_at[:n_tickets] = NO_MOMENT
    state[:n_tickets] = _CLOSED
    for i in range(len(tickets.kind)):
        ticket, kind, occurred_at = workspace.ref_codes[i], tickets.kind[i], tickets.occurred_at[i]
        if ticket == NO_REF:
            continue
        if kind == TICKET_OPENED:
            if state[ticket] == _CLOSED:
                opened_at[ticket], replied_at[ticket] = occurred_at, NO_MOMENT
                state[ticket] = _OPEN
        elif kind != TICKET_REPLIED:
            state[ticket] = _CLOSED
        elif opened_at[ticket] != NO_MOMENT and replied_at[ticket] == NO_MOMENT:
            replied_at[ticket] = occurred_at
    return n_tickets


@part
def _measure_waiting(n_tickets: int, as_of: int, workspace: Workspace, row: Numbers) -> None:
    """Write the number of open tickets, the longest wait, and the mean time to a first reply."""
    opened_at, replied_at, state = workspace.first, workspace.second, workspace.third
    last_90, oldest = start_of(as_of, 90), as_of
    n_open = n_answered = waited = 0
    for ticket in range(n_tickets):
        n_open += state[ticket] == _OPEN
        if state[ticket] == _OPEN and replied_at[ticket] == NO_MOMENT:
            oldest = min(oldest, opened_at[ticket])
        if replied_at[ticket] != NO_MOMENT and opened_at[ticket] >= last_90:
            n_answered += 1
            waited += milliseconds_between(opened_at[ticket], replied_at[ticket])
    row[COLUMNS.tickets_open] = n_open
    if oldest < as_of:
        row[COLUMNS.oldest_open_ticket_hours] = (as_of - oldest) / MICROSECONDS_PER_HOUR
    hours = waited / MILLISECONDS_PER_HOUR
    row[COLUMNS.ticket_first_reply_hours_mean_90d] = ratio(hours, n_answered)


FAMILY = FeatureFamily(FEATURES, reads=(TICKETS,), measure=measure)
