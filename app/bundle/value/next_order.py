"""The date of the next order: by it, an order is as likely to have come as not."""

import math
from typing import Final

import numpy as np

from app.bundle.value.pareto_nbd import ParetoNbd, no_order_probability, probability_active
from app.compiled.kernel import part

_MAX_STEPS: Final = 60
_MEDIAN: Final = 0.5
_TOLERANCE: Final = 1e-12


@part
def median_days_to_order(
    timing: ParetoNbd, dropped_out: float, repeats: float, age: float, limit: float, level: float
) -> float:
    """Return after how many days the probability of no order has fallen to `level`.

    At a level of one half this is the median. NaN if it takes more than `limit` days, or never
    happens.

    The probability of no order falls ever more slowly with time, and also as a function of the
    probability of no order from a customer who cannot drop out: it is a convex function of that
    one, and nearly a line. So Newton's steps along it, starting from 1, approach the level from
    above and never pass it; two or three suffice.
    """
    if not no_order_probability(timing, dropped_out, repeats, age, limit) <= level:
        return np.nan
    rate, active = timing.r + repeats, probability_active(dropped_out)
    wait, without_dropout = 0.0, 1.0
    for _ in range(_MAX_STEPS):
        above = no_order_probability(timing, dropped_out, repeats, age, wait) - level
        slope = active * math.exp(-timing.s * math.log1p(wait / (timing.beta + age)))
        without_dropout -= above / slope
        if not above > _TOLERANCE or not without_dropout > 0.0:
            break
        wait = (timing.alpha + age) * math.expm1(-math.log(without_dropout) / rate)
    return min(wait, limit)


@part
def median_level(
    timing: ParetoNbd,
    dropped_out: float,
    repeats: float,
    age: float,
    horizon: float,
    known: float,
) -> float:
    """Return the level of Pareto/NBD's probability of no order at which the median is reached.

    It is one half, unless the probability `known` of no order within the horizon comes from a
    better source (NaN = it does not). Then Pareto/NBD's S(t) is raised to the power that makes both
    agree at the horizon, for all t. So the date must lie beyond the horizon exactly where `known`
    is above one half.
    """
    if known != known:  # noqa: PLR0124 - true for NaN alone
        return _MEDIAN
    ours = no_order_probability(timing, dropped_out, repeats, age, horizon)
    if not (ours < 1 - _TOLERANCE and known < 1):
        return 0.0  # no power turns a certainty into another probability
    return math.exp(math.log(_MEDIAN) * math.log(ours) / math.log(known))
