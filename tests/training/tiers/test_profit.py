"""What contact earns, held to a package, to a plain integral, and to sums by hand."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta as beta_distribution

from app.domain.tiers import ValuePolicy
from training.tiers.profit import (
    expected_maximum_profit,
    policy_profit,
    profit_curve,
    profit_of_contact,
)

OTHER = {"value": 120.0, "offer": 20.0, "contact": 3.0, "beta": (3.0, 9.0)}
POLICY = ValuePolicy("v", 1.0, (10.0, 25.0), 0.5, value_otherwise=80.0)


def ranking(n, base_rate, noise, *, seed):
    """As in benchmarks/quality/empc.py, which printed the figures of `empulse` 0.13.1 below."""
    rng = np.random.default_rng(seed)
    churned = (rng.random(n) < base_rate).astype(np.float64)
    return churned, np.round(churned + noise * rng.normal(size=n), 2)


@pytest.mark.parametrize(
    ("case", "seed", "settings", "theirs"),
    [
        ((200, 0.3, 1.0), 0, {}, 10.572687411771),
        ((200, 0.3, 1.0), 0, OTHER, 1.034523582189),
        ((1000, 0.1, 0.5), 1, {}, 2.961088395492),
        ((1000, 0.1, 0.5), 1, OTHER, 0.579884609881),
        ((5000, 0.6, 2.0), 2, {}, 28.855231905579),
        ((5000, 0.6, 2.0), 2, OTHER, 5.715335422216),
        ((50, 0.5, 0.1), 3, {}, 26.880000000038),
        ((50, 0.5, 0.1), 3, OTHER, 10.561388345389),
    ],
)
def test_the_expected_maximum_profit_is_that_of_empulse(case, seed, settings, theirs):
    churned, scores = ranking(*case, seed=seed)
    found = expected_maximum_profit(churned, scores, **settings)
    assert found.profit == pytest.approx(theirs, abs=1e-11)


@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_integral_of_the_best_profit_over_the_save_rate(seed):
    churned, scores = ranking(80, 0.3, 1.0, seed=seed)
    cuts = np.append(np.unique(scores), np.inf)

    def best(save_rate):
        earned = np.where(churned > 0, save_rate * 190.0, -10.0) - 1.0
        return max(earned[scores >= cut].sum() for cut in cuts) / len(scores)

    density = beta_distribution(6, 14).pdf
    integral = quad(lambda rate: best(rate) * density(rate), 0, 1, limit=400)[0]
    assert expected_maximum_profit(churned, scores).profit == pytest.approx(integral, rel=1e-5)


def test_the_order_of_rows_and_the_scale_of_scores_play_no_part():
    churned, scores = ranking(300, 0.4, 1.0, seed=5)
    turned = expected_maximum_profit(churned[::-1], np.exp(scores[::-1]))
    assert turned.profit == pytest.approx(expected_maximum_profit(churned, scores).profit)


def test_a_perfect_ranking_contacts_the_leavers_and_no_ranking_earns_more():
    churned, scores = ranking(400, 0.25, 1.0, seed=6)
    perfect = expected_maximum_profit(churned, churned)
    assert perfect.share == pytest.approx(churned.mean(), abs=1e-6)
    assert perfect.profit > expected_maximum_profit(churned, scores).profit


@pytest.mark.parametrize("churned", [np.zeros(5), np.ones(5)])
def test_one_outcome_alone_has_no_profit(churned):
    with pytest.raises(ValueError, match="who left and who stayed"):
        expected_maximum_profit(churned, np.arange(5.0))


def test_an_offer_dearer_than_the_customer_is_refused():
    with pytest.raises(ValueError, match="offer"):
        expected_maximum_profit(np.array([0.0, 1.0]), np.array([0.1, 0.2]), value=5.0)


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
