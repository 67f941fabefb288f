"""What contact earns, compared with sums by hand."""

import numpy as np
import pytest

from app.domain.tier_policies import ValuePolicy
from training.tiers.contact_profit import policy_profit, profit_curve, profit_of_contact

POLICY = ValuePolicy("v", 1.0, (10.0, 25.0), 0.5, value_otherwise=80.0)


def test_a_contact_pays_exactly_from_the_edge_of_the_policy():
    values = np.array([30.0, 100.0, 4000.0])
    for value in values:
        edges = POLICY.edges_of(value=value)
        for edge, offer in ((edges.medium_from, 0.0), (edges.high_from, 10.0)):
            at = profit_of_contact(
                np.array([edge]), np.array([value]), save_rate=0.5, offer=offer, contact=1.0
            )
            assert at[0] == pytest.approx(0, abs=1e-9)


def test_a_profit_curve_adds_up_what_contact_would_have_earned():
    churned = np.array([1.0, 0.0, 1.0, 0.0])
    probabilities, values = np.array([0.9, 0.8, 0.5, 0.1]), np.array([10.0, 10.0, 100.0, 100.0])
    curve = profit_curve(churned, probabilities, values, save_rate=0.5, offer=2.0, contact=1.0)
    assert curve.share[[0, 25, 50, 100]].tolist() == [0.0, 0.25, 0.5, 1.0]
    # Kept: half of (10 - 2) less 1 = 3, half of (100 - 2) less 1 = 48; stayers cost 3.
    assert curve.by_risk[[25, 50, 75, 100]] * 4 == pytest.approx([3, 0, 48, 45])
    assert curve.by_profit[[25, 50]] * 4 == pytest.approx([48, 51])


def test_the_profit_of_a_policy_counts_the_offers_it_makes():
    probabilities, values = np.array([0.5, 0.3, 0.05, 0.001]), np.full(4, 100.0)
    found = policy_profit(POLICY, probabilities, values)
    assert (found.n_high, found.n_medium) == (2, 1)
    # .5: an offer of 25: .5 × .5 × 75 − .5 × 25 − 1; .3: of 10; .05: the contact alone.
    assert found.total == pytest.approx((18.75 - 12.5 - 1) + (13.5 - 7 - 1) + (2.5 - 1))
    assert found.contact_alone == pytest.approx(24 + 14 + 1.5)
    assert found.everybody == pytest.approx(24 + 14 + 1.5 - 0.95)


def test_an_unknown_value_counts_as_the_policy_says():
    one = policy_profit(POLICY, np.array([0.5]), np.array([np.nan]))
    assert one == policy_profit(POLICY, np.array([0.5]), np.array([80.0]))
