"""Tier policies: where the tiers begin, the same for every customer or from what a contact earns.

A policy is an output of training, and a bundle carries it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, Final, Literal, NamedTuple, TypeAlias

from app.domain.tiers import RiskTier, TierEdges, edge_or_none

# An edge closer to 1 than this counts as none: no score could tell the tiers apart there.
ALMOST_CERTAIN: Final = 1 - 1e-9
# With odds a hundred times those of the edge, nobody would ever leave a tier. Much wider bands
# would also round edges to 1 and move them past each other.
WIDEST_BAND: Final = 100.0

PolicyKind: TypeAlias = Literal["shares", "value"]
ValueBasis: TypeAlias = Literal["own", "median"]


@dataclass(frozen=True, slots=True)
class SharePolicy:
    """Two inclusive cut points on the churn probability (0 to 1), the same for every customer.

    Training chooses them so that each tier has a given share of the population. `band` is the
    factor on the odds by which `TierEdges.seen_from` moves them; 1 = not at all.
    """

    version: str
    medium_from: float
    high_from: float
    band: float = 1.0
    kind: ClassVar[PolicyKind] = "shares"

    def __post_init__(self) -> None:
        TierEdges(self.medium_from, self.high_from)
        _validate_band(self.band)

    def edges_of(self, *, before: RiskTier | None = None) -> TierEdges:
        """Return the edges for a customer whose previous tier is `before`."""
        return TierEdges(self.medium_from, self.high_from).seen_from(before, band=self.band)


@dataclass(frozen=True, slots=True)
class ValuePolicy:
    """Contact where it pays: edges from each customer's own value and from what a contact costs.

    A contact with an offer pays if ``p > (d + f) / (save_rate * (value - d) + d)``, where d is the
    cost of the offer, f the cost of the contact and p the churn probability: of those who would
    leave, the share `save_rate` stays for the offer and keeps its `value`; those who would have
    stayed take the offer, too (T. Verbraken et al., "A Novel Profit Maximizing Metric for Measuring
    Classification Performance of Customer Churn Prediction Models", 2013, equation 1, solved for
    p). Medium begins where the contact alone (d = 0) pays, High where one with an offer does.

    Attributes
    ----------
    contact_cost, offer_costs : in the currency of the values; offers ascend.
    save_rate : share (0 to 1) of leavers who stay when contacted.
    value_otherwise : the value assumed for a customer whose own is not known: the median.
    capacity_price : what a contact must earn beyond its costs, so that no more contacts pay than
        can be made; 0 = no limit.
    band : the factor on the odds by which `TierEdges.seen_from` moves edges; 1 = not at all.
    """

    version: str
    contact_cost: float
    offer_costs: tuple[float, ...]
    save_rate: float
    value_otherwise: float
    capacity_price: float = 0.0
    band: float = 1.0
    kind: ClassVar[PolicyKind] = "value"

    def __post_init__(self) -> None:
        validate_costs(self.contact_cost, self.offer_costs, self.save_rate)
        for name in ("value_otherwise", "capacity_price"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"{name} must be a finite amount >= 0, got {getattr(self, name)}")
        _validate_band(self.band)

    def edges_of(self, *, value: float | None = None, before: RiskTier | None = None) -> TierEdges:
        """Return the edges for a customer of this `value` (None or NaN = not known)."""
        return self._edges(value, self.offer_costs[0]).seen_from(before, band=self.band)

    def offer_of(
        self, probability: float, *, value: float | None = None, before: RiskTier | None = None
    ) -> float | None:
        """Return the cost of the strongest offer that pays; None where none does."""
        paying = None
        for cost in self.offer_costs:
            edges = self._edges(value, cost).seen_from(before, band=self.band)
            if edges.tier_of(probability) is RiskTier.HIGH:
                paying = cost
        return paying

    def basis_of(self, value: float | None) -> ValueBasis:
        """Return whether the edges rest on the customer's own value or on the median."""
        return "median" if value is None or math.isnan(value) else "own"

    def _edges(self, value: float | None, offer: float) -> TierEdges:
        known = self.value_otherwise if value is None or math.isnan(value) else value
        contact = self.contact_cost + self.capacity_price
        medium = paying_edge(known, 0.0, contact, self.save_rate)
        high = paying_edge(known, offer, contact, self.save_rate)
        return TierEdges(edge_or_none(medium), edge_or_none(high) if medium < high else None)


TierPolicy: TypeAlias = SharePolicy | ValuePolicy


def paying_edge(value: float, offer: float, contact: float, save_rate: float) -> float:
    """Return from which churn probability on a contact pays, see `ValuePolicy`; NaN = from none.

    `app.bundle.answers.tier_columns` compiles this function.
    """
    costs = offer + contact
    gains = save_rate * (value - offer) + offer
    if not gains > 0:
        return math.nan
    edge = costs / gains
    return edge if edge < ALMOST_CERTAIN else math.nan


class AppliedTierPolicy(NamedTuple):
    """A tier policy as it applies to one customer.

    The edges are churn probabilities (0 to 1, inclusive); None = at no probability.
    """

    kind: PolicyKind
    version: str
    high_from: float | None
    medium_from: float | None
    value_basis: ValueBasis | None  # whose value the edges rest on; None = on no value
    offer_cost: float | None  # of the strongest offer that pays; None = none does


def validate_costs(contact_cost: float, offer_costs: Sequence[float], save_rate: float) -> None:
    """Return if tiers can be made from these numbers.

    Raises
    ------
    ValueError
        Naming the number, unless costs are finite and above 0, offers ascend, and ``0 < save_rate
        <= 1``.
    """
    if not 0 < contact_cost < float("inf"):
        raise ValueError(f"contact cost must be a finite amount above 0, got {contact_cost}")
    ascending = all(weaker < stronger for weaker, stronger in pairwise(offer_costs))
    if not (offer_costs and ascending and offer_costs[0] > 0 and offer_costs[-1] < float("inf")):
        raise ValueError(
            f"offer costs must be finite amounts above 0, each once, got {tuple(offer_costs)}"
        )
    if not 0 < save_rate <= 1:
        raise ValueError(f"save rate must lie above 0 and not above 1, got {save_rate}")


def _validate_band(band: float) -> None:
    if not 1 <= band <= WIDEST_BAND:
        raise ValueError(f"band must be a factor of 1 to {WIDEST_BAND:g}, got {band}")
