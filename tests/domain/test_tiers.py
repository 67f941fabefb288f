import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.tiers import RiskTier, TierPolicy

POLICY = TierPolicy("test", medium_from=0.2, high_from=0.6)


@pytest.mark.parametrize(
    ("probability", "tier", "score"),
    [
        (0.0, RiskTier.LOW, 0),
        (0.1, RiskTier.LOW, 20),
        (0.1999, RiskTier.LOW, 39),
        (0.2, RiskTier.MEDIUM, 40),
        (0.4, RiskTier.MEDIUM, 55),
        (0.5999, RiskTier.MEDIUM, 69),
        (0.6, RiskTier.HIGH, 70),
        (0.8, RiskTier.HIGH, 85),
        (1.0, RiskTier.HIGH, 100),
    ],
)
def test_edges_belong_to_the_tier_above_and_stand_at_fixed_scores(probability, tier, score):
    assert (POLICY.tier_of(probability), POLICY.score_of(probability)) == (tier, score)


@st.composite
def policies(draw):
    edges = st.floats(1e-6, 1 - 1e-6)
    low, high = sorted(draw(st.lists(edges, min_size=2, max_size=2, unique=True)))
    return TierPolicy("random", medium_from=low, high_from=high)


@given(policies(), st.floats(0, 1))
def test_a_score_tells_the_tier_whatever_the_cut_points(policy, probability):
    score, tier = policy.score_of(probability), policy.tier_of(probability)

    assert 0 <= score <= 100
    assert (tier is RiskTier.HIGH) == (score >= 70)
    assert (tier is RiskTier.LOW) == (score < 40)


@given(policies(), st.floats(0, 1), st.floats(0, 1))
def test_more_risk_is_never_a_smaller_score(policy, one, other):
    low, high = sorted((one, other))

    assert policy.score_of(low) <= policy.score_of(high)


@pytest.mark.parametrize("probability", [math.nan, -0.001, 1.001, math.inf])
def test_what_is_no_probability_has_no_tier(probability):
    with pytest.raises(ValueError, match=r"must lie in \[0, 1\]"):
        POLICY.score_of(probability)


@pytest.mark.parametrize("edges", [(0.0, 0.5), (0.5, 0.5), (0.6, 0.5), (0.5, 1.0), (math.nan, 0.5)])
def test_cut_points_out_of_order_cannot_be_built(edges):
    with pytest.raises(ValueError, match="medium_from < high_from"):
        TierPolicy("test", *edges)
