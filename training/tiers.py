"""The cut points of the tiers, from the shares they should have in today's population."""

import numpy as np
from numpy.typing import NDArray

from app.domain.tiers import TierPolicy

# Requirement A3: of 50,000 users 22 % come out High, 48 % Medium and 30 % Low.
HIGH_SHARE = 0.22
MEDIUM_SHARE = 0.48
EDGE = 1e-9  # cut points stay inside (0, 1)


def policy_by_shares(
    probabilities: NDArray[np.float64],
    *,
    high_share: float = HIGH_SHARE,
    medium_share: float = MEDIUM_SHARE,
) -> TierPolicy:
    """Return the policy whose tiers come nearest to the wanted shares of `probabilities`.

    An edge lies half way between two neighbouring probabilities, so nobody stands on it. Customers
    with equal probabilities are never torn apart: where many share one, the edge goes to the end
    of their block that is nearer to the wanted share, and the shares are met as nearly as that
    allows. Where all are equal everybody is Low or Medium rather than falsely urgent.

    Parameters
    ----------
    probabilities : float64 array of shape (n,)
        Churn probabilities of the whole population as of today.
    high_share, medium_share : float
        Wanted shares (0 to 1) of High and Medium; the rest is Low.
    """
    shares = (high_share, medium_share, 1 - high_share - medium_share)
    name = "-".join(str(round(100 * share)) for share in shares)
    ordered = np.sort(probabilities)
    medium_from = _edge(ordered, high_share + medium_share)
    high_from = _edge(ordered, high_share)
    medium_from = min(max(medium_from, EDGE), 1 - 2 * EDGE)
    high_from = min(max(high_from, medium_from + EDGE), 1 - EDGE)
    return TierPolicy(f"shares-{name}", medium_from=medium_from, high_from=high_from)


def shares_of(probabilities: NDArray[np.float64], policy: TierPolicy) -> dict[str, float]:
    """Return the share (0 to 1) of each tier, highest first."""
    high = float((probabilities >= policy.high_from).mean())
    low = float((probabilities < policy.medium_from).mean())
    return {"high": high, "medium": 1 - high - low, "low": low}


def _edge(ordered: NDArray[np.float64], share_above: float) -> float:
    """Return the gap between two neighbouring values that leaves nearest `share_above` above it."""
    gaps = np.flatnonzero(np.diff(ordered) > 0) + 1  # number of values below the gap
    wanted = len(ordered) * (1 - share_above)
    if len(gaps) == 0:
        return float(ordered[-1]) + EDGE
    below = int(gaps[np.argmin(np.abs(gaps - wanted))])
    return float((ordered[below - 1] + ordered[below]) / 2)
