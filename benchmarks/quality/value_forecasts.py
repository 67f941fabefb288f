"""Ours and the peers' forecasts of orders and revenue, from the same past, of the same buyers."""

from collections.abc import Mapping
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from app.bundle.value.closed_form import ORDER_COLUMNS, compute_closed_form
from app.bundle.value.gamma_gamma import GammaGamma
from app.bundle.value.pareto_nbd import ParetoNbd
from app.domain.moments import MICROSECONDS_PER_DAY, from_micros
from app.features.history import History
from benchmarks.quality.bg_nbd import bg_nbd_expected
from training.dataset.history_slices import known_before
from training.dataset.snapshots import Window, matched_windows
from training.learning.btyd import bg_nbd, fit_parameters, pareto_nbd
from training.value import fit_value
from training.value.buyers import UNIT_DAYS, buyers_at, day_amounts, outcomes_in, rhythms_of
from training.value.spending import fit_spending

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Forecasts:
    """What happened and what was said about it, arrays of shape (n_buyers,); ours comes first.

    `next_order_days` is our median, `waited_days` the days until an order came (inf = none in the
    window).
    """

    orders: Numbers
    revenue: Numbers
    said_orders: Mapping[str, Numbers]
    said_revenue: Mapping[str, Numbers]
    next_order_days: Numbers
    waited_days: Numbers


def one_order_a_day(history: History) -> History:
    """Return the history with the orders of a day as one, as the literature prepares CDNOW."""
    day = history.occurred_at // MICROSECONDS_PER_DAY
    owner = np.repeat(np.arange(history.n_customers), np.diff(history.starts))
    first = np.ones(history.n_events, dtype=np.bool_)
    first[1:] = (owner[1:] != owner[:-1]) | (day[1:] != day[:-1])
    amount = np.bincount(np.cumsum(first) - 1, weights=history.amount).astype(np.float64)
    kept = np.concatenate([[0], np.cumsum(first)])
    return History(
        customer_ids=history.customer_ids,
        starts=kept[history.starts],
        signed_up_at=history.signed_up_at,
        occurred_at=history.occurred_at[first],
        received_at=history.received_at[first],
        kind=history.kind[first],
        channel=history.channel[first],
        detail=history.detail[first],
        ref=history.ref[first],
        amount=amount,
        until=history.until[first],
    )


def forecasts_of(history: History, *, as_of: int, days: int) -> Forecasts:
    """Return forecasts for `days` from `as_of` (microseconds) of everybody who had ordered."""
    model = fit_value(history, until=from_micros(as_of))
    if model is None:
        raise ValueError("the log is too short for a forecast")
    buyers, features = buyers_at(history, as_of=as_of)
    window = Window(as_of, as_of + days * MICROSECONDS_PER_DAY)
    outcomes = outcomes_in(history, window, buyers)
    ours = model.predict(features, horizon_days=days)
    orders, revenue = _closed_forms(features, days)
    learned = _boosters(history, as_of=as_of, days=days)
    said_orders = {"holdfast": ours.orders, **orders, "LightGBM Poisson": learned[0]}
    said_revenue = {"holdfast": ours.revenue, **revenue, "LightGBM Tweedie": learned[1]}
    said_orders["mean of Pareto/NBD and LightGBM"] = (orders["Pareto/NBD"] + learned[0]) / 2
    best = revenue["Pareto/NBD × gamma-gamma"]
    said_revenue["mean of Pareto/NBD × gamma-gamma and LightGBM"] = (best + learned[1]) / 2
    return Forecasts(
        outcomes.orders,
        outcomes.revenue,
        said_orders,
        said_revenue,
        ours.next_order_days,
        _waited(history, window, buyers),
    )


def _closed_forms(features: Numbers, days: int) -> tuple[dict[str, Numbers], dict[str, Numbers]]:
    """Return BG/NBD and Pareto/NBD as published, times orders a day and gamma-gamma amounts."""
    rhythms = rhythms_of(features)
    r, alpha, s, beta = np.exp(fit_parameters(pareto_nbd, rhythms))
    timing = ParetoNbd(r, alpha * UNIT_DAYS, s, beta * UNIT_DAYS)
    amounts = day_amounts(features)
    paid = amounts > 0
    spending: GammaGamma = fit_spending(rhythms.repeats[paid] + 1, amounts[paid])
    closed_form = compute_closed_form(
        features, timing=timing, spending=spending, reference_days=days
    )
    bg = bg_nbd_expected(fit_parameters(bg_nbd, rhythms), rhythms, days / UNIT_DAYS)
    a_day = features[:, ORDER_COLUMNS.orders].sum() / features[:, ORDER_COLUMNS.order_days].sum()
    order_days = {"Pareto/NBD": closed_form.order_days, "BG/NBD": bg}
    amount = np.nan_to_num(closed_form.amount)
    return (
        {name: said * a_day for name, said in order_days.items()},
        {f"{name} × gamma-gamma": said * amount for name, said in order_days.items()},
    )


def _boosters(history: History, *, as_of: int, days: int) -> tuple[Numbers, Numbers]:
    """Return what small boosters on all features forecast, taught by matched windows.

    Where the horizon is longer than the windows, forecasts are stretched in proportion.
    """
    known = known_before(history, moment=as_of)
    windows = matched_windows(first_at=int(known.occurred_at.min()), until=as_of, horizon_days=days)
    rows, orders, revenue = [], [], []
    for window in windows:
        buyers, features = buyers_at(known, as_of=window.as_of)
        outcomes = outcomes_in(known, window, buyers)
        stretch = days * MICROSECONDS_PER_DAY / (window.closes_at - window.as_of)
        rows.append(features)
        orders.append(outcomes.orders * stretch)
        revenue.append(outcomes.revenue * stretch)
    _, features = buyers_at(known, as_of=as_of)
    table = np.vstack(rows)
    return (
        _grown(table, np.concatenate(orders), features, "poisson"),
        _grown(table, np.concatenate(revenue), features, "tweedie"),
    )


def _grown(rows: Numbers, targets: Numbers, features: Numbers, objective: str) -> Numbers:
    settings = {
        "objective": objective,
        "num_leaves": 8,
        "min_data_in_leaf": 100,
        "learning_rate": 0.05,
        "bagging_fraction": 0.7,
        "bagging_freq": 1,
        "feature_fraction": 0.5,
        "seed": 0,
        "num_threads": 1,
        "verbose": -1,
    }
    booster = lgb.train(settings, lgb.Dataset(rows, np.maximum(targets, 0.0)), 200)
    return np.asarray(booster.predict(features, num_threads=1))


def _waited(history: History, window: Window, buyers: NDArray[np.int64]) -> Numbers:
    inside = (history.occurred_at >= window.as_of) & (history.occurred_at < window.closes_at)
    owner = np.repeat(np.arange(history.n_customers), np.diff(history.starts))[inside]
    waited = np.full(history.n_customers, np.inf)
    days = (history.occurred_at[inside] - window.as_of) / MICROSECONDS_PER_DAY
    np.minimum.at(waited, owner, days)
    return waited[buyers]
