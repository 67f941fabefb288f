"""Scores and tiers of many customers in one kernel, with the same bits as `app.domain.tiers`."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.compiled.kernel import entry, part
from app.domain.tiers import (
    ALMOST_CERTAIN,
    HIGH_FROM_SCORE,
    MEDIUM_FROM_SCORE,
    AnyTierPolicy,
    RiskTier,
    TierPolicy,
)

Numbers = NDArray[np.float64]

NO_TIER: Final = -1
LOW, MEDIUM, HIGH = 0, 1, 2
TIERS: Final = (RiskTier.LOW, RiskTier.MEDIUM, RiskTier.HIGH)  # by their codes
CODE_OF_TIER: Final = {RiskTier.LOW: LOW, RiskTier.MEDIUM: MEDIUM, RiskTier.HIGH: HIGH}


class TierColumns(NamedTuple):
    """Scores and tiers of many customers; arrays of shape (n,).

    Attributes
    ----------
    medium_from, high_from : float64, the churn probabilities from which on each customer is Medium,
        and High; NaN = never.
    scores : int64, 0 to 100.
    tiers : int64, positions in `TIERS`.
    """

    medium_from: Numbers
    high_from: Numbers
    scores: NDArray[np.int64]
    tiers: NDArray[np.int64]


class _Rule(NamedTuple):
    """A policy as numbers: a `ValuePolicy` if `save_rate` is above 0, else a `TierPolicy`."""

    medium_from: float
    high_from: float
    contact: float
    offer: float
    save_rate: float
    otherwise: float
    band: float


def assign_tiers(
    policy: AnyTierPolicy,
    probabilities: Numbers,
    values: Numbers,
    before: NDArray[np.int64],
) -> TierColumns:
    """Return edges, score and tier of each customer, whose bits do not depend on the others.

    Parameters
    ----------
    probabilities : float64 array of shape (n,)
        Churn probabilities; `ValueError` if one is NaN or outside 0 to 1.
    values : float64 array of shape (n,)
        The value of each customer, NaN = not known; a `TierPolicy` does not read it.
    before : int64 array of shape (n,)
        `CODE_OF_TIER` of each customer's previous tier, `NO_TIER` = not known.
    """
    n = len(probabilities)
    edges, codes, wrong = np.empty((2, n)), np.empty((2, n), np.int64), np.zeros(1, np.int64)
    _assign_each(_rule_of(policy), probabilities, values, before, edges, codes, wrong)
    if wrong[0]:
        raise ValueError(f"churn probabilities must lie in [0, 1]; {wrong[0]} of {n} do not")
    return TierColumns(edges[0], edges[1], codes[0], codes[1])


def warm_up() -> None:
    """Compile or load the kernel, so that no request waits for it."""
    one = np.full(1, 0.5)
    assign_tiers(TierPolicy("any", medium_from=0.2, high_from=0.6), one, one, np.zeros(1, np.int64))


def _rule_of(policy: AnyTierPolicy) -> _Rule:
    if isinstance(policy, TierPolicy):
        return _Rule(policy.medium_from, policy.high_from, 0.0, 0.0, 0.0, 0.0, policy.band)
    contact = policy.contact_cost + policy.capacity_price
    offer, otherwise = policy.offer_costs[0], policy.value_otherwise
    return _Rule(0.0, 0.0, contact, offer, policy.save_rate, otherwise, policy.band)


@entry
def _assign_each(
    rule: _Rule,
    probabilities: Numbers,
    values: Numbers,
    before: NDArray[np.int64],
    edges: Numbers,
    codes: NDArray[np.int64],
    wrong: NDArray[np.int64],
) -> None:
    for i in range(len(probabilities)):
        medium, high = rule.medium_from, rule.high_from
        if rule.save_rate > 0:
            value = values[i] if values[i] == values[i] else rule.otherwise
            medium, high = _edge(rule, value, 0.0), _edge(rule, value, rule.offer)
            if not medium < high:
                high = np.nan
        if before[i] != NO_TIER:
            medium = _shifted(medium, rule.band if before[i] == LOW else 1 / rule.band)
            high = _shifted(high, 1 / rule.band if before[i] == HIGH else rule.band)
        edges[0, i], edges[1, i] = medium, high
        if not (0 <= probabilities[i] <= 1):
            wrong[0] += 1
            continue
        codes[1, i] = _tier(probabilities[i], medium, high)
        codes[0, i] = _score(probabilities[i], medium, high, codes[1, i])


@part
def _edge(rule: _Rule, value: float, offer: float) -> float:
    costs = offer + rule.contact
    gains = rule.save_rate * (value - offer) + offer
    if not gains > 0:
        return np.nan
    edge = costs / gains
    return edge if edge < ALMOST_CERTAIN else np.nan


@part
def _shifted(edge: float, factor: float) -> float:
    shifted = edge * factor / (1 - edge + edge * factor)
    return shifted if shifted < 1 else edge


@part
def _tier(probability: float, medium: float, high: float) -> int:
    if probability >= high:
        return HIGH
    return MEDIUM if probability >= medium else LOW


@part
def _score(probability: float, medium: float, high: float, tier: int) -> int:
    medium_end = medium if medium < 1 else 1.0
    high_end = high if high < 1 else 1.0
    if tier == HIGH:
        share = (probability - high_end) / (1 - high_end)
        return min(100, HIGH_FROM_SCORE + int(share * (100 - HIGH_FROM_SCORE)))
    if tier == MEDIUM:
        share = (probability - medium_end) / (high_end - medium_end)
        points = int(share * (HIGH_FROM_SCORE - MEDIUM_FROM_SCORE))
        return min(HIGH_FROM_SCORE - 1, MEDIUM_FROM_SCORE + points)
    return min(MEDIUM_FROM_SCORE - 1, int(probability / medium_end * MEDIUM_FROM_SCORE))
