import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.tiers import RiskTier, TierEdges

EDGES = TierEdges(medium_from=0.2, high_from=0.6)


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
    assert (EDGES.tier_of(probability), EDGES.score_of(probability)) == (tier, score)


@st.composite
def edges(draw):
    probabilities = st.floats(1e-6, 1 - 1e-6)
    low, high = sorted(draw(st.lists(probabilities, min_size=2, max_size=2, unique=True)))
    return TierEdges(low, high)


@given(edges(), st.floats(0, 1))
def test_a_score_tells_the_tier_whatever_the_cut_points(edges, probability):
    score, tier = edges.score_of(probability), edges.tier_of(probability)

    assert 0 <= score <= 100
    assert (tier is RiskTier.HIGH) == (score >= 70)
    assert (tier is RiskTier.LOW) == (score < 40)


@given(edges(), st.floats(0, 1), st.floats(0, 1))
def test_more_risk_is_never_a_smaller_score(edges, one, other):
    low, high = sorted((one, other))

    assert edges.score_of(low) <= edges.score_of(high)


@pytest.mark.parametrize("probability", [math.nan, -0.001, 1.001, math.inf])
def test_what_is_no_probability_has_no_tier(probability):
    with pytest.raises(ValueError, match=r"must lie in \[0, 1\]"):
        EDGES.score_of(probability)


@pytest.mark.parametrize("edges", [(None, 0.5), (0.5, 0.4), (0.5, 1.0), (0.0, None), (1.0, None)])
def test_edges_of_a_customer_are_in_order(edges):
    with pytest.raises(ValueError, match="medium_from < high_from"):
        TierEdges(*edges)
