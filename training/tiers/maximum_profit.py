"""The expected maximum profit (EMPC) of a ranking.

T. Verbraken, W. Verbeke, B. Baesens, "A Novel Profit Maximizing Metric for Measuring Classification
Performance of Customer Churn Prediction Models", IEEE Transactions on Knowledge and Data
Engineering 25(5), 2013.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

Numbers = NDArray[np.float64]

# The paper's defaults: a contact costs 1 and offers something worth 10. The share of leavers who
# then stay is not known: beta(6, 14), 30 % on average. A customer who stays is worth 200.
PAPER_VALUE: Final = 200.0
PAPER_OFFER: Final = 10.0
PAPER_CONTACT: Final = 1.0
PAPER_BETA: Final = (6.0, 14.0)


@dataclass(frozen=True, slots=True)
class MaximumProfit:
    """The expected maximum profit, money per customer, and the share to contact for it."""

    profit: float
    share: float


def expected_maximum_profit(
    churned: Numbers,
    scores: Numbers,
    *,
    value: float = PAPER_VALUE,
    offer: float = PAPER_OFFER,
    contact: float = PAPER_CONTACT,
    beta: tuple[float, float] = PAPER_BETA,
) -> MaximumProfit:
    """Return the profit of contacting the best share by `scores`, averaged over save rates.

    For each save rate the best share is a corner of the ROC curve's convex hull; the integral over
    the beta distribution is exact (equation 8 of the paper and its appendix).

    Parameters
    ----------
    churned : float64 array of shape (n,)
        Outcomes, 0 or 1, both present (`ValueError` otherwise).
    scores : float64 array of shape (n,)
        Higher is more at risk.
    """
    if not 0 < churned.mean() < 1:
        raise ValueError("the profit of a ranking needs customers who left and who stayed")
    if not 0 <= offer < value:
        raise ValueError(f"an offer must cost less than the value of {value}, got {offer}")
    of_leavers, of_stayers = _convex_hull(churned, scores)
    leavers, stayers = float(churned.mean()), 1 - float(churned.mean())
    lost = stayers * (offer + contact) * of_stayers + leavers * contact * of_leavers
    saved = leavers * (value - offer) * of_leavers
    turns = np.diff(lost) / np.diff(saved)  # the save rate from which the next corner is better
    edges = np.concatenate([[0.0], np.clip(turns, 0.0, 1.0), [1.0]])
    a, b = beta
    chance = np.diff(betainc(a, b, edges))
    mean = a / (a + b) * np.diff(betainc(a + 1, b, edges))
    share = leavers * of_leavers + stayers * of_stayers
    return MaximumProfit(float(saved @ mean - lost @ chance), float(share @ chance))


def _convex_hull(churned: Numbers, scores: Numbers) -> tuple[Numbers, Numbers]:
    """Return shares of leavers and of stayers above each corner of the ROC curve's convex hull.

    From nobody to everybody. The share of leavers grows from each corner to the next.
    """
    leavers, stayers = _cumulative_shares(churned, scores)
    hull = [(0.0, 0.0)]
    for point in zip(leavers, stayers, strict=True):
        while len(hull) > 1 and not _bends(hull[-2], hull[-1], point):
            hull.pop()
        hull.append((float(point[0]), float(point[1])))
    corners = np.array(hull)
    # Corners beyond the first with all leavers would contact stayers alone.
    n = int(np.argmax(corners[:, 0] >= corners[-1, 0])) + 1
    return corners[:n, 0], corners[:n, 1]


def _cumulative_shares(churned: Numbers, scores: Numbers) -> tuple[Numbers, Numbers]:
    """Return the shares of leavers and of stayers with at least each distinct score."""
    order = np.argsort(-scores, kind="stable")
    last_of_block = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
    leavers = np.cumsum(churned[order])[last_of_block]
    stayers = last_of_block + 1 - leavers
    return leavers / leavers[-1], stayers / stayers[-1]


def _bends(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    """Return whether the way from a over b to c bends towards more stayers per leaver."""
    return (b[0] - a[0]) * (c[1] - a[1]) > (c[0] - a[0]) * (b[1] - a[1])
