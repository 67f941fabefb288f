"""Pareto/NBD: how often a customer orders, and whether the customer has dropped out.

While active, each customer orders at an individual rate; at some time each drops out for good, at
another individual rate. Both rates vary between customers as gamma distributions, with parameters
(r, alpha) and (s, beta). Time is in days. A customer is described by `repeats` (days with an order
after the first), `last_at` (days from the first order to the last) and `age` (days from the first
order to now). The functions are compiled, and take one customer at a time.

Reference: P. Fader, B. Hardie, "A Note on Deriving the Pareto/NBD Model and Related Expressions",
2005: likelihood (equations 15 to 18), P(alive) and conditional expectation.
"""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.bundle.value.silent_dropout import log_silent_dropout
from app.compiled.kernel import entry, part

Floats = NDArray[np.float64]

_LARGEST_EXPONENT: Final = 700.0
_NEAR_LIMIT: Final = 1e-9  # closer to s = 1, the limit of a fraction stands in for the fraction


class ParetoNbd(NamedTuple):
    """Parameters of the days with an order; alpha and beta in days. Kernels take named tuples."""

    r: float
    alpha: float
    s: float
    beta: float


def log_likelihoods(timing: ParetoNbd, repeats: Floats, last_at: Floats, age: Floats) -> Floats:
    """Return the log-likelihood of each customer's days with orders, shape (n,); for training."""
    out = np.empty(len(repeats))
    _write_log_likelihoods(
        timing,
        np.ascontiguousarray(repeats),
        np.ascontiguousarray(last_at),
        np.ascontiguousarray(age),
        out,
    )
    return out


@entry
def _write_log_likelihoods(
    timing: ParetoNbd, repeats: Floats, last_at: Floats, age: Floats, out: Floats
) -> None:
    common = timing.r * math.log(timing.alpha) + timing.s * math.log(timing.beta)
    for i in range(len(repeats)):
        rate = timing.r + repeats[i]
        dropped_out = log_odds_dropped_out(timing, repeats[i], last_at[i], age[i])
        active = rate * math.log(timing.alpha + age[i]) + timing.s * math.log(timing.beta + age[i])
        either = max(dropped_out, 0.0) + math.log1p(math.exp(-abs(dropped_out)))
        out[i] = common + math.lgamma(rate) - math.lgamma(timing.r) - active + either


@part
def log_odds_dropped_out(timing: ParetoNbd, repeats: float, last_at: float, age: float) -> float:
    """Return the log-odds that the customer has dropped out: P(alive) = 1 / (1 + e^log-odds)."""
    rate, drop = timing.r + repeats, timing.s
    log_area = log_silent_dropout(timing.alpha, timing.beta, rate, drop + 1, last_at, age)
    if log_area == -np.inf:
        return -np.inf
    at_last = rate * math.log(timing.alpha + last_at) + (drop + 1) * math.log(timing.beta + last_at)
    now = rate * math.log(timing.alpha + age) + drop * math.log(timing.beta + age)
    return math.log(drop) + log_area - at_last + now


@part
def expected_order_days(
    timing: ParetoNbd, dropped_out: float, repeats: float, age: float, duration: float
) -> float:
    """Return the expected days with an order in the next `duration` days.

    `dropped_out` are the log-odds of `log_odds_dropped_out`; -inf = certainly active.
    """
    later = math.log1p(duration / (timing.beta + age))
    shape = timing.s - 1
    # The limit of the fraction for s = 1 is `later`; expm1 keeps it exact around there.
    lasting = later if abs(shape) < _NEAR_LIMIT else -math.expm1(-shape * later) / shape
    rate = (timing.r + repeats) / (timing.alpha + age)
    return probability_active(dropped_out) * rate * (timing.beta + age) * lasting


@part
def no_order_probability(
    timing: ParetoNbd, dropped_out: float, repeats: float, age: float, duration: float
) -> float:
    """Return the probability (0 to 1) of no order in the next `duration` days.

    The customer has dropped out already, or drops out before the next order, or stays active
    without one. It equals the likelihood of the same orders observed `duration` later over their
    likelihood now.
    """
    drops_out = 0.0
    rate = timing.r + repeats
    log_area = log_silent_dropout(
        timing.alpha, timing.beta, rate, timing.s + 1, age, age + duration
    )
    if log_area > -np.inf:
        drops_out = timing.s * math.exp(log_area) / (timing.beta + age)
    stays = _stays_active_without_order(timing, rate, age, duration)
    active = probability_active(dropped_out)
    return min(1.0, probability_active(-dropped_out) + active * (drops_out + stays))


@part
def probability_active(dropped_out: float) -> float:
    """Return P(alive), 0 to 1, from the log-odds of having dropped out; NaN stays NaN."""
    if dropped_out < _LARGEST_EXPONENT:
        return 1 / (1 + math.exp(dropped_out))
    return dropped_out * 0.0


@part
def _stays_active_without_order(
    timing: ParetoNbd, rate: float, age: float, duration: float
) -> float:
    """Return the probability that an active customer stays so and orders nothing."""
    ordering = rate * math.log1p(duration / (timing.alpha + age))
    leaving = timing.s * math.log1p(duration / (timing.beta + age))
    return math.exp(-ordering - leaving)
