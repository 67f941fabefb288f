"""Risk tiers, and the 0-100 score that pins their edges.

The rules are code; the numbers in them are an output of training and live in the bundle.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import ClassVar, Final, Literal, NamedTuple, TypeAlias

MEDIUM_FROM_SCORE: Final = 40
HIGH_FROM_SCORE: Final = 70
# An edge nearer to certainty than this is none: no score could tell the tiers apart there.
ALMOST_CERTAIN: Final = 1 - 1e-9
# Odds a hundred times those of the edge: nobody would ever leave a tier. Much wider ones would
# also round edges to 1 and pass each other.
WIDEST_BAND: Final = 100.0

PolicyKind: TypeAlias = Literal["shares", "value"]
ValueBasis: TypeAlias = Literal["own", "median"]


class RiskTier(StrEnum):
    """How urgent a customer is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class TierEdges:
    """From which churn probability (0 to 1, inclusive) one customer is Medium and High.

    None = at no probability; who is never Medium is never High.
    """

    medium_from: float | None
    high_from: float | None

    def __post_init__(self) -> None:
        medium, high = self.medium_from, self.high_from
        if medium is None:
            in_order = high is None
        else:
            in_order = 0 < medium < (1 if high is None else high) and (high is None or high < 1)
        if not in_order:
            raise ValueError(f"need 0 < medium_from < high_from < 1, got {medium}, {high}")

    def tier_of(self, probability: float) -> RiskTier:
        """Return the tier whose half-open interval ``[from, next)`` holds `probability`.

        Raises
        ------
        ValueError
            If `probability` is outside ``[0, 1]`` or NaN; a NaN would otherwise read as "low".
        """
        _check_probability(probability)
        if self.high_from is not None and probability >= self.high_from:
            return RiskTier.HIGH
        if self.medium_from is not None and probability >= self.medium_from:
            return RiskTier.MEDIUM
        return RiskTier.LOW

    def score_of(self, probability: float) -> int:
        """Return the score, 0 to 100, of a churn probability; 100 is most at risk.

        Straight lines through (0, 0), (`medium_from`, 40), (`high_from`, 70) and (1, 100), rounded
        down: a score of at least 70 is exactly tier High and one of at least 40 is High or Medium,
        whatever the edges, so that filters in a CRM survive a retraining. Where an edge is None,
        its line goes on to 1 and ends below the score that it cannot reach.

        Raises
        ------
        ValueError
            If `probability` is outside ``[0, 1]`` or NaN.
        """
        tier = self.tier_of(probability)
        medium = 1.0 if self.medium_from is None else self.medium_from
        high = 1.0 if self.high_from is None else self.high_from
        if tier is RiskTier.HIGH:
            share = (probability - high) / (1 - high)
            return min(100, HIGH_FROM_SCORE + int(share * (100 - HIGH_FROM_SCORE)))
        if tier is RiskTier.MEDIUM:
            share = (probability - medium) / (high - medium)
            width = HIGH_FROM_SCORE - MEDIUM_FROM_SCORE
            return min(HIGH_FROM_SCORE - 1, MEDIUM_FROM_SCORE + int(share * width))
        return min(MEDIUM_FROM_SCORE - 1, int(probability / medium * MEDIUM_FROM_SCORE))

    def seen_from(self, before: RiskTier | None, *, band: float) -> "TierEdges":
        """Return the edges for a customer who stood in the tier `before`; None changes nothing.

        Both edges move away from where the customer stands, by the factor `band` on the odds: a
        tier is entered a little later and left a little later, so noise around an edge moves
        nobody to and fro.
        """
        if before is None:
            return self
        return TierEdges(
            _moved(self.medium_from, 1 / band if before is not RiskTier.LOW else band),
            _moved(self.high_from, 1 / band if before is RiskTier.HIGH else band),
        )


@dataclass(frozen=True, slots=True)
class TierPolicy:
    """Two inclusive cut points on the churn probability (0 to 1) for everybody.

    `band` is the factor on the odds by which `TierEdges.seen_from` moves them, 1 = not at all.
    """

    version: str
    medium_from: float
    high_from: float
    band: float = 1.0
    kind: ClassVar[Literal["shares"]] = "shares"

    def __post_init__(self) -> None:
        TierEdges(self.medium_from, self.high_from)
        _check_band(self.band)

    def tier_of(self, probability: float) -> RiskTier:
        """Return the tier of somebody of whom no tier before is known."""
        return self.edges_of().tier_of(probability)

    def score_of(self, probability: float) -> int:
        """Return the score of somebody of whom no tier before is known."""
        return self.edges_of().score_of(probability)

    def edges_of(self, *, value: float | None = None, before: RiskTier | None = None) -> TierEdges:
        """Return the edges for a customer who stood in `before`; `value` plays no part."""
        del value
        return TierEdges(self.medium_from, self.high_from).seen_from(before, band=self.band)

    def offer_of(
        self, probability: float, *, value: float | None = None, before: RiskTier | None = None
    ) -> None:
        """Return None: shares know no offers."""

    def basis_of(self, value: float | None) -> None:
        """Return None: shares rest on no value."""


