"""The previous answer about a customer, and the trend from it to a new one."""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, TypeAlias

from app.domain.scores.risk import Risk
from app.domain.tiers import RiskTier

Trend: TypeAlias = Literal["worsening", "steady", "improving"]

SCORE_STEP: Final = 5  # points; a smaller move within a tier is noise to a person, not a trend


class PreviousAnswer(NamedTuple):
    """What a new answer needs to know of the one stored before it.

    Moments are microseconds (UTC). `score` and `tier` are None together. `signals` and
    `interventions` say since when each finding has lasted: signals by name, interventions by
    reason.
    """

    as_of: int
    score: int | None
    tier: RiskTier | None
    signals: Mapping[str, int]
    interventions: Mapping[str, int]


def trend_of(risk: Risk | None, previous: PreviousAnswer | None) -> Trend | None:
    """Return the trend from the previous answer to a risk; None unless both have a score."""
    if risk is None or previous is None or previous.score is None or previous.tier is None:
        return None
    return trend_between(previous.score, previous.tier, risk.score, risk.tier)


def trend_between(score_before: int, tier_before: str, score: int, tier: str) -> Trend:
    """Return the trend from one score and its tier to a later score and tier.

    A change of tier is always a trend. Within a tier, a move of at least `SCORE_STEP` points is.
    """
    change = score - score_before
    if tier == tier_before and abs(change) < SCORE_STEP:
        return "steady"
    return "worsening" if change > 0 else "improving"
