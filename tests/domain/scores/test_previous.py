import pytest

from app.domain.scores.previous import PreviousAnswer, trend_of
from app.domain.scores.risk import Risk
from app.domain.tiers import RiskTier

RISK = Risk(0.41, 78, 96, RiskTier.HIGH, margin=-0.36, base_margin=-1.2, other_contributions=0.22)
PREVIOUS = PreviousAnswer(0, 55, RiskTier.MEDIUM, signals={}, interventions={})


@pytest.mark.parametrize(
    ("score", "tier", "trend"),
    [
        (73, RiskTier.HIGH, "worsening"),
        (74, RiskTier.HIGH, "steady"),
        (82, RiskTier.HIGH, "steady"),
        (83, RiskTier.HIGH, "improving"),
        (69, RiskTier.MEDIUM, "worsening"),
    ],
)
def test_a_trend_is_a_change_of_tier_or_five_points(score, tier, trend):
    before = PREVIOUS._replace(score=score, tier=tier)

    assert trend_of(RISK, before) == trend


def test_there_is_no_trend_without_two_risks():
    assert trend_of(RISK, None) is None
    assert trend_of(None, PREVIOUS) is None
    assert trend_of(RISK, PREVIOUS._replace(score=None, tier=None)) is None
