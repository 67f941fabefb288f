import numpy as np
import pytest

from app.statistics.stability import MOVED_FAR_FROM, population_stability, shares_in_bins


def test_shares_count_the_missing_and_half_open_bins():
    shares = shares_in_bins(np.array([np.nan, 0.0, 1.0, 5.0]), np.array([1.0, 2.0]))

    assert shares.tolist() == [0.25, 0.25, 0.25, 0.25]


def test_what_did_not_move_is_nought():
    assert population_stability(np.array([0.2, 0.8]), np.array([0.2, 0.8])) == 0


def test_the_index_is_that_of_the_formula():
    moved = population_stability(np.array([0.5, 0.5]), np.array([0.25, 0.75]))

    assert moved == pytest.approx(0.25 * np.log(2) + 0.25 * np.log(1.5))


def test_a_bin_that_was_empty_is_far_but_finite():
    moved = population_stability(np.array([0.0, 1.0]), np.array([0.3, 0.7]))

    assert MOVED_FAR_FROM < moved < 10
