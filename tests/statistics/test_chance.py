import numpy as np
import pytest
from scipy.stats import chi2

from app.statistics.calibration import expected_calibration_error
from app.statistics.chance import (
    calibration_error_by_chance,
    rate_interval,
    stability_by_chance,
)


def test_the_interval_of_a_rate_is_that_of_wilson():
    assert rate_interval(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)


def test_nobody_of_ten_may_still_be_one_in_four():
    low, high = rate_interval(0, 10)

    assert low == pytest.approx(0)
    assert high == pytest.approx(0.2775, abs=1e-4)


@pytest.mark.parametrize("n_bins", [2, 4, 11])
def test_the_limit_of_stability_is_a_quantile_of_chi_square(n_bins):
    limit = stability_by_chance(n=500, n_reference=1000, n_bins=n_bins, false_alarms=0.01)

    assert limit == pytest.approx((1 / 500 + 1 / 1000) * chi2.ppf(0.99, n_bins - 1), rel=0.02)


def test_one_bin_cannot_move():
    assert stability_by_chance(n=500, n_reference=1000, n_bins=1, false_alarms=0.01) == 0


@pytest.mark.parametrize("n", [100, 2000])
def test_true_probabilities_exceed_the_limit_of_error_as_often_as_said(n):
    rng = np.random.default_rng(1)
    said = rng.beta(2, 3, n)
    limit = calibration_error_by_chance(said, false_alarms=0.1)

    errors = [
        expected_calibration_error((rng.random(n) < said).astype(float), said) for _ in range(500)
    ]

    assert 0.05 < np.mean(np.array(errors) > limit) < 0.15
