import numpy as np
import pytest
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score

from app.statistics.calibration import SMALLEST, calibration_table, information_gain, metrics_of

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


def test_the_figures_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    said = np.round(rng.uniform(size=500), 2)  # with ties
    outcomes = (rng.uniform(size=500) < said).astype(float)

    metrics = metrics_of(outcomes, said)

    assert metrics.auc == pytest.approx(roc_auc_score(outcomes, said), abs=1e-12)
    assert metrics.average_precision == pytest.approx(
        average_precision_score(outcomes, said), abs=1e-12
    )
    clipped = np.clip(said, SMALLEST, 1 - SMALLEST)
    assert metrics.log_loss == pytest.approx(log_loss(outcomes, clipped), abs=1e-12)


def test_the_order_of_the_rows_does_not_matter():
    said, outcomes = np.linspace(0, 1, 100), np.tile([1.0, 0.0], 50)

    assert metrics_of(outcomes[::-1], said[::-1]) == metrics_of(outcomes, said)
