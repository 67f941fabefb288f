"""Boosters stand alone where they know what rhythm does not, and only there."""

import numpy as np
import pytest
from scipy.stats import poisson

from app.features.catalogue import FEATURE_INDEX, FEATURE_NAMES
from training.value.booster_share import booster_share, deviance
from training.value.rate_boosters import AMOUNTS, COUNTS, ObservedWindow

LOGINS = FEATURE_INDEX["logins_30d"]


def windows(*, telling, n=1_500, seed=0):
    """Three windows in which logins tell the rate of orders, or nothing does but rates."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(3):
        features = np.full((n, len(FEATURE_NAMES)), 0.0)
        features[:, LOGINS] = rng.integers(0, 30, size=n)
        rate = features[:, LOGINS] / 10 if telling else rng.gamma(1.0, 1.5, size=n)
        found.append((ObservedWindow(features, rng.poisson(rate).astype(np.float64), 90.0), rate))
    return [observed for observed, _ in found], found[-1][1]


def test_boosters_that_know_more_stand_alone():
    observed, rate = windows(telling=True)
    blind = np.full(len(rate), rate.mean())
    assert booster_share(observed, blind, family=COUNTS, seed=0) == 1.0


def test_boosters_that_know_less_make_half():
    observed, rate = windows(telling=False)
    assert booster_share(observed, rate, family=COUNTS, seed=0) == 0.5


@pytest.mark.parametrize("kept", [0, 1])
def test_too_few_windows_make_half(kept):
    observed, rate = windows(telling=True)
    assert booster_share(observed[:kept], rate[:kept], family=COUNTS, seed=0) == 0.5


def test_too_few_rows_and_unknown_amounts_make_half():
    observed, rate = windows(telling=True, n=100)
    assert booster_share(observed, rate, family=AMOUNTS, seed=0) == 0.5
    observed, rate = windows(telling=True)
    assert booster_share(observed, np.full(len(rate), np.nan), family=COUNTS, seed=0) == 0.5


def test_the_deviance_is_twice_the_lost_likelihood():
    happened, said = np.array([0.0, 1.0, 4.0]), np.array([0.5, 2.0, 3.0])
    lost = poisson.logpmf(happened, np.maximum(happened, 1e-12)) - poisson.logpmf(happened, said)
    assert deviance(happened, said, 1) == pytest.approx(2 * lost.mean())
    assert deviance(happened, happened + 1e-12, 1.5) == pytest.approx(0, abs=1e-4)
