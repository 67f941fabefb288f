import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bundle.value.recurring import recurring_revenue
from app.features.catalogue import FEATURE_INDEX, FEATURE_NAMES


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    revenue_of(0.5)  # compiling takes longer than Hypothesis allows for an example


def subscriber(**changes):
    """A row of one who pays 30 a month, has renewed eleven times and renews in ten days."""
    facts = {
        "subscribed": 1.0,
        "subscription_age_days": 355.0,
        "days_to_renewal": 10.0,
        "plan_price": 30.0,
        "renewals_total": 11.0,
        "cancellations_total": 0.0,
    }
    row = np.full(len(FEATURE_NAMES), np.nan)
    for name, value in (facts | changes).items():
        row[FEATURE_INDEX[name]] = value
    return row


def revenue_of(probability, **changes):
    rows = np.array([subscriber(**changes)])
    revenue, revenue_12m, if_kept = recurring_revenue(
        rows, np.array([probability]), horizon_days=90
    )
    return revenue[0], revenue_12m[0], if_kept[0]


def test_a_subscription_that_certainly_runs_on_pays_the_price_of_every_period():
    revenue, revenue_12m, _ = revenue_of(0.0)
    assert revenue_12m == pytest.approx(30 * 365 / 30.4375)
    assert revenue == pytest.approx(30 * 90 / 30.4375)


def test_one_that_may_end_pays_for_the_days_that_it_is_expected_to_run():
    # Ending at the constant rate log(2) per 90 days: the mean of 2^(-t / 90) over a year.
    revenue_12m = revenue_of(0.5)[1]
    days = np.linspace(0, 365, 100_001)
    running = np.trapezoid(0.5 ** (days / 90), days)
    assert revenue_12m == pytest.approx(30 / 30.4375 * running, rel=1e-6)


def test_one_that_certainly_ends_pays_nearly_nothing():
    revenue, revenue_12m, _ = revenue_of(1.0)
    assert 0 <= revenue == pytest.approx(revenue_12m)
    assert revenue_12m < 0.15 * 30 * 12


def test_a_yearly_price_is_a_twelfth_a_month():
    terms = {"subscription_age_days": 700.0, "days_to_renewal": 30.5, "renewals_total": 1.0}
    assert revenue_of(0.0, plan_price=365.25, **terms)[1] == pytest.approx(365)


def test_a_first_term_of_a_year_shows_in_the_days_to_its_renewal():
    first = {"renewals_total": 0.0, "subscription_age_days": 165.0}
    assert revenue_of(0.0, days_to_renewal=200.0, plan_price=365.25, **first)[1] == pytest.approx(
        365
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"subscribed": 0.0},
        {"plan_price": math.nan},
        {"days_to_renewal": math.nan},
        {"subscription_age_days": math.nan},
        {"cancellations_total": 1.0},  # renewals of the earlier subscription count too
        {"renewals_total": 5.0},  # two months between renewals are not a period
        # A first month may be the last days of a year whose beginning nobody recorded.
        {"renewals_total": 0.0, "subscription_age_days": 20.0},
    ],
)
def test_without_a_known_period_there_is_no_revenue(changes):
    assert np.isnan(revenue_of(0.2, **changes)).all()


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_risk_is_never_more_revenue(one, other):
    low, high = sorted((one, other))
    assert revenue_of(low)[1] >= revenue_of(high)[1] >= 0


@pytest.mark.parametrize("probability", [0.0, 0.4, 1.0])
def test_if_kept_it_pays_the_whole_year_whatever_the_risk(probability):
    assert revenue_of(probability)[2] == pytest.approx(30 * 365 / 30.4375)
