"""Scores and tiers of many customers in one kernel, by the rule of `app.domain.tiers`, compiled."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.compiled.kernel import entry, part
from app.domain.tier_policies import SharePolicy, TierPolicy, paying_edge
from app.domain.tiers import HIGH, LOW, score_at, shift_edge, tier_code

Numbers = NDArray[np.float64]

NO_TIER: Final = -1  # where a tier is not known; those that are have codes in `app.domain.tiers`

_edge, _shifted = part(paying_edge), part(shift_edge)
_tier, _score = part(tier_code), part(score_at)


class TierColumns(NamedTuple):
    """Scores and tiers of many customers; arrays of shape (n,).

    Attributes
    ----------
    medium_from, high_from : float64, the churn probabilities from which on each customer is Medium,
        and High; NaN = never.
    scores : int64, 0 to 100.
    tiers : int64, positions in `app.domain.tiers.TIERS`.
    """

    medium_from: Numbers
    high_from: Numbers
    scores: NDArray[np.int64]
    tiers: NDArray[np.int64]


class _Rule(NamedTuple):
    """A policy as numbers: a `ValuePolicy` if `save_rate` is above 0, else a `SharePolicy`."""

    medium_from: float
    high_from: float
    contact: float
    offer: float
    save_rate: float
    otherwise: float
    band: float


def assign_tiers(
    policy: TierPolicy,
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
        The value of each customer, NaN = not known; a `SharePolicy` does not read it.
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
    assign_tiers(
        SharePolicy("any", medium_from=0.2, high_from=0.6), one, one, np.zeros(1, np.int64)
    )


def _rule_of(policy: TierPolicy) -> _Rule:
    if isinstance(policy, SharePolicy):
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
            medium = _edge(value, 0.0, rule.contact, rule.save_rate)
            high = _edge(value, rule.offer, rule.contact, rule.save_rate)
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
