import numpy as np
import pytest

from app.statistics.metrics import compute_metrics

CHURNED = np.array([0.0, 0, 0, 0, 0, 1, 1, 1, 1, 1])


def test_a_perfect_forecast():
    metrics = compute_metrics(CHURNED, CHURNED)

    assert (metrics.auc, metrics.ece, metrics.brier) == (1.0, 0.0, 0.0)
    assert metrics.top_decile_lift == 2.0


def test_the_base_rate_for_everybody():
    metrics = compute_metrics(np.tile([0.0, 1.0], 10), np.full(20, 0.5))

    assert (metrics.n, metrics.base_rate, metrics.mean_probability) == (20, 0.5, 0.5)
    assert (metrics.auc, metrics.ece, metrics.brier) == (0.5, 0.0, 0.25)
    assert metrics.log_loss == pytest.approx(np.log(2))


def test_what_is_not_defined_is_none_as_a_number():
    assert compute_metrics(np.zeros(10), np.linspace(0.1, 0.9, 10)).as_numbers()["auc"] is None


def test_the_order_of_the_customers_does_not_matter():
    probabilities, outcomes = np.linspace(0, 1, 100), np.tile([1.0, 0.0], 50)

    assert compute_metrics(outcomes[::-1], probabilities[::-1]) == compute_metrics(
        outcomes, probabilities
    )
