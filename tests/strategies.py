"""Customers for tests: small ones made by hand, random ones for Hypothesis, large ones by seed."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from app.domain.activity import CHANNEL_CODES, DETAIL_CODES, TYPE_CODES
from app.domain.moments import MICROSECONDS_PER_DAY
from app.features.arrays import NO_MOMENT
from app.features.catalogue import FEATURE_NAMES
from app.features.engine import features_of
from app.features.history import History, group_and_sort

DAY = MICROSECONDS_PER_DAY
AS_OF = 20_000 * DAY + 12_345_678_901  # some moment; no test may depend on which
EDGES = (7, 14, 28, 30, 60, 90, 120, 180, 365, 730)  # days before AS_OF where windows begin or end

# The same examples in every run, and no clock: a busy machine is no failure.
property_test = settings(max_examples=60, deadline=None, derandomize=True)


class Event(NamedTuple):
    """One row of a log, in the codes that features read."""

    occurred_at: int
    received_at: int
    kind: int
    channel: int = 0
    detail: int = 0
    ref: int = 0
    amount: float = math.nan
    until: int = NO_MOMENT


class Customer(NamedTuple):
    """One customer's log and sign-up."""

    events: tuple[Event, ...]
    signed_up_at: int = NO_MOMENT


def event(
    kind: str,
    days_ago: float,
    *,
    channel: str = "none",
    detail: str = "none",
    ref: int = 0,
    amount: float = math.nan,
    renews_in_days: float | None = None,
    received_days_ago: float | None = None,
) -> Event:
    """Return an event `days_ago` days before AS_OF."""
    received = days_ago if received_days_ago is None else received_days_ago
    return Event(
        AS_OF - round(days_ago * DAY),
        AS_OF - round(received * DAY),
        TYPE_CODES[kind],
        CHANNEL_CODES[channel],
        DETAIL_CODES[detail],
        ref,
        amount,
        NO_MOMENT if renews_in_days is None else AS_OF + round(renews_in_days * DAY),
    )


def measured(*events: Event, signed_up_days_ago: float | None = None) -> Mapping[str, float]:
    """Return the features, by name, of a customer with these events, as of AS_OF."""
    signed_up_at = (
        NO_MOMENT if signed_up_days_ago is None else AS_OF - round(signed_up_days_ago * DAY)
    )
    row = features_of(history_of([Customer(events, signed_up_at)]), as_of=AS_OF)[0]
    return dict(zip(FEATURE_NAMES, row.tolist(), strict=True))


def history_of(customers: Sequence[Customer]) -> History:
    """Return the history of the customers c-0, c-1 and so on."""
    rows = [(code, e) for code, customer in enumerate(customers) for e in customer.events]
    columns = list(zip(*(e for _, e in rows), strict=True)) or [()] * len(Event._fields)
    return group_and_sort(
        customer_ids=[f"c-{i}" for i in range(len(customers))],
        customer_codes=np.array([code for code, _ in rows], np.int64),
        signed_up_at=np.array([c.signed_up_at for c in customers], np.int64),
        **{name: np.array(c) for name, c in zip(Event._fields, columns, strict=True)},
    )


def random_columns(
    seed: int,
    *,
    n_customers: int,
    n_events: int,
    n_kinds: int = len(TYPE_CODES),
    n_channels: int = len(CHANNEL_CODES),
    n_details: int = len(DETAIL_CODES),
) -> dict[str, np.ndarray]:
    """Return the columns of a log in no order, two years before AS_OF, for `group_and_sort`.

    Types, channels and details are the first `n_…` of their vocabularies.
    """
    rng = np.random.default_rng(seed)
    occurred_at = AS_OF - rng.integers(0, 730 * DAY, n_events)
    late = rng.integers(0, 5, n_events) == 0
    kind = rng.integers(0, n_kinds, n_events)
    known = AS_OF + rng.integers(-30 * DAY, 60 * DAY, n_events)
    return {
        "customer_codes": rng.integers(0, n_customers, n_events),
        "occurred_at": occurred_at,
        "received_at": occurred_at + np.where(late, rng.integers(0, 30 * DAY, n_events), 0),
        "kind": kind,
        "channel": rng.integers(0, n_channels, n_events),
        "detail": rng.integers(0, n_details, n_events),
        "ref": rng.integers(0, 6, n_events),
        "amount": np.where(rng.random(n_events) < 0.1, np.nan, rng.random(n_events).round(2) * 100),
        "until": np.where(rng.random(n_events) < 0.5, known, NO_MOMENT),
    }


def moments(*, first: int = AS_OF - 800 * DAY, last: int = AS_OF - 1) -> st.SearchStrategy[int]:
    """Moments between two, often exactly where a window begins, and often the same."""
    edges = [AS_OF - days * DAY + shift for days in EDGES for shift in (-1, 0, 1)]
    inside = [moment for moment in edges if first <= moment <= last]
    anywhere = st.integers(first, last)
    return st.one_of(st.sampled_from(inside), anywhere) if inside else anywhere


def events() -> st.SearchStrategy[Event]:
    """Any event before AS_OF; it may have been received later."""
    return _events(moments())


@st.composite
def _events(draw: st.DrawFn, occurred: st.SearchStrategy[int]) -> Event:
    occurred_at = draw(occurred)
    # Clocks disagree: some events are received before they occur.
    delay = draw(st.sampled_from((0, 0, 0, 1, DAY, 40 * DAY, -90 * DAY)))
    amounts = st.sampled_from((math.nan, 0.0, -0.0, 0.1, 0.2, 5.0, -5.0, 1e12))
    return Event(
        occurred_at,
        occurred_at + delay,
        draw(st.integers(0, len(TYPE_CODES) - 1)),
        draw(st.integers(0, len(CHANNEL_CODES) - 1)),
        draw(st.integers(0, len(DETAIL_CODES) - 1)),
        draw(st.integers(0, 3)),
        draw(amounts),
        draw(st.one_of(st.just(NO_MOMENT), st.integers(AS_OF - 30 * DAY, AS_OF + 400 * DAY))),
    )


def customers(*, max_events: int = 30) -> st.SearchStrategy[Customer]:
    """Customers with a history before AS_OF; some sign-ups are unknown, some in the future."""
    events = st.lists(_events(moments()), max_size=max_events).map(tuple)
    signed_up_at = st.one_of(st.just(NO_MOMENT), moments(last=AS_OF + DAY))
    return st.builds(Customer, events, signed_up_at)


def later_events() -> st.SearchStrategy[tuple[Event, ...]]:
    """What nobody knew as of AS_OF: it had not occurred, or had not been received."""
    future = _events(st.one_of(st.just(AS_OF), st.integers(AS_OF, AS_OF + 400 * DAY)))
    unheard = _events(moments()).flatmap(
        lambda e: st.integers(AS_OF, AS_OF + 90 * DAY).map(lambda at: e._replace(received_at=at))
    )
    return st.lists(st.one_of(future, unheard), min_size=1, max_size=8).map(tuple)
