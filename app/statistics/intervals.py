"""Confidence intervals in closed form."""

from math import sqrt
from statistics import NormalDist
from typing import Final

CONFIDENCE: Final = 0.95


def wilson_interval(n_events: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a rate of which `n_events` of `n` were observed, `n` at least 1.

    E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22
    (1927), 209-212. Unlike the textbook interval it never leaves [0, 1], and is not empty where
    nothing was observed.
    """
    z = z_value(CONFIDENCE)
    rate, zz = n_events / n, z**2
    middle = (rate + zz / (2 * n)) / (1 + zz / n)
    half = z / (1 + zz / n) * sqrt(rate * (1 - rate) / n + zz / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def z_value(coverage: float) -> float:
    """Return how many standard deviations to either side of its mean hold `coverage` of a normal.

    `coverage` lies between 0 and 1; .95 gives 1.96.
    """
    return NormalDist().inv_cdf(0.5 + coverage / 2)
