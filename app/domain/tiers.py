"""Risk tiers, and the 0-100 score that pins their edges.

The rule is code; the cut points are an output of training and live in the bundle.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MEDIUM_FROM_SCORE: Final = 40
HIGH_FROM_SCORE: Final = 70


class RiskTier(StrEnum):
    """How urgent a customer is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class TierPolicy:
    """Two inclusive cut points on the churn probability (0 to 1), chosen in training."""

    version: str
    medium_from: float
    high_from: float

    def __post_init__(self) -> None:
        if not 0 < self.medium_from < self.high_from < 1:
            raise ValueError(
                f"need 0 < medium_from < high_from < 1, got {self.medium_from}, {self.high_from}"
            )

    def tier_of(self, probability: float) -> RiskTier:
        """Return the tier whose half-open interval ``[from, next)`` holds `probability`.

        Raises
        ------
        ValueError
            If `probability` is outside ``[0, 1]`` or NaN; a NaN would otherwise read as "low".
        """
        _check_probability(probability)
        if probability >= self.high_from:
            return RiskTier.HIGH
        if probability >= self.medium_from:
            return RiskTier.MEDIUM
        return RiskTier.LOW

    def score_of(self, probability: float) -> int:
        """Return the score, 0 to 100, of a churn probability; 100 is most at risk.

        Straight lines through (0, 0), (`medium_from`, 40), (`high_from`, 70) and (1, 100), rounded
        down: a score of at least 70 is exactly tier High and one of at least 40 is High or Medium,
        whatever the cut points of the bundle, so that filters in a CRM survive a retraining.

        Raises
        ------
        ValueError
            If `probability` is outside ``[0, 1]`` or NaN.
        """
        tier = self.tier_of(probability)
        if tier is RiskTier.HIGH:
            share = (probability - self.high_from) / (1 - self.high_from)
            return min(100, HIGH_FROM_SCORE + int(share * (100 - HIGH_FROM_SCORE)))
        if tier is RiskTier.MEDIUM:
            share = (probability - self.medium_from) / (self.high_from - self.medium_from)
            width = HIGH_FROM_SCORE - MEDIUM_FROM_SCORE
            return min(HIGH_FROM_SCORE - 1, MEDIUM_FROM_SCORE + int(share * width))
        return min(MEDIUM_FROM_SCORE - 1, int(probability / self.medium_from * MEDIUM_FROM_SCORE))


def _check_probability(probability: float) -> None:
    if not 0 <= probability <= 1:
        raise ValueError(f"churn probability must lie in [0, 1], got {probability}")
