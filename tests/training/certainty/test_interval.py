"""How certain a probability is: what each part of the uncertainty measures, and its table."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.special import expit

from app.bundle.answers.interval import build_intervals
from app.features.catalogue import FEATURE_INDEX, FEATURE_NAMES
from tests.training.shops import CANCELLED, run_of
from training.certainty.interval import (
    BASE_RATE_ERROR_ELSEWHERE,
    base_rate_errors,
    fit_spread,
    shared_spread,
    uncertainty_of,
)
from training.certainty.interval_table import tabulate
from training.certainty.rate_uncertainty import rate_quantile_spread, rate_spread
from training.learning.btyd import Rhythms
from training.learning.learn import learn


@pytest.fixture(scope="module")
def run():
    return run_of()


@pytest.fixture(scope="module")
def learning(run):
    return learn(run)


@pytest.fixture(scope="module")
def uncertainty(run, learning):
    return uncertainty_of(run, learning, tables=[])


def around(uncertainty, margins, n_orders):
    features = np.full((len(margins), len(FEATURE_NAMES)), np.nan)
    features[:, FEATURE_INDEX["order_days_total"]] = n_orders
    return build_intervals(uncertainty, FEATURE_NAMES).around(expit(margins), margins, features)


def test_more_orders_never_widen_an_interval(uncertainty):
    margins = np.linspace(-5, 5, 101)
    widths = [np.subtract(*around(uncertainty, margins, n)[::-1]) for n in (1, 2, 4, 8, 50)]

    for few, more in pairwise(widths):
        assert (few >= more - 1e-12).all()
    assert widths[0].sum() > widths[-1].sum()


def test_neither_end_falls_where_the_margin_rises(uncertainty):
    for ends in around(uncertainty, np.linspace(-6, 6, 500), 1):
        assert (np.diff(ends) >= -1e-12).all()


def test_a_base_rate_that_was_met_narrows_and_one_that_was_missed_widens():
    met = [(0.2, 0.2, 500), (0.6, 0.6, 500)]
    missed = [(0.2, 0.4, 500), (0.6, 0.8, 500)]

    assert shared_spread([], [met], student_rmse=0.0) < BASE_RATE_ERROR_ELSEWHERE
    assert shared_spread([], [missed], student_rmse=0.0) > BASE_RATE_ERROR_ELSEWHERE
    assert shared_spread([], [], student_rmse=0.0) == BASE_RATE_ERROR_ELSEWHERE


def test_groups_that_miss_in_both_directions_widen_although_the_base_rate_is_met():
    bent = [(0.2, 0.4, 500), (0.6, 0.4, 500)]
    straight = [(0.2, 0.2, 500), (0.6, 0.6, 500)]

    assert (
        shared_spread([], [bent], student_rmse=0.0)
        > shared_spread([], [straight], student_rmse=0.0) + 0.1
    )


def test_base_rates_are_predicted_by_windows_that_had_closed_before(learning):
    errors = base_rate_errors(learning)

    assert 0 < len(errors) < len(learning.dataset.windows)
    assert np.abs(errors).max() < 2


def test_fold_boosters_that_agree_leave_only_what_the_teachers_differ_by(run, learning):
    window = learning.dataset.windows[0]
    rows = learning.dataset.where(learning.dataset.window == 0)
    then = run.back_at(window.as_of, horizon_days=window.days)

    spread = fit_spread(then, learning.teacher, rows.customer, rows.features)
    assert (spread > 0).all()
    assert (spread < 3).all()


def test_the_first_orders_narrow_the_interval_more_than_later_ones():
    four = np.log([0.7, 9.0, 0.5, 5.0])
    rhythms = Rhythms(np.array([0.0, 1, 4, 20]), np.array([0.0, 8, 18, 19]), np.full(4, 20.0))
    below, above = rate_quantile_spread(four, rhythms, 8.0)

    assert (np.diff(above) < 0).all()
    assert (below > 0).all()


def test_a_contract_has_no_rhythm_to_know():
    below, above = rate_spread(run_of(churn=CANCELLED), np.arange(3))

    assert not below.any()
    assert not above.any()


def test_equal_margins_have_a_table_of_one_column():
    features = np.zeros((100, len(FEATURE_NAMES)))
    table = tabulate(
        np.full(100, 0.3),
        below=np.full(100, 0.2),
        above=np.full(100, 0.4),
        common=0.1,
        history=("tenure_days", (30.0,)),
        features=features,
    )

    assert table.knots == (0.3,)
    assert table.below == ((0.2,), (0.2,))
    assert table.above == ((0.4,), (0.4,))
