"""The structured arrays that the compiled process reads and fills."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Record = Any  # one element of a structured array: Numba reads its fields as attributes

TRAIT_FIELDS = np.dtype(
    [
        ("order_rate", "f8"),  # per day, active, content, average season
        ("login_rate", "f8"),  # visits without an order, per day
        ("uses_per_login", "f8"),
        ("order_value", "f8"),  # median, in the customer's currency
        ("sensitivity", "f8"),  # to prices; mean 1
        ("level", "f8"),  # of satisfaction, without onboarding
        ("speed", "f8"),  # of answering messages; median 1
        ("app_share", "f8"),  # of logins and orders in the app
        ("steps_per_day", "f8"),
        ("signed_up_at", "i8"),  # microseconds since the start of the log
        ("subscribes_on", "i4"),  # day of the log; -1 never
        ("plan", "i1"),
        ("annual", "i1"),
        ("cohort", "i1"),
        ("acquired", "i1"),
        ("owner", "i1"),
        ("consent", "i1"),  # bits: email, sms, push, phone
        ("acquisition_cost", "f8"),
    ],
    align=True,
)

STATE_FIELDS = np.dtype(
    [
        ("satisfaction", "f8"),
        ("steps", "i4"),  # onboarding steps done
        ("fading_since", "i4"),  # day of the log; -1 active
        ("noticed_on", "i4"),  # day of the last price notice; -1 none
        ("running", "i4"),  # 1 while a subscription runs
        ("renews_on", "i4"),  # day of the log
        ("plan", "i4"),
        ("price", "f8"),  # per period
        ("price_due", "f8"),  # factor on the price from the next renewal on
        ("orders", "i4"),
        ("tickets", "i4"),
        ("messages", "i4"),
    ],
    align=True,
)

# What happened to a customer today.
TODAY_FIELDS = np.dtype(
    [
        ("incident_minutes", "f8"),  # 0 none
        ("notice_percent", "f8"),  # 0 none
        ("reply_hours", "f8"),  # NaN unanswered
        ("topic", "i4"),  # of a ticket, position in TOPICS; -1 none
        ("payment_failed", "i4"),
        ("outreach", "i4"),
        ("step", "i4"),  # of onboarding; -1 none
    ],
    align=True,
)

EVENT_FIELDS = np.dtype(
    [
        ("occurred_at", "i8"),  # microseconds since the start of the log
        ("received_at", "i8"),
        ("amount", "f8"),  # NaN none
        ("customer", "i4"),  # position in the chunk
        ("number", "i4"),  # of the order, ticket, message, step ...; -1 none
        ("until", "i4"),  # day of the renewal; -1 none
        ("kind", "i2"),  # code of the activity type
        ("channel", "i1"),  # code of the channel
        ("label", "i1"),  # position in LABELS; -1 none
    ],
    align=True,
)

OUTCOME_FIELDS = np.dtype(
    [
        ("orders_before", "i4"),
        ("orders_after", "i4"),  # realised, within the horizon
        ("cancelled_after", "i1"),
        ("running", "i1"),  # a subscription, as of the end
        ("churn", "f8"),
        ("churn_error", "f8"),  # standard error of the above
        ("expected_orders", "f8"),
        ("cancel", "f8"),
        ("cancel_error", "f8"),
    ],
    align=True,
)


class Calendar(NamedTuple):
    """What each day of the log, and of the horizon after it, brings to all customers."""

    n_days: int  # of the log; the arrays go on for the horizon
    season: NDArray[np.float64]  # (days,) factor on orders
    incident_chance: NDArray[np.float64]  # (days,) that a customer is affected
    notice_chance: NDArray[np.float64]  # (days, cohorts)


class Scene(NamedTuple):
    """What the compiled functions share while they simulate the customers of a chunk."""

    company: Record
    calendar: Calendar
    today: Record
    stream: NDArray[np.uint64]  # (1,) of the current customer
    customer: NDArray[np.int64]  # (1,) position in the chunk of the current customer
    n_events: NDArray[np.int64]  # (1,) also counts events beyond the capacity of `log`
    log: NDArray[np.void]  # EVENT_FIELDS, in the order in which they happened
