"""The arrays that the compiled process reads and fills."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.simulation.company import Company

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
        ("currency", "i1"),
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
    """What the days of the log and of the horizon after it bring to everybody."""

    n_days: int  # of the log; the arrays go on for the horizon
    season: NDArray[np.float64]  # (days,) factor on orders
    incident_chance: NDArray[np.float64]  # (days,) that a customer is affected
    notice_chance: NDArray[np.float64]  # (days, cohorts)


class Log(NamedTuple):
    """Columns of events in the order they were made; see `events.py` for the codes."""

    made: NDArray[np.int64]  # (1,) events made, also those beyond the capacity
    customer: NDArray[np.int32]
    occurred_at: NDArray[np.int64]  # microseconds since the start of the log
    received_at: NDArray[np.int64]
    kind: NDArray[np.int16]  # position in TYPES
    channel: NDArray[np.int8]  # position in CHANNELS
    number: NDArray[np.int32]  # of the order, ticket, message, step ...; -1 none
    amount: NDArray[np.float64]  # NaN none
    label: NDArray[np.int8]  # position in LABELS; -1 none
    until: NDArray[np.int32]  # day of the renewal; -1 none


class Today(NamedTuple):
    """What happened to a customer today; arrays of one, so that compiled code can fill them."""

    incident_minutes: NDArray[np.float64]  # 0 none
    notice_percent: NDArray[np.float64]  # 0 none
    topic: NDArray[np.int64]  # position in TOPICS; -1 no ticket
    reply_hours: NDArray[np.float64]  # NaN unanswered
    payment_failed: NDArray[np.int64]
    outreach: NDArray[np.int64]
    step: NDArray[np.int64]


class Scene(NamedTuple):
    """What the life of every customer of a chunk is played with."""

    company: Company
    calendar: Calendar
    today: Today
    stream: NDArray[np.uint64]  # (1,) of the customer at hand
    customer: NDArray[np.int64]  # (1,) position in the chunk of the customer at hand
    log: Log


def empty_today() -> Today:
    """Return a day on which nothing happened."""
    return Today(
        incident_minutes=np.zeros(1),
        notice_percent=np.zeros(1),
        topic=np.full(1, -1),
        reply_hours=np.full(1, np.nan),
        payment_failed=np.zeros(1, np.int64),
        outreach=np.zeros(1, np.int64),
        step=np.full(1, -1),
    )


def empty_log(capacity: int) -> Log:
    """Return a log with room for `capacity` events."""
    return Log(
        made=np.zeros(1, np.int64),
        customer=np.empty(capacity, np.int32),
        occurred_at=np.empty(capacity, np.int64),
        received_at=np.empty(capacity, np.int64),
        kind=np.empty(capacity, np.int16),
        channel=np.empty(capacity, np.int8),
        number=np.empty(capacity, np.int32),
        amount=np.empty(capacity, np.float64),
        label=np.empty(capacity, np.int8),
        until=np.empty(capacity, np.int32),
    )
