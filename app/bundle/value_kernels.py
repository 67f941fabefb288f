"""Orders and revenue to expect of one customer at a time, compiled: Pareto/NBD and gamma-gamma.

While active, a customer orders at a rate of their own, and at a moment of their own stops for
good; both rates vary between customers as gamma distributions with parameters (r, alpha) and
(s, beta). Time is in days. A customer is `repeats` (days with an order after the first), `last_at`
(days from the first order to the last) and `age` (days from the first order to now).

The literature writes the likelihood with differences of two hypergeometric functions, which cancel
and converge slowly for frequent customers. Here their integral is taken numerically: its integrand
is positive and smooth, so nothing cancels, however many orders there are.

References
----------
Pareto/NBD: P. Fader, B. Hardie, "A Note on Deriving the Pareto/NBD Model and Related Expressions",
2005: likelihood (equations 15 to 18), P(alive) and conditional expectation.
Gamma-gamma: P. Fader, B. Hardie, "The Gamma-Gamma Model of Monetary Value", 2013, equation 5.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.compiled.kernel import entry, part

YEAR_DAYS: Final = 365.0
NEXT_ORDER_WITHIN_DAYS: Final = YEAR_DAYS  # a date further away than a year is no date to act on
N_DESCRIBING: Final = 6
# A customer unlike all that were learned from is moved by no more than this either way.
_FURTHEST: Final = math.log(5.0)

# Gauss and Legendre with 16 points over panels this narrow are right to 1e-13: the integrand has
# its nearest pole at a distance of pi, and decays by no more than e^12, within a panel.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_PANEL_WIDTH: Final = 2.0
_PANEL_DECAY: Final = 12.0
_NEGLIGIBLE: Final = 1e-17  # a panel below this share of the sum changes no bit of it
_MAX_STEPS: Final = 60
_LARGEST_EXPONENT: Final = 700.0
_SAME: Final = 1e-9  # nearer to its limit, a fraction is told by the limit
_EVEN: Final = 0.5
_EXACT: Final = 1e-12


class Timing(NamedTuple):
    """Pareto/NBD of days with an order; alpha and beta in days. Numba takes named tuples."""

    r: float
    alpha: float
    s: float
    beta: float


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
    learned: tuple[Timing, Spending, Correction, Correction, Rates],
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


def log_likelihoods_of(
    timing: Timing,
    repeats: NDArray[np.float64],
    last_at: NDArray[np.float64],
    age: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the log-likelihood of each customer's days with orders, shape (n,); for training."""
    out = np.empty(len(repeats))
    _judge_each(
        timing,
        np.ascontiguousarray(repeats),
        np.ascontiguousarray(last_at),
        np.ascontiguousarray(age),
        out,
    )
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
    learned: tuple[Timing, Spending, Correction, Correction, Rates],
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
        level = _even_level(timing, gone, repeats, age, days.horizon, silences[i])
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


