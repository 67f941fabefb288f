"""What it earns to contact customers, at each one's own value."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.tier_policies import ValuePolicy

Numbers = NDArray[np.float64]

N_STEPS: Final = 100  # of a profit curve


@dataclass(frozen=True, slots=True)
class ProfitCurve:
    """What it would have earned to contact the best customers, arrays of shape (N_STEPS + 1,).

    Attributes
    ----------
    share : of customers contacted, 0 to 1.
    by_profit : money per customer of all, where expected profit decides who is contacted.
    by_risk : the same, where churn probability alone decides.
    """

    share: Numbers
    by_profit: Numbers
    by_risk: Numbers


@dataclass(frozen=True, slots=True)
class PolicyProfit:
    """What a value policy is expected to earn from its population, in money.

    Attributes
    ----------
    total : with the strongest offer that pays to High, and the contact alone to Medium.
    contact_alone : with the contact alone to both. Nobody knows how many more an offer saves, and
        with one save rate for all this is the larger.
    everybody : with the contact alone to everybody.
    n_high, n_medium : how many get an offer, and how many the contact alone.
    """

    total: float
    contact_alone: float
    everybody: float
    n_high: int
    n_medium: int


def profit_of_contact(
    probabilities: Numbers, values: Numbers, *, save_rate: float, offer: float, contact: float
) -> Numbers:
    """Return the expected profit of contacting each customer, shape (n,), in money."""
    gains = probabilities * save_rate * (values - offer)
    return np.asarray(gains - (1 - probabilities) * offer - contact)


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
        What happened, and what was predicted before it did.
    values : float64 array of shape (n,)
        What each customer was expected to bring, finite.
    save_rate : float
        Share of leavers who stay when contacted: an assumption, which no log of activity shows.
    """
    earned = np.where(churned > 0, save_rate * (values - offer), -offer) - contact
    expected = profit_of_contact(
        probabilities, values, save_rate=save_rate, offer=offer, contact=contact
    )
    steps = np.round(np.linspace(0, len(values), N_STEPS + 1)).astype(np.int64)

    def earned_along(ranking: Numbers) -> Numbers:
        order = np.argsort(-ranking, kind="stable")
        return np.concatenate([[0.0], np.cumsum(earned[order])])[steps] / len(values)

    by_profit, by_risk = earned_along(expected), earned_along(probabilities)
    return ProfitCurve(steps / len(values), by_profit, by_risk)


def policy_profit(policy: ValuePolicy, probabilities: Numbers, values: Numbers) -> PolicyProfit:
    """Return what the policy is expected to earn; where a value is NaN, the policy's own counts."""
    assumed = np.where(np.isnan(values), policy.value_otherwise, values)

    def profit(offer: float) -> Numbers:
        return profit_of_contact(
            probabilities,
            assumed,
            save_rate=policy.save_rate,
            offer=offer,
            contact=policy.contact_cost,
        )

    alone = profit(0.0)
    is_contacted = alone >= policy.capacity_price
    best, is_high = alone.copy(), np.zeros(len(assumed), dtype=np.bool_)
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
