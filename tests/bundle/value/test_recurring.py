"""A subscription is worth its price for as long as it is expected to run."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bundle.value.recurring import recurring_revenue, warm_up
from app.features.catalogue import FEATURE_INDEX, FEATURE_NAMES


@pytest.fixture(scope="module", autouse=True)
def _compiled():
    warm_up()  # compiling takes longer than Hypothesis gives an example


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


def worth(probability, **changes):
    rows = np.array([subscriber(**changes)])
    near, year, _ = recurring_revenue(rows, np.array([probability]), horizon_days=90)
    return near[0], year[0]


def test_who_surely_stays_pays_the_price_of_every_period():
    near, year = worth(0.0)
    assert year == pytest.approx(30 * 365 / 30.4375)
    assert near == pytest.approx(30 * 90 / 30.4375)


def test_who_may_leave_pays_for_the_days_expected():
    # Ending at the constant rate log(2) per 90 days: the mean of 2^(-t / 90) over a year.
    year = worth(0.5)[1]
    days = np.linspace(0, 365, 100_001)
    running = np.trapezoid(0.5 ** (days / 90), days)
    assert year == pytest.approx(30 / 30.4375 * running, rel=1e-6)


def test_who_surely_leaves_pays_nearly_nothing():
    near, year = worth(1.0)
    assert 0 <= near == pytest.approx(year)
    assert year < 0.15 * 30 * 12


def test_a_yearly_price_is_a_twelfth_a_month():
    terms = {"subscription_age_days": 700.0, "days_to_renewal": 30.5, "renewals_total": 1.0}
    assert worth(0.0, plan_price=365.25, **terms)[1] == pytest.approx(365)


def test_a_first_term_of_a_year_is_known_by_the_days_still_ahead():
    first = {"renewals_total": 0.0, "subscription_age_days": 165.0}
    assert worth(0.0, days_to_renewal=200.0, plan_price=365.25, **first)[1] == pytest.approx(365)


@pytest.mark.parametrize(
    "changes",
    [
        {"subscribed": 0.0},
        {"plan_price": math.nan},
        {"days_to_renewal": math.nan},
        {"subscription_age_days": math.nan},
        {"cancellations_total": 1.0},  # renewals of the earlier subscription count too
        {"renewals_total": 5.0},  # two months between renewals are no period
        # A first month may be the last days of a year whose beginning nobody told.
        {"renewals_total": 0.0, "subscription_age_days": 20.0},
    ],
)
def test_what_does_not_tell_its_period_has_no_worth(changes):
    assert np.isnan(worth(0.2, **changes)).all()


@given(st.floats(0, 1), st.floats(0, 1))
def test_more_risk_is_never_more_worth(one, other):
    low, high = sorted((one, other))
    assert worth(low)[1] >= worth(high)[1] >= 0


@pytest.mark.parametrize("probability", [0.0, 0.4, 1.0])
def test_who_is_kept_pays_the_whole_year_whatever_the_risk(probability):
    rows = np.array([subscriber()])
    kept = recurring_revenue(rows, np.array([probability]), horizon_days=90)[2]
    assert kept[0] == pytest.approx(30 * 365 / 30.4375)
