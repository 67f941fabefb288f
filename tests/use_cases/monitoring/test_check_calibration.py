import numpy as np
import pytest

from app.domain.checks import Verdict
from app.use_cases.monitoring.check_calibration import check_calibration, month_check


def predictions(*, n, seed=0, truth_is=lambda said: said):
    """Probabilities, and outcomes drawn from what is true of them."""
    rng = np.random.default_rng(seed)
    said = rng.beta(2, 3, n)
    return said, rng.random(n) < truth_is(said)


def checked(matured, **changes):
    return check_calibration(matured, **{"bundle_id": "b", "waiting": "wait"} | changes)


def test_probabilities_that_come_true_are_sound():
    check = checked({("2026-05", "b"): predictions(n=3000)})

    assert check.verdict is Verdict.SOUND
    assert "2026-05" in check.text


def test_planted_miscalibration_is_found_and_says_what_to_do():
    check = checked({("2026-05", "b"): predictions(n=3000, truth_is=lambda said: said * 0.6)})

    assert check.verdict is Verdict.MISCALIBRATED
    assert "3,000 predictions of 2026-05" in check.text
    assert "train a bundle" in check.text


def test_probabilities_that_are_too_sure_are_found_although_the_mean_is_right():
    said, churned = predictions(n=4000, truth_is=lambda said: 0.4 + 0.3 * (said - 0.4))

    month = month_check("2026-05", "b", said, churned)

    assert abs(month.mean_probability - month.observed_rate) < 0.03
    assert month.verdict is Verdict.MISCALIBRATED


@pytest.mark.parametrize("n", [100, 400, 3000])
def test_true_probabilities_raise_an_alarm_once_in_a_hundred_months_at_most(n):
    alarms = [
        month_check("2026-05", "b", *predictions(n=n, seed=seed)).verdict is Verdict.MISCALIBRATED
        for seed in range(60)
    ]

    assert sum(alarms) <= 3


def test_saying_the_same_of_everybody_is_sound_whatever_order_they_come_in():
    said = np.full(1000, 0.3)

    month = month_check("2026-05", "b", said, np.arange(1000) < 300)

    assert month.verdict is Verdict.SOUND


def test_few_customers_are_too_few_to_tell_whatever_happened():
    said = np.full(99, 0.5)

    check = checked({("2026-05", "b"): (said, np.ones(99, bool))})

    assert check.verdict is Verdict.TOO_FEW
    assert "needs 100" in check.text
    assert check.months[0].n == 99


def test_one_customer_has_figures_but_no_auc():
    month = month_check("2026-05", "b", np.array([0.3]), np.array([True]))

    assert (month.n, month.observed_rate, month.auc) == (1, 1.0, None)
    assert month.observed_low < 0.3


def test_an_auc_needs_ten_of_either_outcome():
    said = np.linspace(0, 1, 200)

    assert month_check("2026-05", "b", said, said > 0.957).auc is None
    assert month_check("2026-05", "b", said, said > 0.9).auc == 1


def test_nothing_matured_says_what_is_waited_for():
    check = checked({}, waiting="the first horizon closes on 2026-12-01")

    assert check.verdict is Verdict.NOT_MEASURED
    assert check.text == "the first horizon closes on 2026-12-01"


def test_the_verdict_is_about_the_newest_month_of_enough_of_this_bundle():
    bad = predictions(n=1000, truth_is=lambda said: said * 0)
    check = checked({
        ("2026-03", "b"): bad,
        ("2026-04", "b"): predictions(n=1000),
        ("2026-05", "b"): predictions(n=20),
        ("2026-05", "another"): bad,
    })

    assert check.verdict is Verdict.SOUND
    assert [(month.month, month.bundle_id) for month in check.months] == [
        ("2026-05", "b"),
        ("2026-05", "another"),
        ("2026-04", "b"),
        ("2026-03", "b"),
    ]


def test_bins_hold_everybody_once_with_intervals_around_what_was_seen():
    month = month_check("2026-05", "b", *predictions(n=997))

    assert sum(each.n for each in month.bins) == 997
    assert all(e.observed_low <= e.observed_rate <= e.observed_high for e in month.bins)
