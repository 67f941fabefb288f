import numpy as np
import pytest

from app.statistics.calibration import (
    calibration_table,
    critical_calibration_error,
    expected_calibration_error,
)
from app.statistics.ranking import rank

ALTERNATING = np.tile([1.0, 0.0], 50)


def test_the_calibration_error_is_the_mean_distance_of_probability_and_rate():
    assert expected_calibration_error(rank(ALTERNATING, np.full(100, 0.7))) == pytest.approx(0.2)


def test_the_table_has_ten_bins_of_equal_count_from_the_lowest_up():
    table = calibration_table(rank(ALTERNATING, np.linspace(0, 0.99, 100)))

    assert [each.n for each in table] == [10] * 10
    assert table[0].mean_probability == pytest.approx(0.045)
    assert table[0].observed_rate == 0.5
    assert table[-1].mean_probability == pytest.approx(0.945)


def test_three_customers_make_three_bins():
    table = calibration_table(rank(np.array([0.0, 1, 0]), np.array([0.1, 0.8, 0.3])))

    assert table == [(0.1, 0.0, 1), (0.3, 0.0, 1), (0.8, 1.0, 1)]


def test_certainties_cannot_err_by_chance():
    assert critical_calibration_error(np.tile([0.0, 1.0], 50), false_alarm_rate=0.01) == 0


@pytest.mark.parametrize("n", [100, 2000])
def test_true_probabilities_exceed_the_critical_error_at_the_false_alarm_rate(n):
    rng = np.random.default_rng(1)
    probabilities = rng.beta(2, 3, n)
    critical = critical_calibration_error(probabilities, false_alarm_rate=0.1)

    errors = [
        expected_calibration_error(
            rank((rng.random(n) < probabilities).astype(float), probabilities)
        )
        for _ in range(500)
    ]

    assert 0.05 < np.mean(np.array(errors) > critical) < 0.15
