import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bundle.answers.tier_columns import NO_TIER, assign_tiers, warm_up
from app.domain.tier_policies import SharePolicy, ValuePolicy
from app.domain.tiers import CODE_OF_TIER, TIERS, RiskTier

SHARES = SharePolicy("s", medium_from=0.2, high_from=0.6, band=1.3)
VALUE = ValuePolicy("v", 1.0, (10.0, 25.0), 0.3, value_otherwise=80.0, band=1.3)
LIMITED = ValuePolicy("v", 1.0, (10.0,), 0.3, value_otherwise=80.0, capacity_price=4.0)


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    warm_up()  # compiling takes longer than Hypothesis gives an example


@pytest.mark.parametrize("policy", [SHARES, VALUE, LIMITED])
@given(
    value=st.one_of(st.floats(0, 1e12), st.just(math.nan), st.floats(0, 60)),
    before=st.sampled_from([None, *RiskTier]),
    probability=st.floats(0, 1),
)
def test_many_customers_get_the_tiers_that_each_gets_alone(policy, value, before, probability):
    code = NO_TIER if before is None else CODE_OF_TIER[before]
    many = assign_tiers(policy, np.full(3, probability), np.full(3, value), np.full(3, code))
    known = {} if policy is SHARES else {"value": value}
    edges = policy.edges_of(before=before, **known)
    for i in range(3):
        np.testing.assert_array_equal(
            [many.medium_from[i], many.high_from[i]],
            [math.nan if edge is None else edge for edge in (edges.medium_from, edges.high_from)],
        )
        assert many.scores[i] == edges.score_of(probability)
        assert TIERS[many.tiers[i]] is edges.tier_of(probability)


@pytest.mark.parametrize("probability", [math.nan, -0.1, 1.1])
def test_a_number_that_is_not_a_probability_has_no_score(probability):
    with pytest.raises(ValueError, match=r"must lie in \[0, 1\]; 1 of 2"):
        assign_tiers(SHARES, np.array([0.5, probability]), np.zeros(2), np.full(2, NO_TIER))