@entry
def _judge_each(
    timing: Timing,
    repeats: NDArray[np.float64],
    last_at: NDArray[np.float64],
    age: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    common = timing.r * math.log(timing.alpha) + timing.s * math.log(timing.beta)
    for i in range(len(repeats)):
        rate = timing.r + repeats[i]
        gone = log_odds_gone(timing, repeats[i], last_at[i], age[i])
        active = rate * math.log(timing.alpha + age[i]) + timing.s * math.log(timing.beta + age[i])
        either = max(gone, 0.0) + math.log1p(math.exp(-abs(gone)))
        out[i] = common + math.lgamma(rate) - math.lgamma(timing.r) - active + either


@part
def log_odds_gone(timing: Timing, repeats: float, last_at: float, age: float) -> float:
    """Return the log-odds that the customer has stopped for good: P(alive) = 1 / (1 + e^it)."""
    rate, drop = timing.r + repeats, timing.s
    log_area = _log_area(timing, rate, last_at, last_at, age)
    if log_area == -np.inf:
        return -np.inf
    at_last = rate * math.log(timing.alpha + last_at) + (drop + 1) * math.log(timing.beta + last_at)
    now = rate * math.log(timing.alpha + age) + drop * math.log(timing.beta + age)
    return math.log(drop) + log_area - at_last + now


@part
def expected_order_days(
    timing: Timing, gone: float, repeats: float, age: float, duration: float
) -> float:
    """Return the expected days with an order in the next `duration` days, given `log_odds_gone`."""
    later = math.log1p(duration / (timing.beta + age))
    shape = timing.s - 1
    # The limit of the fraction for s = 1 is `later`; expm1 keeps it exact around there.
    lasting = later if abs(shape) < _SAME else -math.expm1(-shape * later) / shape
    rate = (timing.r + repeats) / (timing.alpha + age)
    return _share_active(gone) * rate * (timing.beta + age) * lasting


@part
def silence(timing: Timing, gone: float, repeats: float, age: float, duration: float) -> float:
    """Return the probability (0 to 1) of no order in the next `duration` days.

    It is the likelihood of the same orders seen `duration` later over their likelihood now: gone
    already, or going before the next order, or still active without one.
    """
    going = 0.0
    rate = timing.r + repeats
    log_area = _log_area(timing, rate, age, age, age + duration)
    if log_area > -np.inf:
        going = timing.s * math.exp(log_area) / (timing.beta + age)
    still = _still_active(timing, rate, age, duration)
    return min(1.0, _share_active(-gone) + _share_active(gone) * (going + still))


@part
def median_wait(
    timing: Timing, gone: float, repeats: float, age: float, limit: float, level: float
) -> float:
    """Return the days until silence is only as likely as `level`; NaN beyond `limit`.

    At a level of a half the next order is as likely to have come as not. The probability of silence
    falls ever more slowly (it is convex), so Newton's steps from 0
    approach the median from below and never pass it.
    """
    if not silence(timing, gone, repeats, age, limit) <= level:
        return np.nan
    rate, active, wait = timing.r + repeats, _share_active(gone), 0.0
    for _ in range(_MAX_STEPS):
        above = silence(timing, gone, repeats, age, wait) - level
        falling = active * _still_active(timing, rate, age, wait) * rate
        if not above > _EXACT or not falling > 0.0:
            break
        wait += above * (timing.alpha + age + wait) / falling
    return min(wait, limit)


@part
def _even_level(
    timing: Timing, gone: float, repeats: float, age: float, horizon: float, said: float
) -> float:
    """Return at which silence of the closed form an order is as likely to have come as not.

    A half, unless the probability `said` of silence within the horizon is known better: then that
    of the closed form, S(t), is taken to the power that makes them agree there, for all t. So the
    date lies beyond the horizon exactly where `said` is above a half.
    """
    if said != said:  # noqa: PLR0124 - true for NaN alone
        return _EVEN
    ours = silence(timing, gone, repeats, age, horizon)
    if not (ours < 1 - _EXACT and said < 1):
        return 0.0  # no power of a certainty is another one
    return math.exp(math.log(_EVEN) * math.log(ours) / math.log(said))


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


@part
def _share_active(gone: float) -> float:
    return 1 / (1 + math.exp(gone)) if gone < _LARGEST_EXPONENT else gone * 0.0


@part
def _still_active(timing: Timing, rate: float, age: float, duration: float) -> float:
    """Return how likely an active customer stays so for `duration` without ordering."""
    ordering = rate * math.log1p(duration / (timing.alpha + age))
    leaving = timing.s * math.log1p(duration / (timing.beta + age))
    return math.exp(-ordering - leaving)


@part
def _log_area(timing: Timing, rate: float, origin: float, start: float, end: float) -> float:
    """Return the logarithm of the integral of the density of leaving in silence.

    That is ``((alpha + origin) / (alpha + u))^rate * ((beta + origin) / (beta + u))^(s + 1)`` for u
    from `start` to `end`; -inf where they are equal. Taken over ``w = log(u + min(alpha, beta))``:
    it decays there at a rate of at most ``rate + s + 1``.
    """
    if end <= start:
        return -np.inf
    shift = min(timing.alpha, timing.beta)
    low, high = math.log(start + shift), math.log(end + shift)
    steepest = rate + timing.s + 1
    total = 0.0
    while low < high:
        width = min(high - low, _PANEL_WIDTH, _PANEL_DECAY / steepest)
        panel = 0.0
        for i in range(len(_NODES)):
            w = low + width * (1 + _NODES[i]) / 2
            u = math.exp(w) - shift
            decay = rate * math.log((timing.alpha + u) / (timing.alpha + origin))
            decay += (timing.s + 1) * math.log((timing.beta + u) / (timing.beta + origin))
            panel += _WEIGHTS[i] * math.exp(w - decay)
        panel *= width / 2
        total += panel
        if panel < total * _NEGLIGIBLE:
            break
        low += width
    return math.log(total)
