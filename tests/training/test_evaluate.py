import numpy as np
import pytest

from training.evaluate import calibration_table, information_gain, metrics_of

CHURNED = np.array([0.0, 0, 0, 0, 0, 1, 1, 1, 1, 1])


def test_a_perfect_forecast():
    metrics = metrics_of(CHURNED, CHURNED)

    assert (metrics.auc, metrics.ece, metrics.brier) == (1.0, 0.0, 0.0)
    assert metrics.top_decile_lift == 2.0


def test_the_base_rate_gains_nothing():
    half = np.full(10, 0.5)

    assert metrics_of(CHURNED, half).log_loss == pytest.approx(np.log(2))
    assert information_gain(CHURNED, half) == pytest.approx(0)


def test_calibration_error_is_the_mean_distance_of_said_and_seen():
    outcomes = np.tile([1.0, 0.0], 50)

    assert metrics_of(outcomes, np.full(100, 0.7)).ece == pytest.approx(0.2)


def test_the_table_has_ten_bins_of_equal_count():
    table = calibration_table(np.tile([1.0, 0.0], 50), np.linspace(0, 1, 100))

    assert [n for _, _, n in table] == [10] * 10


def test_one_class_has_no_auc():
    assert metrics_of(np.zeros(10), np.linspace(0.1, 0.9, 10)).as_numbers()["auc"] is None
