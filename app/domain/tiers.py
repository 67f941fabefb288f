"""Risk tiers, and the score from 0 to 100 that pins their edges.

The rule is code. The edges are numbers that training chooses and a bundle carries.

`tier_code`, `score_at` and `shift_edge` state the rule in plain numbers, so that
`app.bundle.answers.tier_columns` can compile the very same functions for many customers at once.
They must not call other functions, and an edge of NaN means "at no probability".
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MEDIUM_FROM_SCORE: Final = 40
HIGH_FROM_SCORE: Final = 70
LOW, MEDIUM, HIGH = range(3)  # the codes of the tiers in columns


class RiskTier(StrEnum):
    """How urgent a customer is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


TIERS: Final = (RiskTier.LOW, RiskTier.MEDIUM, RiskTier.HIGH)  # by their codes
CODE_OF_TIER: Final = {tier: code for code, tier in enumerate(TIERS)}


def tier_code(probability: float, medium_from: float, high_from: float) -> int:
    """Return the code of the tier whose half-open interval ``[from, next)`` holds `probability`."""
    if probability >= high_from:
        return HIGH
    return MEDIUM if probability >= medium_from else LOW


def score_at(probability: float, medium_from: float, high_from: float, tier: int) -> int:
    """Return the score of a churn probability in the tier with this code.

    See `TierEdges.score_of`.
    """
    medium = medium_from if medium_from < 1 else 1.0
    high = high_from if high_from < 1 else 1.0
    if tier == HIGH:
        share = (probability - high) / (1 - high)
        return min(100, HIGH_FROM_SCORE + int(share * (100 - HIGH_FROM_SCORE)))
    if tier == MEDIUM:
        share = (probability - medium) / (high - medium)
        points = int(share * (HIGH_FROM_SCORE - MEDIUM_FROM_SCORE))
        return min(HIGH_FROM_SCORE - 1, MEDIUM_FROM_SCORE + points)
    return min(MEDIUM_FROM_SCORE - 1, int(probability / medium * MEDIUM_FROM_SCORE))


def shift_edge(edge: float, factor: float) -> float:
    """Return the probability whose odds are `factor` times those of `edge`; 1 is never reached."""
    shifted = edge * factor / (1 - edge + edge * factor)
    return shifted if shifted < 1 else edge


@dataclass(frozen=True, slots=True)
class TierEdges:
    """From which churn probability (0 to 1, inclusive) one customer is Medium and High.

    None = at no probability. A customer who is never Medium is never High.
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
        return TIERS[self._code(probability)]

    def score_of(self, probability: float) -> int:
        """Return the score, 0 to 100, of a churn probability; 100 is most at risk.

        Straight lines through (0, 0), (`medium_from`, 40), (`high_from`, 70) and (1, 100), rounded
        down: a score of at least 70 is exactly tier High, and one of at least 40 is High or Medium,
        whatever the edges are, so that filters in a CRM survive a retraining. Where an edge is
        None, its line continues to 1 and ends below the score that it cannot reach.

        Raises
        ------
        ValueError
            If `probability` is outside ``[0, 1]`` or NaN.
        """
        return score_at(probability, *self._numbers(), self._code(probability))

    def seen_from(self, before: RiskTier | None, *, band: float) -> "TierEdges":
        """Return the edges for a customer whose previous tier is `before`; None changes nothing.

        Both edges move away from the customer, by the factor `band` on the odds. A tier is thus
        entered a little later and left a little later, and noise around an edge does not make
        anybody flap between two tiers.
        """
        if before is None:
            return self
        medium, high = self._numbers()
        return TierEdges(
            edge_or_none(shift_edge(medium, 1 / band if before is not RiskTier.LOW else band)),
            edge_or_none(shift_edge(high, 1 / band if before is RiskTier.HIGH else band)),
        )

    def _code(self, probability: float) -> int:
        if not 0 <= probability <= 1:
            raise ValueError(f"churn probability must lie in [0, 1], got {probability}")
        return tier_code(probability, *self._numbers())

    def _numbers(self) -> tuple[float, float]:
        """Return both edges; NaN = at no probability."""
        medium, high = self.medium_from, self.high_from
        return math.nan if medium is None else medium, math.nan if high is None else high


def edge_or_none(edge: float) -> float | None:
    """Return an edge, or None where it is NaN: at no probability."""
    return None if math.isnan(edge) else edge
