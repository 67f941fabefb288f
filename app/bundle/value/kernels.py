"""Orders and revenue to expect of one customer at a time, compiled.

`app.bundle.value.pareto_nbd` says when a customer orders; gamma-gamma says what a day with orders
brings (P. Fader, B. Hardie, "The Gamma-Gamma Model of Monetary Value", 2013, equation 5).
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.bundle.value.pareto_nbd import (
    Timing,
    even_level,
    expected_order_days,
    log_odds_gone,
    median_wait,
)
from app.compiled.kernel import entry, part

YEAR_DAYS: Final = 365.0
NEXT_ORDER_WITHIN_DAYS: Final = YEAR_DAYS  # a date further away than a year is no date to act on
N_DESCRIBING: Final = 6
# A customer unlike all that were learned from is moved by no more than this either way.
_FURTHEST: Final = math.log(5.0)
_LARGEST_EXPONENT: Final = 700.0


class Spending(NamedTuple):
    """Gamma-gamma of the amount on a day with orders; v in money. NaN = no amounts are known."""

    p: float
    q: float
    v: float


class Correction(NamedTuple):
    """What closed windows taught: ``log factor = level + (weights · describing - centre)``."""

    weights: tuple[float, ...]
    centre: float
    level: float


class Rates(NamedTuple):
    """What customers order and spend a day on average, which boosters multiply; NaN = none.

    The shares say how much of a forecast the boosters make, the closed form makes the rest.
    """

    orders: float
    revenue: float
    orders_share: float
    revenue_share: float


class Learned(NamedTuple):
    """All that forecasts are made of, but the boosters."""

    timing: Timing
    spending: Spending
    orders: Correction
    revenue: Correction
    rates: Rates


class Days(NamedTuple):
    """The days that corrections were learned for, and those that are asked about."""

    reference: float
    horizon: float


class Columns(NamedTuple):
    """Where in a row of features these numbers stand."""

    orders: int
    order_days: int
    since_first: int
    since_last: int
    order_amount: int


def bases_of(
    timing: Timing,
    spending: Spending,
    features: NDArray[np.float64],
    columns: Columns,
    reference_days: float,
) -> NDArray[np.float64]:
    """Return what expectations rest on, shape (n, 2 + N_DESCRIBING); NaN where never ordered.

    Days with an order expected within `reference_days`, amount expected of such a day (NaN where
    the customer's is not known), then what describes the customer: whether orders repeated, log
    amount, that where repeated, log count of repeats, silence as a share of age, and the log of
    the first column.
    """
    out = np.empty((len(features), 2 + N_DESCRIBING))
    _describe_each(timing, spending, features, columns, reference_days, out)
    return out


def forecasts_of(
    learned: Learned,
    margins: NDArray[np.float64],
    features: NDArray[np.float64],
    silences: NDArray[np.float64],
    columns: Columns,
    days: Days,
) -> NDArray[np.float64]:
    """Return what to expect of each customer, shape (6, n).

    Orders and revenue within the horizon, orders and revenue within a year, days to the next order,
    and revenue within a year of somebody who is sure to be a customer still.

    `margins`, shape (2, n), are the logarithms of what boosters say over their rates; without a
    booster (a rate of NaN) they are not looked at. `silences`, shape (n,), are probabilities of no
    order within the horizon that somebody knows better, NaN = nobody does.
    """
    out = np.empty((6, len(features)))
    room = np.empty(2 + N_DESCRIBING)
    _forecast_each(learned, margins, features, silences, columns, days, room, out)
    return out


def moved_by(
    weights: tuple[float, ...], centre: float, describing: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the logarithm of each row's factor before its level, shape (n,)."""
    out = np.empty(len(describing))
    _move_each(weights, centre, np.ascontiguousarray(describing), out)
    return out


@entry
def _describe_each(
    timing: Timing,
    spending: Spending,
    features: NDArray[np.float64],
    columns: Columns,
    reference_days: float,
    out: NDArray[np.float64],
) -> None:
    for i in range(len(features)):
        _describe(timing, spending, features[i], columns, reference_days, out[i])


@entry
def _forecast_each(
    learned: Learned,
    margins: NDArray[np.float64],
    features: NDArray[np.float64],
    silences: NDArray[np.float64],
    columns: Columns,
    days: Days,
    base: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    timing, spending, orders, revenue, rates = learned
    for i in range(len(features)):
        gone = _describe(timing, spending, features[i], columns, days.reference, base)
        repeats, _, age = _rhythm(features[i], columns)
        ordering, paying = _factor(orders, base[2:]), base[1] * _factor(revenue, base[2:])
        near = expected_order_days(timing, gone, repeats, age, days.horizon)
        year = expected_order_days(timing, gone, repeats, age, YEAR_DAYS)
        for_orders = rates.orders * _exp(margins[0, i])
        for_money = rates.revenue * _exp(margins[1, i])
        of_orders, of_money = rates.orders_share, rates.revenue_share
        out[0, i] = _joined(near * ordering, for_orders * days.horizon, of_orders)
        out[1, i] = _joined(near * paying, for_money * days.horizon, of_money)
        out[2, i] = _joined(year * ordering, for_orders * YEAR_DAYS, of_orders)
        out[3, i] = _joined(year * paying, for_money * YEAR_DAYS, of_money)
        staying = expected_order_days(timing, -np.inf, repeats, age, YEAR_DAYS)
        out[5, i] = max(staying * base[1] * math.exp(revenue.level), out[3, i])
        level = even_level(timing, gone, repeats, age, days.horizon, silences[i])
        out[4, i] = median_wait(timing, gone, repeats, age, NEXT_ORDER_WITHIN_DAYS, level)


@entry
def _move_each(
    weights: tuple[float, ...],
    centre: float,
    describing: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    for i in range(len(describing)):
        out[i] = _moved(weights, centre, describing[i])


@part
def expected_amount(spending: Spending, n_days: float, mean: float) -> float:
    """Return the amount to expect of a day with orders, after `n_days` of this `mean`."""
    weight = spending.p * n_days
    return spending.p * (spending.v + n_days * mean) / (weight + spending.q - 1)


@part
def _describe(
    timing: Timing,
    spending: Spending,
    row: NDArray[np.float64],
    columns: Columns,
    reference_days: float,
    out: NDArray[np.float64],
) -> float:
    """Write the base of one customer; return the log-odds of having gone."""
    repeats, last_at, age = _rhythm(row, columns)
    gone = log_odds_gone(timing, repeats, last_at, age)
    repeated = 1.0 if repeats > 0 else 0.0
    mean = max(row[columns.order_amount] * row[columns.orders] / row[columns.order_days], 0.0)
    known = mean == mean  # noqa: PLR0124 - true for all but NaN
    amount = expected_amount(spending, repeats + 1 if known else 0.0, mean if known else 0.0)
    log_amount = math.log(amount) if amount > 0 else 0.0
    out[0] = expected_order_days(timing, gone, repeats, age, reference_days)
    out[1] = amount if known else np.nan
    out[2] = repeated
    out[3] = log_amount
    out[4] = log_amount * repeated
    out[5] = math.log1p(repeats)
    out[6] = (age - last_at) / age
    out[7] = math.log(max(out[0], 1e-9))
    return gone


@part
def _rhythm(row: NDArray[np.float64], columns: Columns) -> tuple[float, float, float]:
    """Return repeats, last_at and age; NaN for a customer who never ordered."""
    if not row[columns.orders] > 0:
        return np.nan, np.nan, np.nan
    repeats = row[columns.order_days] - 1
    age = row[columns.since_first]
    # Orders of one day are one visit: with no other day there is no repeat to be recent.
    return repeats, age - row[columns.since_last] if repeats > 0 else 0.0, age


@part
def _factor(correction: Correction, describing: NDArray[np.float64]) -> float:
    return math.exp(correction.level + _moved(correction.weights, correction.centre, describing))


@part
def _moved(weights: tuple[float, ...], centre: float, describing: NDArray[np.float64]) -> float:
    total = -centre
    for i in range(N_DESCRIBING):
        total += weights[i] * describing[i]
    return min(max(total, -_FURTHEST), _FURTHEST)


@part
def _joined(expected: float, by_booster: float, share: float) -> float:
    """Return the forecast of both; NaN where `expected` is, and without a booster `expected`."""
    if by_booster != by_booster:  # noqa: PLR0124 - true for NaN alone: no booster
        return expected
    return expected + share * (by_booster - expected)


@part
def _exp(margin: float) -> float:
    return math.exp(min(margin, _LARGEST_EXPONENT))
