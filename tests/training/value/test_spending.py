"""Amounts within and between customers."""

import numpy as np
import pytest

from app.bundle.value.gamma_gamma import GammaGamma, expected_amount
from training.value.spending import fit_spending, log_likelihood


def drawn(n: int, spending: GammaGamma):
    """Days with orders and mean amounts of customers that follow the model, and their true mean."""
    rng = np.random.default_rng(0)
    n_days = rng.integers(1, 9, n).astype(float)
    scale = rng.gamma(spending.q, 1 / spending.v, n)
    mean = rng.gamma(spending.p * n_days, 1 / (scale * n_days))
    return n_days, mean, spending.p / scale


def test_a_fit_finds_the_parameters_that_amounts_were_drawn_with():
    truth = GammaGamma(p=6.0, q=4.0, v=15.0)
    n_days, mean, _ = drawn(12_000, truth)
    np.testing.assert_allclose(fit_spending(n_days, mean), truth, rtol=0.15)


def test_the_expected_amount_is_nearer_to_the_truth_than_the_own_mean():
    spending = GammaGamma(p=6.0, q=4.0, v=15.0)
    n_days, mean, true_mean = drawn(2_000, spending)
    said = [expected_amount(spending, n, m) for n, m in zip(n_days, mean, strict=True)]
    assert np.mean((said - true_mean) ** 2) < np.mean((mean - true_mean) ** 2)


def test_the_likelihood_is_a_density():
    spending = GammaGamma(p=3.0, q=4.0, v=5.0)
    grid = np.linspace(1e-4, 400, 400_001)
    density = np.exp(log_likelihood(spending, np.full(len(grid), 2.0), grid))
    assert np.trapezoid(density, grid) == pytest.approx(1.0, abs=1e-3)
