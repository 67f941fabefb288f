"""Which customer is in which tier."""

import numpy as np
from numpy.typing import NDArray

from app.bundle.answers.tier_columns import NO_TIER, assign_tiers
from app.domain.tier_policies import TierPolicy
from app.domain.tiers import HIGH, LOW

Numbers = NDArray[np.float64]


def tiers_of(
    probabilities: Numbers,
    policy: TierPolicy,
    *,
    values: Numbers | None = None,
    previous: NDArray[np.int64] | None = None,
) -> NDArray[np.int64]:
    """Return each customer's tier (0 = Low, 1 = Medium, 2 = High), shape (n,).

    Parameters
    ----------
    values : float64 array of shape (n,), for policies by value: what each customer would bring in
        12 months if kept, NaN = not known; then the policy's own value counts.
    previous : int64 array of shape (n,), the tiers that the customers had; None = they had none.
    """
    n = len(probabilities)
    return assign_tiers(
        policy,
        probabilities,
        np.full(n, np.nan) if values is None else values,
        np.full(n, NO_TIER) if previous is None else previous,
    ).tiers


def tier_shares(
    probabilities: Numbers, policy: TierPolicy, values: Numbers | None = None
) -> dict[str, float]:
    """Return the share (0 to 1) of customers in each tier, highest first."""
    tiers = tiers_of(probabilities, policy, values=values)
    high, low = float((tiers == HIGH).mean()), float((tiers == LOW).mean())
    return {"high": high, "medium": 1 - high - low, "low": low}
