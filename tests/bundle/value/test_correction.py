import math

import numpy as np
import pytest

from app.bundle.value.correction import (
    NO_CORRECTION,
    Correction,
    factor_of,
    log_factors,
    validate_correction,
)


def test_the_factor_is_the_exponential_of_level_and_weighted_descriptors():
    correction = Correction((0.5, 0.0, 0.0, 0.0, 0.0, 0.0), 0.2, 0.1)
    descriptors = np.array([2.0, 9.0, 9.0, 9.0, 9.0, 9.0])

    assert factor_of(correction, descriptors) == pytest.approx(math.exp(0.1 + 0.5 * 2.0 - 0.2))


def test_without_a_correction_the_factor_is_one():
    assert factor_of(NO_CORRECTION, np.full(6, 7.0)) == 1.0


def test_weighted_descriptors_multiply_by_at_most_five():
    far = np.array([[1e9, 0, 0, 0, 0, 0], [-1e9, 0, 0, 0, 0, 0]])

    assert np.exp(log_factors((1.0,) * 6, 0.0, far)) == pytest.approx([5.0, 0.2])


@pytest.mark.parametrize("weights", [(0.1,), (math.nan,) * 6])
def test_a_correction_needs_finite_weights_of_all_descriptors(weights):
    with pytest.raises(ValueError, match="6 finite weights"):
        validate_correction(Correction(weights, 0.0, 0.0))
