import numpy as np
import pytest
import sklearn.metrics

from app.statistics.scoring_rules import (
    SMALLEST_PROBABILITY,
    brier_score,
    information_gain,
    log_loss,
    log_losses,
)

CHURNED = np.array([0.0, 0, 0, 0, 0, 1, 1, 1, 1, 1])


def test_the_log_loss_is_that_of_what_happened():
    losses = log_losses(np.array([1.0, 0.0]), np.array([0.25, 0.25]))

    assert losses == pytest.approx([-np.log(0.25), -np.log(0.75)])


def test_a_mistake_made_with_certainty_costs_much_but_not_everything():
    losses = log_losses(np.array([1.0, 0.0]), np.array([0.0, 1.0]))

    assert losses == pytest.approx(-np.log(SMALLEST_PROBABILITY))


def test_the_log_loss_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    probabilities = rng.uniform(0.01, 0.99, size=500)
    outcomes = (rng.uniform(size=500) < probabilities).astype(float)

    assert log_loss(outcomes, probabilities) == pytest.approx(
        sklearn.metrics.log_loss(outcomes, probabilities), abs=1e-12
    )


def test_the_brier_score_is_the_mean_squared_error():
    assert brier_score(np.array([1.0, 0.0]), np.array([0.7, 0.1])) == pytest.approx(0.05)


def test_the_base_rate_gains_nothing_and_certainty_gains_its_whole_loss():
    assert information_gain(CHURNED, np.full(10, 0.5)) == pytest.approx(0)
    assert information_gain(CHURNED, CHURNED) == pytest.approx(np.log(2), abs=1e-5)
