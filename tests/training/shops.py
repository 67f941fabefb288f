"""A made-up shop for the tests of training: Poisson buyers, some of whom stop."""

from dataclasses import replace

import numpy as np

from app.domain.activity import TYPE_CODES
from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.moments import MICROSECONDS_PER_DAY, from_micros
from app.features.history import History, group_and_sort
from training.dataset.history_slices import known_before
from training.run import TrainingRun

DAY = MICROSECONDS_PER_DAY
OPENED = 20_000 * DAY
N_DAYS = 400
UNTIL_MICROS = OPENED + N_DAYS * DAY
UNTIL = from_micros(UNTIL_MICROS)
NO_ORDER = ChurnDefinition(ChurnKind.ABSENCE, "order_placed", 60)
CANCELLED = ChurnDefinition(ChurnKind.CANCELLATION, "subscription_cancelled", 60)
ORDER = TYPE_CODES["order_placed"]


def shop(*, n_customers: int = 400, seed: int = 1) -> History:
    """Return orders of customers with rates and lifetimes of their own, beyond `UNTIL`."""
    rng = np.random.default_rng(seed)
    codes, moments = [], []
    for customer in range(n_customers):
        rate = rng.gamma(2.0, 0.015)
        first = rng.uniform(0, N_DAYS * 0.8)
        life = rng.exponential(300)
        days = first + np.cumsum(rng.exponential(1 / rate, size=200))
        days = np.append(first, days[days < min(first + life, N_DAYS + 100)])
        codes.append(np.full(len(days), customer))
        moments.append(OPENED + (days * DAY).astype(np.int64))
    occurred_at = np.concatenate(moments)
    return group_and_sort(
        customer_ids=[f"c{i:04d}" for i in range(n_customers)],
        customer_codes=np.concatenate(codes),
        occurred_at=occurred_at,
        kind=np.full(len(occurred_at), ORDER, np.int16),
        amount=np.round(rng.lognormal(3, 0.6, size=len(occurred_at)), 2),
    )


def with_events(
    history: History, *, customers, occurred_at, kinds, received_at=None, until=None
) -> History:
    """Return the history with more events; `customers` are positions."""
    owner = np.repeat(np.arange(history.n_customers), np.diff(history.starts))
    occurred_at = np.asarray(occurred_at, dtype=np.int64)
    n = len(occurred_at)

    def joined(column, more):
        return np.concatenate([column, np.asarray(more, dtype=column.dtype)])

    no_moment = np.full(n, np.iinfo(np.int64).min)
    return group_and_sort(
        customer_ids=history.customer_ids,
        signed_up_at=history.signed_up_at,
        customer_codes=joined(owner, customers),
        occurred_at=joined(history.occurred_at, occurred_at),
        received_at=joined(
            history.received_at, occurred_at if received_at is None else received_at
        ),
        kind=joined(history.kind, kinds),
        channel=joined(history.channel, np.zeros(n)),
        detail=joined(history.detail, np.zeros(n)),
        ref=joined(history.ref, np.zeros(n)),
        amount=joined(history.amount, np.full(n, np.nan)),
        until=joined(history.until, no_moment if until is None else until),
    )


def run_of(history=None, *, until=UNTIL_MICROS, churn=NO_ORDER, **options) -> TrainingRun:
    """Return a training run on what was known of a history, by default the shop's, at `until`."""
    known = known_before(shop() if history is None else history, moment=until)
    return TrainingRun(known=known, churn=churn, cut_off=until, **options)


def shifted(history: History, *, micros: int) -> History:
    """Return the history with every moment moved."""
    return replace(
        history,
        occurred_at=history.occurred_at + micros,
        received_at=history.received_at + micros,
    )
