"""What the answer before leaves to the next one: its score, and since when each finding stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.assessment import Assessment
from app.domain.tiers import RiskTier


@dataclass(frozen=True, slots=True)
class Standing:
    """A kept answer, as far as another one is compared with it.

    `score` and `tier` are None together. `signals` says by name, and `interventions` by reason,
    since when they have been standing.
    """

    as_of: datetime
    score: int | None
    tier: RiskTier | None
    signals: Mapping[str, datetime]
    interventions: Mapping[str, datetime]


def standing_of(assessment: Assessment) -> Standing:
    """Return what an assessment leaves to the next one."""
    risk = assessment.risk
    return Standing(
        as_of=assessment.as_of,
        score=risk.score if risk else None,
        tier=risk.tier if risk else None,
        signals={signal.signal: signal.since for signal in assessment.signals},
        interventions={each.reason: each.since for each in assessment.interventions},
    )
