import numpy as np
import pytest
from scipy.stats import chi2

from app.statistics.drift import (
    STRONG_DRIFT_FROM,
    critical_stability_index,
    population_stability_index,
    shares_in_bins,
)


def test_shares_count_the_missing_and_half_open_bins():
    shares = shares_in_bins(np.array([np.nan, 0.0, 1.0, 5.0]), np.array([1.0, 2.0]))

    assert shares.tolist() == [0.25, 0.25, 0.25, 0.25]


def test_the_index_of_equal_distributions_is_0():
    assert population_stability_index(np.array([0.2, 0.8]), np.array([0.2, 0.8])) == 0


def test_the_index_is_that_of_the_formula():
    index = population_stability_index(np.array([0.5, 0.5]), np.array([0.25, 0.75]))

    assert index == pytest.approx(0.25 * np.log(2) + 0.25 * np.log(1.5))


def test_a_bin_that_was_empty_makes_the_index_large_but_finite():
    index = population_stability_index(np.array([0.0, 1.0]), np.array([0.3, 0.7]))

    assert STRONG_DRIFT_FROM < index < 10


@pytest.mark.parametrize("n_bins", [2, 4, 11])
def test_the_critical_index_is_a_quantile_of_chi_square(n_bins):
    critical = critical_stability_index(
        n=500, n_reference=1000, n_bins=n_bins, false_alarm_rate=0.01
    )

    assert critical == pytest.approx((1 / 500 + 1 / 1000) * chi2.ppf(0.99, n_bins - 1), rel=0.02)


def test_customers_in_a_single_bin_cannot_move():
    critical = critical_stability_index(n=500, n_reference=1000, n_bins=1, false_alarm_rate=0.01)

    assert critical == 0