@dataclass(frozen=True, slots=True)
class ValuePolicy:
    """Contact where it pays: edges from each customer's own value and what contact costs.

    A contact with an offer pays if ``p > (d + f) / (save_rate * (value - d) + d)``, with the offer
    cost d, the contact cost f and p the churn probability: of those who would leave, `save_rate`
    stay for the offer and keep their `value`; those who would have stayed take the offer too
    (T. Verbraken et al., "A Novel Profit Maximizing Metric for Measuring Classification Performance
    of Customer Churn Prediction Models", 2013, equation 1, solved for p). Medium from where the
    contact alone (d = 0) pays, High from where an offer does.

    Attributes
    ----------
    contact_cost, offer_costs : in the currency of the values; offers ascend.
    save_rate : share (0 to 1) of leavers who stay when contacted.
    value_otherwise : the value taken for a customer whose own is not known.
    capacity_price : what a contact must bring beyond its costs, so that no more pay than can be
        contacted; 0 = no limit.
    band : the factor on the odds by which `TierEdges.seen_from` moves edges, 1 = not at all.
    """

    version: str
    contact_cost: float
    offer_costs: tuple[float, ...]
    save_rate: float
    value_otherwise: float
    capacity_price: float = 0.0
    band: float = 1.0
    kind: ClassVar[Literal["value"]] = "value"

    def __post_init__(self) -> None:
        check_costs(self.contact_cost, self.offer_costs, self.save_rate)
        for name in ("value_otherwise", "capacity_price"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"{name} must be a finite amount >= 0, got {getattr(self, name)}")
        _check_band(self.band)

    @property
    def medium_from(self) -> float | None:
        """The edge for a customer of whom nothing is known."""
        return self.edges_of().medium_from

    @property
    def high_from(self) -> float | None:
        """The edge for a customer of whom nothing is known."""
        return self.edges_of().high_from

    def tier_of(self, probability: float) -> RiskTier:
        """Return the tier of somebody of whom neither value nor tier before is known."""
        return self.edges_of().tier_of(probability)

    def score_of(self, probability: float) -> int:
        """Return the score of somebody of whom neither value nor tier before is known."""
        return self.edges_of().score_of(probability)

    def edges_of(self, *, value: float | None = None, before: RiskTier | None = None) -> TierEdges:
        """Return the edges of a customer of this `value` (None or NaN = not known)."""
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
        """Return whether the customer's own value counts, or the median of all."""
        return "median" if value is None or value != value else "own"  # noqa: PLR0124 - NaN

    def _edges(self, value: float | None, offer: float) -> TierEdges:
        known = self.value_otherwise if value is None or self.basis_of(value) == "median" else value
        medium, high = self._edge(known, 0.0), self._edge(known, offer)
        too_near = medium is not None and high is not None and not medium < high
        return TierEdges(medium, None if too_near else high)

    def _edge(self, value: float, offer: float) -> float | None:
        costs = offer + (self.contact_cost + self.capacity_price)
        gains = self.save_rate * (value - offer) + offer
        if not gains > 0:
            return None
        edge = costs / gains
        return edge if edge < ALMOST_CERTAIN else None


AnyTierPolicy: TypeAlias = TierPolicy | ValuePolicy


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


def check_costs(contact_cost: float, offer_costs: Sequence[float], save_rate: float) -> None:
    """Return if tiers can be made of these numbers.

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


def _moved(edge: float | None, factor: float) -> float | None:
    """Return the probability whose odds are `factor` times those of `edge`."""
    if edge is None:
        return None
    moved = edge * factor / (1 - edge + edge * factor)
    return moved if moved < 1 else edge


def _check_band(band: float) -> None:
    if not 1 <= band <= WIDEST_BAND:
        raise ValueError(f"band must be a factor of 1 to {WIDEST_BAND:g}, got {band}")


def _check_probability(probability: float) -> None:
    if not 0 <= probability <= 1:
        raise ValueError(f"churn probability must lie in [0, 1], got {probability}")
