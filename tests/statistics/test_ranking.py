import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from app.statistics.ranking import (
    average_precision,
    rank,
    riskiest_first,
    roc_auc,
    top_decile_lift,
)


def test_ties_keep_their_order():
    assert riskiest_first(np.array([0.2, 0.9, 0.2, 0.5])).tolist() == [1, 3, 0, 2]


def test_the_auc_counts_pairs_in_the_right_order_and_ties_as_a_half():
    # Churned: .9 and .4; stayed: .6, .4 and .1. Four of six pairs are right, and one is tied.
    ranked = rank(np.array([1.0, 0, 0, 1, 0]), np.array([0.9, 0.6, 0.4, 0.4, 0.1]))

    assert roc_auc(ranked) == pytest.approx((4 + 0.5) / 6)


def test_average_precision_adds_precision_at_each_gain_in_recall():
    # The churned are first and third: 1/2 * 1/1 + 1/2 * 2/3.
    ranked = rank(np.array([1.0, 0, 1, 0]), np.array([0.9, 0.8, 0.7, 0.6]))

    assert average_precision(ranked) == pytest.approx(1 / 2 + 1 / 3)


def test_lift_is_the_churn_rate_of_the_riskiest_tenth_over_that_of_all():
    outcomes = np.array([1.0, 1, *[0] * 14, *[1] * 4])  # six of twenty, both of the riskiest two

    assert top_decile_lift(rank(outcomes, np.linspace(1, 0, 20))) == pytest.approx(20 / 6)


def test_without_both_outcomes_there_is_no_ranking():
    nobody = rank(np.zeros(4), np.linspace(0, 1, 4))

    assert np.isnan([roc_auc(nobody), average_precision(nobody), top_decile_lift(nobody)]).all()
    assert np.isnan(roc_auc(rank(np.ones(4), np.linspace(0, 1, 4))))


def test_auc_and_average_precision_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    probabilities = np.round(rng.uniform(size=500), 2)  # with ties
    outcomes = (rng.uniform(size=500) < probabilities).astype(float)

    ranked = rank(outcomes, probabilities)

    assert roc_auc(ranked) == pytest.approx(roc_auc_score(outcomes, probabilities), abs=1e-12)
    assert average_precision(ranked) == pytest.approx(
        average_precision_score(outcomes, probabilities), abs=1e-12
    )
