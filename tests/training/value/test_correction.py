"""What closed windows teach about the closed form."""

import numpy as np
import pytest

from app.bundle.value.closed_form import N_DESCRIPTORS
from app.bundle.value.correction import log_factors
from training.value.correction import STRENGTH, Examples, fit_correction, with_total


def examples(n=4000, seed=0, effect=0.8):
    """Customers who order e^effect as much per unit of their second description."""
    rng = np.random.default_rng(seed)
    descriptors = rng.normal(size=(n, N_DESCRIPTORS))
    expected = rng.gamma(2.0, 1.0, n)
    happened = rng.poisson(expected * np.exp(effect * descriptors[:, 1])).astype(float)
    return Examples(expected, descriptors, happened)


@pytest.mark.parametrize("power", [1.0, 1.5])
def test_an_effect_is_found_and_taken_at_its_strength(power):
    weights = np.array(fit_correction([examples()], power=power).weights)
    assert weights[1] == pytest.approx(STRENGTH * 0.8, abs=0.05)
    assert np.abs(np.delete(weights, 1)).max() < 0.06


def test_a_level_makes_expectations_add_up():
    lesson = examples()
    correction = with_total(
        fit_correction([lesson], power=1.0), lesson.expected, lesson.descriptors, total=123.0
    )
    factors = np.exp(log_factors(correction.weights, correction.centre, lesson.descriptors))
    assert (lesson.expected * factors).sum() * np.exp(correction.level) == pytest.approx(123.0)


def test_windows_in_which_nothing_happened_teach_nothing():
    quiet = examples()
    nothing = Examples(quiet.expected, quiet.descriptors, np.zeros(len(quiet.expected)))
    assert set(fit_correction([nothing], power=1.0).weights) == {0.0}


def test_a_description_that_is_the_same_for_all_gets_no_weight():
    lesson = examples()
    lesson.descriptors[:, 3] = 7.0
    assert fit_correction([lesson], power=1.0).weights[3] == 0.0
