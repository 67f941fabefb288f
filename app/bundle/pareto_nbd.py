"""Pareto/NBD for one customer at a time: orders to expect, silence, and when the next one comes.

While active, a customer orders at a rate of their own, and at a moment of their own stops for
good; both rates vary between customers as gamma distributions with parameters (r, alpha) and
(s, beta). Time is in days. A customer is `repeats` (order days after the first), `last_at` (days
from the first order to the last) and `age` (days from the first order to now).

The literature writes the likelihood with differences of two hypergeometric functions, which cancel
and converge slowly for frequent customers. Here their integral is taken numerically: its integrand
is positive and smooth, so nothing cancels, however many orders there are.

References
----------
P. Fader, B. Hardie, "A Note on Deriving the Pareto/NBD Model and Related Expressions", 2005:
likelihood, P(alive) and conditional expectation.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numba import njit

_kernel = njit(error_model="numpy", cache=True, nogil=True)

# Gauss and Legendre with 16 points over panels this narrow are right to 1e-13: the integrand has
# its nearest pole at a distance of pi, and decays by no more than e^12, within a panel.
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_PANEL_WIDTH: Final = 2.0
_PANEL_DECAY: Final = 12.0
_NEGLIGIBLE: Final = 1e-17  # a panel below this share of the sum changes no bit of it
_MAX_STEPS: Final = 60


class ParetoNbd(NamedTuple):
    """The four parameters; alpha and beta in days. A named tuple, because Numba takes those."""

    r: float
    alpha: float
    s: float
    beta: float


@_kernel
def log_odds_gone(model: ParetoNbd, repeats: float, last_at: float, age: float) -> float:
    """Return the log-odds that the customer has stopped for good: P(alive) = 1 / (1 + e^it)."""
    rate, drop = model.r + repeats, model.s
    log_area = _log_area(model, rate, last_at, last_at, age)
    if log_area == -np.inf:
        return -np.inf
    at_last = rate * math.log(model.alpha + last_at) + (drop + 1) * math.log(model.beta + last_at)
    now = rate * math.log(model.alpha + age) + drop * math.log(model.beta + age)
    return math.log(drop) + log_area - at_last + now


@_kernel
def expected_orders(
    model: ParetoNbd, repeats: float, last_at: float, age: float, duration: float
) -> float:
    """Return the expected number of order days in the next `duration` days."""
    log_odds = log_odds_gone(model, repeats, last_at, age)
    alive = 1 / (1 + math.exp(log_odds)) if log_odds < 700 else 0.0
    later = math.log1p(duration / (model.beta + age))
    shape = model.s - 1
    # The limit of the fraction for s = 1 is `later`; expm1 keeps it exact around there.
    lasting = later if abs(shape) < 1e-9 else -math.expm1(-shape * later) / shape
    rate = (model.r + repeats) / (model.alpha + age)
    return alive * rate * (model.beta + age) * lasting


@_kernel
def silence(model: ParetoNbd, repeats: float, last_at: float, age: float, duration: float) -> float:
    """Return the probability (0 to 1) of no order day in the next `duration` days.

    It is the likelihood of the same orders seen `duration` later over their likelihood now.
    """
    gone = log_odds_gone(model, repeats, last_at, age)
    return _silence(model, gone, model.r + repeats, age, duration)


@_kernel
def median_wait(
    model: ParetoNbd, repeats: float, last_at: float, age: float, limit: float
) -> float:
    """Return the days until the next order is as likely to have come as not; NaN beyond `limit`.

    The probability of silence falls ever more slowly (it is convex), so Newton's steps from 0
    approach the median from below and never pass it.
    """
    gone = log_odds_gone(model, repeats, last_at, age)
    rate = model.r + repeats
    if _silence(model, gone, rate, age, limit) > 0.5:
        return np.nan
    wait = 0.0
    for _ in range(_MAX_STEPS):
        above = _silence(model, gone, rate, age, wait) - 0.5
        hazard = _still_active(model, gone, rate, age, wait) * rate / (model.alpha + age + wait)
        if not above > 1e-12 or not hazard > 0.0:
            break
        wait += above / hazard
    return min(wait, limit)


@_kernel
def _silence(model: ParetoNbd, gone: float, rate: float, age: float, duration: float) -> float:
    """Return P(no order) given the log-odds of having `gone`: gone, or going, or still active."""
    odds_of_going = 0.0
    log_area = _log_area(model, rate, age, age, age + duration)
    if log_area > -np.inf:
        odds_of_going = model.s * math.exp(log_area) / (model.beta + age)
    share_gone = 1 / (1 + math.exp(-gone)) if gone > -700 else 0.0
    active = 1 / (1 + math.exp(gone)) if gone < 700 else 0.0
    still = _still_active(model, gone, rate, age, duration)
    return min(1.0, share_gone + active * odds_of_going + still)


@_kernel
def _still_active(model: ParetoNbd, gone: float, rate: float, age: float, duration: float) -> float:
    """Return the probability to be active after `duration` without having ordered."""
    active = 1 / (1 + math.exp(gone)) if gone < 700 else 0.0
    ordering = rate * math.log1p(duration / (model.alpha + age))
    leaving = model.s * math.log1p(duration / (model.beta + age))
    return active * math.exp(-ordering - leaving)


@_kernel
def _log_area(model: ParetoNbd, rate: float, origin: float, start: float, end: float) -> float:
    """Return the logarithm of the integral of the density of leaving in silence.

    That is ``((alpha + origin) / (alpha + u))^rate * ((beta + origin) / (beta + u))^(s + 1)`` for u
    from `start` to `end`; -inf where they are equal. Taken over ``w = log(u + min(alpha, beta))``:
    it decays there at a rate of at most ``rate + s + 1``.
    """
    if end <= start:
        return -np.inf
    shift = min(model.alpha, model.beta)
    low, high = math.log(start + shift), math.log(end + shift)
    steepest = rate + model.s + 1
    total = 0.0
    while low < high:
        width = min(high - low, _PANEL_WIDTH, _PANEL_DECAY / steepest)
        panel = 0.0
        for i in range(len(_NODES)):
            w = low + width * (1 + _NODES[i]) / 2
            u = math.exp(w) - shift
            decay = rate * math.log((model.alpha + u) / (model.alpha + origin))
            decay += (model.s + 1) * math.log((model.beta + u) / (model.beta + origin))
            panel += _WEIGHTS[i] * math.exp(w - decay)
        panel *= width / 2
        total += panel
        if panel < total * _NEGLIGIBLE:
            break
        low += width
    return math.log(total)
