"""What contact earns: at each customer's own value, and the expected maximum profit (EMPC).

T. Verbraken, W. Verbeke, B. Baesens, "A Novel Profit Maximizing Metric for Measuring Classification
Performance of Customer Churn Prediction Models", IEEE Transactions on Knowledge and Data
Engineering 25(5), 2013.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

from app.domain.tiers import ValuePolicy

Numbers = NDArray[np.float64]

N_STEPS: Final = 100  # of a profit curve
# The paper's defaults: who is offered something worth 10 for a contact of 1 stays with a share that
# is not known, beta(6, 14), 30 % on average; a customer who stays is worth 200.
PAPER_VALUE: Final = 200.0
PAPER_OFFER: Final = 10.0
PAPER_CONTACT: Final = 1.0
PAPER_BETA: Final = (6.0, 14.0)


@dataclass(frozen=True, slots=True)
class MaximumProfit:
    """The expected maximum profit, money per customer, and the share to contact for it."""

    profit: float
    share: float


@dataclass(frozen=True, slots=True)
class ProfitCurve:
    """What contacting the best so many would have earned, shape (N_STEPS + 1,).

    Attributes
    ----------
    share : of customers contacted, 0 to 1.
    by_profit : money per customer of all, who is contacted chosen by expected profit.
    by_risk : the same, chosen by churn probability alone.
    """

    share: Numbers
    by_profit: Numbers
    by_risk: Numbers


@dataclass(frozen=True, slots=True)
class PolicyProfit:
    """What a value policy is expected to earn from its population, in money.

    Attributes
    ----------
    total : the strongest offer that pays to High, the contact alone to Medium.
    contact_alone : the contact alone to both: what an offer adds to saving is not known, so with
        one save rate for all this is the larger.
    everybody : the contact alone to everybody.
    n_high, n_medium : how many get an offer, and how many the contact alone.
    """

    total: float
    contact_alone: float
    everybody: float
    n_high: int
    n_medium: int


def expected_maximum_profit(
    churned: Numbers,
    scores: Numbers,
    *,
    value: float = PAPER_VALUE,
    offer: float = PAPER_OFFER,
    contact: float = PAPER_CONTACT,
    beta: tuple[float, float] = PAPER_BETA,
) -> MaximumProfit:
    """Return the profit of contacting the best share by `scores`, over what the save rate may be.

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
    of_leavers, of_stayers = _hull(churned, scores)
    leavers, stayers = float(churned.mean()), 1 - float(churned.mean())
    lost = stayers * (offer + contact) * of_stayers + leavers * contact * of_leavers
    kept = leavers * (value - offer) * of_leavers
    turns = np.diff(lost) / np.diff(kept)  # from which save rate the next corner is better
    edges = np.concatenate([[0.0], np.clip(turns, 0.0, 1.0), [1.0]])
    a, b = beta
    chance = np.diff(betainc(a, b, edges))
    mean = a / (a + b) * np.diff(betainc(a + 1, b, edges))
    share = leavers * of_leavers + stayers * of_stayers
    return MaximumProfit(float(kept @ mean - lost @ chance), float(share @ chance))


def profit_curve(
    churned: Numbers,
    probabilities: Numbers,
    values: Numbers,
    *,
    save_rate: float,
    offer: float,
    contact: float,
) -> ProfitCurve:
    """Return what contact would have earned at each customer's own value.

    Parameters
    ----------
    churned, probabilities : float64 arrays of shape (n,)
        What happened and what was said before it did.
    values : float64 array of shape (n,)
        What each was said to be worth, finite.
    save_rate : float
        Share of leavers who stay when contacted: an assumption, no history of mere activity tells.
    """
    earned = np.where(churned > 0, save_rate * (values - offer), -offer) - contact
    foreseen = profit_of_contact(
        probabilities, values, save_rate=save_rate, offer=offer, contact=contact
    )
    steps = np.round(np.linspace(0, len(values), N_STEPS + 1)).astype(np.int64)

    def along(order_by: Numbers) -> Numbers:
        order = np.argsort(-order_by, kind="stable")
        return np.concatenate([[0.0], np.cumsum(earned[order])])[steps] / len(values)

    return ProfitCurve(steps / len(values), along(foreseen), along(probabilities))


def profit_of_contact(
    probabilities: Numbers, values: Numbers, *, save_rate: float, offer: float, contact: float
) -> Numbers:
    """Return the expected profit of contacting each customer, shape (n,), in money."""
    gains = probabilities * save_rate * (values - offer)
    return np.asarray(gains - (1 - probabilities) * offer - contact)


def policy_profit(policy: ValuePolicy, probabilities: Numbers, values: Numbers) -> PolicyProfit:
    """Return what the policy is expected to earn; unknown `values` (NaN) count as it says."""
    known = np.where(np.isnan(values), policy.value_otherwise, values)

    def profit(offer: float) -> Numbers:
        return profit_of_contact(
            probabilities,
            known,
            save_rate=policy.save_rate,
            offer=offer,
            contact=policy.contact_cost,
        )

    alone = profit(0.0)
    is_contacted = alone >= policy.capacity_price
    best, is_high = alone.copy(), np.zeros(len(known), dtype=np.bool_)
    for cost in policy.offer_costs:
        pays = is_contacted & (profit(cost) >= policy.capacity_price)
        best, is_high = np.where(pays, profit(cost), best), is_high | pays
    return PolicyProfit(
        total=float(best[is_contacted].sum()),
        contact_alone=float(alone[is_contacted].sum()),
        everybody=float(alone.sum()),
        n_high=int(is_high.sum()),
        n_medium=int((is_contacted & ~is_high).sum()),
    )


def _hull(churned: Numbers, scores: Numbers) -> tuple[Numbers, Numbers]:
    """Return shares of leavers and of stayers above each corner of the ROC curve's convex hull.

    From nobody to everybody; no corner after the first has the share of leavers of the one before.
    """
    order = np.argsort(-scores, kind="stable")
    last_of_block = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
    leavers = np.cumsum(churned[order])[last_of_block]
    stayers = last_of_block + 1 - leavers
    hull = [(0.0, 0.0)]
    for point in zip(leavers / leavers[-1], stayers / stayers[-1], strict=True):
        while len(hull) > 1 and not _turns(hull[-2], hull[-1], point):
            hull.pop()
        hull.append((float(point[0]), float(point[1])))
    corners = np.array(hull)
    # Corners beyond the first with all leavers would contact stayers alone.
    n = int(np.argmax(corners[:, 0] >= corners[-1, 0])) + 1
    return corners[:n, 0], corners[:n, 1]


def _turns(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    """Return whether the way from a over b to c bends towards more stayers per leaver."""
    return (b[0] - a[0]) * (c[1] - a[1]) > (c[0] - a[0]) * (b[1] - a[1])
