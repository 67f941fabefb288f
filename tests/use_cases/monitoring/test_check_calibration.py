import numpy as np
import pytest

from app.domain.checks import Verdict
from app.use_cases.monitoring.check_calibration import check_calibration, check_month


def predictions(*, n, seed=0, truth_is=lambda predicted: predicted):
    """Predicted probabilities, and outcomes drawn from the true ones."""
    rng = np.random.default_rng(seed)
    predicted = rng.beta(2, 3, n)
    return predicted, rng.random(n) < truth_is(predicted)


def checked(outcomes, **changes):
    return check_calibration(outcomes, **{"bundle_id": "b", "pending": "wait"} | changes)


def test_probabilities_that_come_true_are_sound():
    check = checked({("2026-05", "b"): predictions(n=3000)})

    assert check.verdict is Verdict.SOUND
    assert "2026-05" in check.text


def test_planted_miscalibration_is_found_and_says_what_to_do():
    check = checked({
        ("2026-05", "b"): predictions(n=3000, truth_is=lambda predicted: predicted * 0.6)
    })

    assert check.verdict is Verdict.MISCALIBRATED
    assert check.text.startswith("In 2026-05 the bundle predicted that 40.")
    assert "of 3,000 customers would churn" in check.text
    assert "train a bundle" in check.text


def test_overconfident_probabilities_are_found_although_their_mean_is_right():
    predicted, churned = predictions(
        n=4000, truth_is=lambda predicted: 0.4 + 0.3 * (predicted - 0.4)
    )

    month = check_month("2026-05", "b", predicted, churned)

    assert abs(month.mean_probability - month.observed_rate) < 0.03
    assert month.verdict is Verdict.MISCALIBRATED


@pytest.mark.parametrize("n", [100, 400, 3000])
def test_true_probabilities_raise_an_alarm_once_in_a_hundred_months_at_most(n):
    alarms = [
        check_month("2026-05", "b", *predictions(n=n, seed=seed)).verdict is Verdict.MISCALIBRATED
        for seed in range(60)
    ]

    assert sum(alarms) <= 3


def test_equal_probabilities_are_sound_whatever_order_the_customers_have():
    predicted = np.full(1000, 0.3)

    month = check_month("2026-05", "b", predicted, np.arange(1000) < 300)

    assert month.verdict is Verdict.SOUND


def test_few_customers_are_too_few_to_tell_whatever_happened():
    predicted = np.full(99, 0.5)

    check = checked({("2026-05", "b"): (predicted, np.ones(99, bool))})

    assert check.verdict is Verdict.TOO_FEW
    assert "needs 100" in check.text
    assert check.months[0].n == 99


def test_one_customer_has_figures_but_no_auc():
    month = check_month("2026-05", "b", np.array([0.3]), np.array([True]))

    assert (month.n, month.observed_rate, month.auc) == (1, 1.0, None)
    assert month.observed_low < 0.3


def test_an_auc_needs_ten_of_either_outcome():
    predicted = np.linspace(0, 1, 200)

    assert check_month("2026-05", "b", predicted, predicted > 0.957).auc is None
    assert check_month("2026-05", "b", predicted, predicted > 0.9).auc == 1


def test_without_an_outcome_the_check_says_what_to_wait_for():
    check = checked({}, pending="The first horizon closes at 2026-12-01.")

    assert check.verdict is Verdict.NOT_MEASURED
    assert check.text == "The first horizon closes at 2026-12-01."


def test_the_verdict_rests_on_the_newest_month_of_this_bundle_with_enough_customers():
    bad = predictions(n=1000, truth_is=lambda predicted: predicted * 0)
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


def test_bins_contain_everybody_once_and_intervals_contain_the_observed_rate():
    month = check_month("2026-05", "b", *predictions(n=997))

    assert sum(each.n for each in month.bins) == 997
    assert all(e.observed_low <= e.observed_rate <= e.observed_high for e in month.bins)
