import numpy as np
import pytest
from scipy.special import expit

from training.learning.platt_scaling import fit_calibration, intercept_for_base_rate


def probabilities(margins, calibration):
    return expit(calibration.slope * margins + calibration.intercept)


def test_the_mean_meets_the_base_rate_of_the_newest_window():
    rng = np.random.default_rng(0)
    margins = rng.normal(size=5000)
    outcomes = (rng.uniform(size=5000) < expit(margins)).astype(float)
    newest = np.arange(5000) >= 4000
    outcomes[newest] = (rng.uniform(size=1000) < expit(margins[newest] + 1)).astype(float)

    calibration = fit_calibration(margins, outcomes, newest)

    mean = probabilities(margins[newest], calibration).mean()
    assert mean == pytest.approx(outcomes[newest].mean(), abs=1e-9)
    assert calibration.slope == pytest.approx(1, abs=0.1)


def test_a_flat_margin_says_the_base_rate():
    calibration = fit_calibration(np.zeros(100), np.tile([1.0, 0.0], 50), np.ones(100, dtype=bool))

    assert probabilities(np.zeros(1), calibration)[0] == pytest.approx(0.5)


@pytest.mark.parametrize("base_rate", [0.0, 0.01, 0.99, 1.0])
def test_an_extreme_base_rate_gives_a_finite_intercept(base_rate):
    assert np.isfinite(intercept_for_base_rate(np.zeros(10), base_rate))
