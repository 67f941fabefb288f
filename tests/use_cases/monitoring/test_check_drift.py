from datetime import UTC, datetime

import numpy as np
import pytest

from app.bundle.folder.reference import measure_reference
from app.domain.checks import Verdict
from app.use_cases.monitoring.check_drift import check_drift

NOW = datetime(2026, 11, 22, tzinfo=UTC)
NAMES = tuple(f"f{i}" for i in range(100))


def population(n, *, seed):
    """Features that are skewed, whole, often nought or missing, and a risk."""
    rng = np.random.default_rng(seed)
    features = rng.lognormal(size=(n, len(NAMES)))
    features[:, 30:60] = rng.poisson(0.5, (n, 30))
    features[:, 60:70][rng.random((n, 10)) < 0.3] = np.nan
    features[:, 70:75] = np.nan
    features[:, 75:80] = 1.0
    return features, rng.beta(2, 3, n)


def checked(now, *, n_reference=5000, importance=None):
    features, risk = population(n_reference, seed=10_000)
    weights = np.full(len(NAMES), 1 / len(NAMES)) if importance is None else importance
    return check_drift(
        measure_reference(NAMES, features, risk), NAMES, *now, weights, measured_at=NOW
    )


def column(check, name):
    return next(each for each in check.features if each.name == name)


@pytest.mark.parametrize(("n", "n_reference"), [(200, 200), (300, 2000), (2000, 2000)])
def test_without_drift_hardly_a_column_of_thousands_raises_an_alarm(n, n_reference):
    checks = [checked(population(n, seed=i), n_reference=n_reference) for i in range(30)]

    assert {check.verdict for check in checks} == {Verdict.SOUND}
    alarms = [each for check in checks for each in check.features if each.verdict != Verdict.SOUND]
    assert len(alarms) <= 2


def test_a_risk_that_moved_is_drift():
    features, risk = population(2000, seed=1)

    check = checked((features, np.sqrt(risk)))

    assert check.verdict is Verdict.DRIFTED
    assert check.risk.verdict is Verdict.DRIFTED
    assert "train a bundle" in check.text


def test_a_broken_feed_is_named_with_its_missing_values():
    features, risk = population(2000, seed=1)
    features[:, 3] = np.nan
    importance = np.full(len(NAMES), 0.6 / 99)
    importance[3] = 0.4

    check = checked((features, risk), importance=importance)

    assert check.verdict is Verdict.DRIFTED
    assert check.features[0].name == "f3"
    assert "f3" in check.text
    assert "(missing 0%, now 100%)" in check.text


def test_a_feature_of_little_importance_does_not_condemn_the_bundle():
    features, risk = population(2000, seed=1)
    features[:, 3] *= 5

    check = checked((features, risk))

    assert column(check, "f3").verdict is Verdict.DRIFTED
    assert check.verdict is Verdict.SOUND
    assert check.drifted_importance == pytest.approx(0.01)


def test_a_small_drift_of_an_important_feature_is_watched():
    features, risk = population(5000, seed=1)
    features[:, 3] *= 1.4
    importance = np.zeros(len(NAMES))
    importance[3] = 1.0

    check = checked((features, risk), importance=importance)

    assert check.verdict is Verdict.MOVED
    assert check.text.endswith("Keep an eye on it.")


@pytest.mark.parametrize(("n", "n_reference"), [(1, 5000), (199, 5000), (5000, 100)])
def test_small_populations_are_too_few_to_tell_however_far_they_moved(n, n_reference):
    features, risk = population(n, seed=1)

    check = checked((features * 100, risk), n_reference=n_reference)

    assert check.verdict is Verdict.TOO_FEW
    assert f"{n:,} customers today and {n_reference:,}" in check.text


def test_an_empty_population_is_not_measured():
    features, risk = population(1, seed=1)

    check = checked((features[:0], risk[:0]))

    assert check.verdict is Verdict.NOT_MEASURED
    assert "None of today's customers" in check.text
