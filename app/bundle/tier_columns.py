"""Tiers of many customers at once: the same numbers, bit for bit, as `app.domain.tiers`."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.tiers import (
    ALMOST_CERTAIN,
    HIGH_FROM_SCORE,
    MEDIUM_FROM_SCORE,
    AnyTierPolicy,
    RiskTier,
    TierPolicy,
    ValuePolicy,
)

Numbers = NDArray[np.float64]

NO_TIER: Final = -1
CODE_OF_TIER: Final = {RiskTier.LOW: 0, RiskTier.MEDIUM: 1, RiskTier.HIGH: 2}


def edges_of_many(
    policy: AnyTierPolicy, values: Numbers, before: NDArray[np.int8] | None = None
) -> tuple[Numbers, Numbers]:
    """Return `medium_from` and `high_from` of each customer, shape (n,); NaN = never.

    Parameters
    ----------
    values : float64 array of shape (n,)
        What each customer is worth, NaN = not known.
    before : int8 array of shape (n,), optional
        `CODE_OF_TIER` of where each stood before, `NO_TIER` = not known; none is known without it.
    """
    medium, high = _edges(policy, values)
    if before is None or policy.band == 1:
        return medium, high
    entered, left = policy.band, 1 / policy.band
    known = before != NO_TIER
    stood_low, stood_high = (
        before == CODE_OF_TIER[RiskTier.LOW],
        before == CODE_OF_TIER[RiskTier.HIGH],
    )
    return (
        np.where(known, _moved(medium, np.where(stood_low, entered, left)), medium),
        np.where(known, _moved(high, np.where(stood_high, left, entered)), high),
    )


def scores_of_many(probabilities: Numbers, medium: Numbers, high: Numbers) -> NDArray[np.int64]:
    """Return the scores, 0 to 100, of churn probabilities at each customer's own edges.

    `ValueError` if a probability is NaN or outside 0 to 1.
    """
    if not ((probabilities >= 0) & (probabilities <= 1)).all():
        raise ValueError("churn probabilities must lie in [0, 1]")
    is_high, is_medium = probabilities >= high, probabilities >= medium
    medium_end = np.where(np.isnan(medium), 1.0, medium)
    high_end = np.where(np.isnan(high), 1.0, high)
    with np.errstate(divide="ignore", invalid="ignore"):
        above = (probabilities - high_end) / (1 - high_end) * (100 - HIGH_FROM_SCORE)
        between = (probabilities - medium_end) / (high_end - medium_end)
        between = between * (HIGH_FROM_SCORE - MEDIUM_FROM_SCORE)
    below = probabilities / medium_end * MEDIUM_FROM_SCORE
    points = np.where(is_high, above, np.where(is_medium, between, below)).astype(np.int64)
    start = np.where(is_high, HIGH_FROM_SCORE, np.where(is_medium, MEDIUM_FROM_SCORE, 0))
    most = np.where(is_high, 100, np.where(is_medium, HIGH_FROM_SCORE - 1, MEDIUM_FROM_SCORE - 1))
    return np.asarray(np.minimum(start + points, most))


def _edges(policy: AnyTierPolicy, values: Numbers) -> tuple[Numbers, Numbers]:
    if isinstance(policy, TierPolicy):
        return np.full(len(values), policy.medium_from), np.full(len(values), policy.high_from)
    known = np.where(np.isnan(values), policy.value_otherwise, values)
    medium, high = _edge(policy, known, 0.0), _edge(policy, known, policy.offer_costs[0])
    return medium, np.where(medium < high, high, np.nan)


def _edge(policy: ValuePolicy, values: Numbers, offer: float) -> Numbers:
    costs = offer + (policy.contact_cost + policy.capacity_price)
    gains = policy.save_rate * (values - offer) + offer
    with np.errstate(divide="ignore", over="ignore"):
        edge = np.where(gains > 0, costs / gains, np.nan)
    return np.where(edge < ALMOST_CERTAIN, edge, np.nan)


def _moved(edge: Numbers, factor: Numbers) -> Numbers:
    moved = edge * factor / (1 - edge + edge * factor)
    return np.where(moved < 1, moved, edge)
