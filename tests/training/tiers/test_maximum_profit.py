"""The expected maximum profit, compared with a package and with a plain integral."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta as beta_distribution

from training.tiers.maximum_profit import expected_maximum_profit

OTHER = {"value": 120.0, "offer": 20.0, "contact": 3.0, "beta": (3.0, 9.0)}


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
