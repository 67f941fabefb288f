"""Where tiers begin: by the shares they should have of the population, or where contact pays."""

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import TrainingRefused
from app.domain.tier_policies import SharePolicy, TierPolicy, ValuePolicy
from training.tiers.contact_costs import ContactCosts
from training.tiers.contact_profit import profit_of_contact

Numbers = NDArray[np.float64]

# Requirement A3: of 50,000 users, 22 % come out High, 48 % Medium and 30 % Low.
HIGH_SHARE = 0.22
MEDIUM_SHARE = 0.48
EDGE = 1e-9  # cut points stay inside (0, 1)
# Factor on the odds by which a tier's edges keep a customer who is in it already. At earlier
# cut-offs of two shops and a made-up company it prevented 67 to 99 % of the changes of tier that
# were undone within four weeks (1.1: 53 to 98 %, 1.2: 76 to 99 %), and left 2 to 7 % of customers
# in another tier than without it (docs/value-and-tiers.md).
BAND = 1.15


def tier_policy(
    probabilities: Numbers, values: Numbers, *, costs: ContactCosts | None, n_population: int
) -> TierPolicy:
    """Return the policy by value where there are `costs`, else that by shares."""
    if costs is None:
        return policy_by_shares(probabilities)
    return policy_by_value(probabilities, values, costs, n_population=n_population)


def policy_by_shares(
    probabilities: Numbers, *, high_share: float = HIGH_SHARE, medium_share: float = MEDIUM_SHARE
) -> SharePolicy:
    """Return the policy whose tiers come nearest to the wanted shares of `probabilities`.

    An edge lies half way between two neighbouring probabilities, so that nobody is exactly on it.
    Customers with equal probabilities always get the same tier: where many share one, the edge goes
    to the end of their block that is nearer to the wanted share. Where all are equal, everybody is
    Low or Medium rather than falsely urgent.

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
    return SharePolicy(f"shares-{name}", medium_from=medium_from, high_from=high_from, band=BAND)


def policy_by_value(
    probabilities: Numbers,
    values: Numbers,
    costs: ContactCosts,
    *,
    n_population: int | None = None,
) -> ValuePolicy:
    """Return the policy that puts those customers into High or Medium whom it pays to contact.

    Where capacity is short, every contact has to bring a price beyond its cost: the smallest price
    at which no more customers of today's population are High or Medium than can be contacted in a
    week. The contacts that earn most are made that way. Customers who would bring the same always
    get the same tier, so none of them is contacted where not all of them can be.

    Parameters
    ----------
    probabilities : float64 array of shape (n,)
        Churn probabilities of the population as of today, or of a sample of it.
    values : float64 array of shape (n,)
        What each would bring in 12 months if kept, NaN = not known; then the median counts.
    n_population : int, optional
        The size of the population, where `probabilities` are a sample of it.

    Raises
    ------
    TrainingRefused
        If no value is known at all.
    """
    median = _median_of_known(values)
    assumed = np.where(np.isnan(values), median, values)
    price = 0.0
    if costs.capacity_per_week is not None:
        sampled = len(assumed) / (n_population or len(assumed))
        profit = profit_of_contact(
            probabilities, assumed, save_rate=costs.save_rate, offer=0.0, contact=costs.contact_cost
        )
        price = _price_of_capacity(profit, int(costs.capacity_per_week * sampled))
    return ValuePolicy(
        version=costs.version,
        contact_cost=costs.contact_cost,
        offer_costs=costs.offer_costs,
        save_rate=costs.save_rate,
        value_otherwise=median,
        capacity_price=price,
        band=BAND,
    )


def _median_of_known(values: Numbers) -> float:
    known = values[np.isfinite(values)]
    if not len(known):
        raise TrainingRefused(
            "tiers by value need the value of customers, and this log has too little to estimate "
            "it: it takes orders with amounts (100 buyers, 30 of them with two), or subscriptions "
            "with a price; leave --tier-policy at shares"
        )
    return float(np.median(known))


def _price_of_capacity(profit: Numbers, most: int) -> float:
    """Return the least price at which at most this many contacts pay; 0 where all of them may."""
    if int((profit >= 0).sum()) <= most:
        return 0.0
    levels, counts = np.unique(profit[profit >= 0], return_counts=True)
    at_least = np.cumsum(counts[::-1])[::-1]  # how many contacts bring a level or more
    fitting = np.flatnonzero(at_least <= most)
    if not len(fitting):
        return float(2 * levels[-1] + 1)  # more than the best of them brings
    first = int(fitting[0])
    return float((levels[first - 1] + levels[first]) / 2)


def _edge(ordered: Numbers, share_above: float) -> float:
    """Return the middle of the gap between values that leaves nearest `share_above` above it."""
    gaps = np.flatnonzero(np.diff(ordered) > 0) + 1  # number of values below each gap
    wanted = len(ordered) * (1 - share_above)
    if len(gaps) == 0:
        return float(ordered[-1]) + EDGE
    below = int(gaps[np.argmin(np.abs(gaps - wanted))])
    return float((ordered[below - 1] + ordered[below]) / 2)
