"""Subscription, price and renewal, from the customer's events and the versions of the account."""

from functools import partial
from typing import NamedTuple

import numpy as np

from app.compiled.kernel import part
from app.features.arrays import NO_MOMENT, Numbers
from app.features.family import FeatureFamily, columns_of
from app.features.feature import ever, within
from app.features.kinds import (
    ACCOUNT_KNOWN,
    SUBSCRIPTION_CANCELLED,
    SUBSCRIPTION_CHANGED,
    SUBSCRIPTION_RENEWED,
    SUBSCRIPTION_STARTED,
    SUBSCRIPTIONS,
)
from app.features.known import EventColumns, KnownCustomer, events_in
from app.features.windows import days_between, ratio, start_of
from app.features.workspace import Workspace

_ever = partial(ever, family="subscription")

FEATURES = (
    _ever("subscribed", "subscription running: {value}", unit="yes_no", riskier=False),
    _ever("subscription_age_days", "subscribed for {value}", unit="days", riskier=None,
          missing="no running subscription"),
    _ever("days_to_renewal", "{value} until the renewal date", unit="days", riskier=None,
          missing="no renewal date known"),
    _ever("plan_price", "a price of {value} per period", unit="money", riskier=None,
          missing="no price known"),
    within("plan_price_change_180d", "the price changed by {value} within 180 days",
           family="subscription", unit="share", days=180, riskier=True, missing="no price known"),
    _ever("renewals_total", "{value} so far", unit="renewals", riskier=False),
    _ever("cancellations_total", "{value} so far", unit="cancellations", riskier=True),
    _ever("days_since_cancellation", "{value} since the last cancellation", unit="days",
          riskier=None, missing="never cancelled"),
)  # fmt: skip  # read as the table it is
COLUMNS = columns_of(FEATURES)


class Subscription(NamedTuple):
    """The state of a subscription; NO_MOMENT and a price of NaN = not known."""

    active: bool  # started and not cancelled; it may be past its renewal date
    started_at: int
    renews_at: int
    price: float


@part
def measure(customer: KnownCustomer, workspace: Workspace, row: Numbers) -> None:
    """Write the subscription features of one customer.

    The amount of an event or of a version of the account is the price per period (NaN = not
    stated), `until` the renewal date.
    """
    as_of, events = customer.as_of, events_in(customer.events, SUBSCRIPTIONS)
    current = follow_subscription(events)
    running = is_running(current, as_of)
    row[COLUMNS.subscribed] = running
    if running:
        row[COLUMNS.subscription_age_days] = days_between(current.started_at, as_of)
    if current.active and current.renews_at != NO_MOMENT:
        row[COLUMNS.days_to_renewal] = days_between(as_of, current.renews_at)
    row[COLUMNS.plan_price] = current.price
    price_before = _price_at(events, start_of(as_of, 180))
    row[COLUMNS.plan_price_change_180d] = ratio(current.price, price_before) - 1
    n_renewals = n_cancellations = 0
    for i in range(len(events.kind)):
        n_renewals += events.kind[i] == SUBSCRIPTION_RENEWED
        if events.kind[i] == SUBSCRIPTION_CANCELLED:
            n_cancellations += 1
            row[COLUMNS.days_since_cancellation] = days_between(events.occurred_at[i], as_of)
    row[COLUMNS.renewals_total] = n_renewals
    row[COLUMNS.cancellations_total] = n_cancellations


@part
def is_running(subscription: Subscription, as_of: int) -> bool:
    """Return whether it was started, is not cancelled, and is not past its renewal date."""
    return subscription.active and (
        subscription.renews_at == NO_MOMENT or subscription.renews_at >= as_of
    )


@part
def follow_subscription(events: EventColumns) -> Subscription:
    """Return the state of the subscription after the events, which must ascend.

    A start, a renewal and a change each show a running subscription. A start or a renewal begins a
    new period: the old renewal date is void even if no new one is stated. A version of the account
    with a renewal date starts a subscription only if no event about one came before; otherwise it
    corrects price and date.
    """
    active = has_events = False
    started_at = renews_at = NO_MOMENT
    price = np.nan
    for i in range(len(events.kind)):
        kind, until = events.kind[i], events.until[i]
        is_account = kind == ACCOUNT_KNOWN
        if not np.isnan(events.amount[i]):
            price = events.amount[i]
        if kind == SUBSCRIPTION_CANCELLED:
            active, has_events = False, True
            continue
        if kind == SUBSCRIPTION_STARTED or (not is_account and not active):
            started_at = events.occurred_at[i]
        elif is_account and not has_events and not active and until != NO_MOMENT:
            active, started_at = True, events.occurred_at[i]
        if not is_account:
            active, has_events = True, True
        if until != NO_MOMENT or not (is_account or kind == SUBSCRIPTION_CHANGED):
            renews_at = until
    return Subscription(active, started_at, renews_at, price)


@part
def _price_at(events: EventColumns, moment: int) -> float:
    """Return the price that applied just before `moment`, or else the first price after it."""
    price = np.nan
    for i in range(len(events.amount)):
        amount = events.amount[i]
        if not np.isnan(amount) and (np.isnan(price) or events.occurred_at[i] < moment):
            price = amount
    return price


FAMILY = FeatureFamily(FEATURES, reads=(SUBSCRIPTIONS,), measure=measure)
