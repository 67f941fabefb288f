"""Subscription, plan and renewal, from the customer's events and what the account said."""

from functools import partial
from typing import NamedTuple

import numpy as np

from app.compiled.kernel import part
from app.features.arrays import NO_MOMENT, Kinds, Moments, Numbers
from app.features.feature import ever, within
from app.features.kinds import (
    ACCOUNT_KNOWN,
    SUBSCRIPTION_CANCELLED,
    SUBSCRIPTION_CHANGED,
    SUBSCRIPTION_RENEWED,
    SUBSCRIPTION_STARTED,
)
from app.features.windows import days_between, ratio, start_of

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


class Subscription(NamedTuple):
    """Where a subscription stands; moments are NO_MOMENT and the price NaN where not known."""

    active: bool  # begun and not cancelled; whether it is past its renewal date is not looked at
    started_at: int
    renews_at: int
    price: float


@part
def measure_subscription(
    occurred_at: Moments, kind: Kinds, amount: Numbers, until: Moments, as_of: int, row: Numbers
) -> None:
    """Write the subscription features of one customer into `row`, in the order of `FEATURES`.

    Parameters
    ----------
    occurred_at, kind, amount, until
        Subscription events and versions of the account, ascending, all before `as_of`: moment
        (microseconds, UTC), type, price per period (NaN = not said), renewal date (NO_MOMENT =
        not said).
    as_of
        The moment of the snapshot.
    row
        Receives the features; NaN as the catalogue says.
    """
    now = follow_subscription(occurred_at, kind, amount, until)
    running = is_running(now, as_of)
    row[0] = running
    row[1] = days_between(now.started_at, as_of) if running else np.nan
    dated = now.active and now.renews_at != NO_MOMENT
    row[2] = days_between(as_of, now.renews_at) if dated else np.nan
    row[3] = now.price
    row[4] = ratio(now.price, _price_before(occurred_at, amount, start_of(as_of, 180))) - 1
    row[5:7] = 0
    row[7] = np.nan
    for i in range(len(kind)):
        row[5] += kind[i] == SUBSCRIPTION_RENEWED
        if kind[i] == SUBSCRIPTION_CANCELLED:
            row[6] += 1
            row[7] = days_between(occurred_at[i], as_of)


@part
def is_running(subscription: Subscription, as_of: int) -> bool:
    """Return whether it was begun, not cancelled, and is not past its renewal date at `as_of`."""
    return subscription.active and (
        subscription.renews_at == NO_MOMENT or subscription.renews_at >= as_of
    )


@part
def follow_subscription(
    occurred_at: Moments, kind: Kinds, amount: Numbers, until: Moments
) -> Subscription:
    """Return where the subscription stands after the ascending events.

    Started, renewed and changed each show a running subscription. A start or a renewal begins a new
    period: the old renewal date is void even if no new one is named. A version of the account with
    a renewal date begins a subscription only where no event ever told of one; otherwise it corrects
    price and date.
    """
    active = told = False
    started_at = renews_at = NO_MOMENT
    price = np.nan
    for i in range(len(kind)):
        known = kind[i] == ACCOUNT_KNOWN
        if not np.isnan(amount[i]):
            price = amount[i]
        if kind[i] == SUBSCRIPTION_CANCELLED:
            active, told = False, True
            continue
        if kind[i] == SUBSCRIPTION_STARTED or (not known and not active):
            started_at = occurred_at[i]
        elif known and not told and not active and until[i] != NO_MOMENT:
            active, started_at = True, occurred_at[i]
        if not known:
            active, told = True, True
        if until[i] != NO_MOMENT or not (known or kind[i] == SUBSCRIPTION_CHANGED):
            renews_at = until[i]
    return Subscription(active, started_at, renews_at, price)


@part
def _price_before(occurred_at: Moments, amount: Numbers, moment: int) -> float:
    """Return the price that held at `moment`; the first one known where it came later."""
    price = np.nan
    for i in range(len(amount)):
        if not np.isnan(amount[i]) and (np.isnan(price) or occurred_at[i] < moment):
            price = amount[i]
    return price
