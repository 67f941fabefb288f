"""The numbers of the tiers: by the shares they should have in today's population, or by profit."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.bundle.answers.tier_columns import HIGH, LOW, NO_TIER, assign_tiers
from app.domain.errors import TrainingRefused
from app.domain.tiers import AnyTierPolicy, TierPolicy, ValuePolicy, check_costs
from training.tiers.profit import profit_of_contact

# Requirement A3: of 50,000 users 22 % come out High, 48 % Medium and 30 % Low.
HIGH_SHARE = 0.22
MEDIUM_SHARE = 0.48
EDGE = 1e-9  # cut points stay inside (0, 1)
# Factor on the odds by which the edges keep a customer where they stood. At earlier cut-offs of two
# shops and a made-up company it ended 67 to 99 % of the changes of tier that were undone within
# four weeks (1.1: 53 to 98 %, 1.2: 76 to 99 %), and left 2 to 7 % of customers in another tier than
# without it (docs/value-and-tiers.md).
BAND = 1.15


@dataclass(frozen=True, slots=True)
class ContactCosts:
    """What contact costs and how often it helps: what a policy by value is made of.

    Attributes
    ----------
    contact_cost, offer_costs : in the currency of the bundle; offers ascend.
    save_rate : share (0 to 1) of leavers who stay when contacted.
    capacity_per_week : at most so many High and Medium; None = no limit.
    """

    contact_cost: float
    offer_costs: tuple[float, ...]
    save_rate: float
    capacity_per_week: int | None = None

    def __post_init__(self) -> None:
        check_costs(self.contact_cost, self.offer_costs, self.save_rate)
        if self.capacity_per_week is not None and self.capacity_per_week < 0:
            raise ValueError(f"capacity must be 0 or more a week, got {self.capacity_per_week}")

    @property
    def version(self) -> str:
        """The name of the policy: ``value-d10+25-f1-g0.3-n500``."""
        offers = "+".join(f"{cost:g}" for cost in self.offer_costs)
        limit = "" if self.capacity_per_week is None else f"-n{self.capacity_per_week}"
        return f"value-d{offers}-f{self.contact_cost:g}-g{self.save_rate:g}{limit}"


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
    return TierPolicy(f"shares-{name}", medium_from=medium_from, high_from=high_from, band=BAND)


def policy_by_value(
    probabilities: NDArray[np.float64],
    values: NDArray[np.float64],
    costs: ContactCosts,
    *,
    n_population: int | None = None,
) -> ValuePolicy:
    """Return the policy that calls those urgent whom it pays to contact.

    Where capacity is short, every contact has to bring a price beyond its cost: the smallest one at
    which no more customers of today's population are High or Medium than can be contacted in a
    week. So the contacts that earn most are made. Customers who would bring the same are never torn
    apart, and none of them is contacted where not all can be.

    Parameters
    ----------
    probabilities : float64 array of shape (n,)
        Churn probabilities of the population as of today, or of a sample of it.
    values : float64 array of shape (n,)
        What each would bring in 12 months if kept, NaN = not known; then the median counts.
    n_population : int, optional
        How many the population has, where `probabilities` are a sample of it.

    Raises
    ------
    TrainingRefused
        If no value is known at all.
    """
    known = values[np.isfinite(values)]
    if not len(known):
        raise TrainingRefused(
            "tiers by value need the value of customers, and the log tells none: it takes orders "
            "with amounts (100 buyers, 30 of them with two), or subscriptions with a price; leave "
            "--tier-policy at shares"
        )
    median = float(np.median(known))
    taken = np.where(np.isnan(values), median, values)
    price = 0.0
    if costs.capacity_per_week is not None:
        in_sample = len(taken) / (n_population or len(taken))
        profit = profit_of_contact(
            probabilities, taken, save_rate=costs.save_rate, offer=0.0, contact=costs.contact_cost
        )
        price = _price_of_capacity(profit, int(costs.capacity_per_week * in_sample))
    return ValuePolicy(
        version=costs.version,
        contact_cost=costs.contact_cost,
        offer_costs=costs.offer_costs,
        save_rate=costs.save_rate,
        value_otherwise=median,
        capacity_price=price,
        band=BAND,
    )


def shares_of(
    probabilities: NDArray[np.float64],
    policy: AnyTierPolicy,
    values: NDArray[np.float64] | None = None,
) -> dict[str, float]:
    """Return the share (0 to 1) of each tier, highest first; unknown `values` count as it says."""
    n = len(probabilities)
    worth = np.full(n, np.nan) if values is None else values
    tiers = assign_tiers(policy, probabilities, worth, np.full(n, NO_TIER)).tiers
    high, low = float((tiers == HIGH).mean()), float((tiers == LOW).mean())
    return {"high": high, "medium": 1 - high - low, "low": low}


def _price_of_capacity(profit: NDArray[np.float64], most: int) -> float:
    """Return the least price at which at most so many contacts bring as much, 0 where all may."""
    if int((profit >= 0).sum()) <= most:
        return 0.0
    levels, counts = np.unique(profit[profit >= 0], return_counts=True)
    at_least = np.cumsum(counts[::-1])[::-1]  # how many bring a level or more
    fitting = np.flatnonzero(at_least <= most)
    if not len(fitting):
        return float(2 * levels[-1] + 1)  # dearer than the best of them
    first = int(fitting[0])
    return float((levels[first - 1] + levels[first]) / 2)


def _edge(ordered: NDArray[np.float64], share_above: float) -> float:
    """Return the gap between two neighbouring values that leaves nearest `share_above` above it."""
    gaps = np.flatnonzero(np.diff(ordered) > 0) + 1  # number of values below the gap
    wanted = len(ordered) * (1 - share_above)
    if len(gaps) == 0:
        return float(ordered[-1]) + EDGE
    below = int(gaps[np.argmin(np.abs(gaps - wanted))])
    return float((ordered[below - 1] + ordered[below]) / 2)
