"""Usual ranges: wide enough for the customers who come next, narrow enough to see the strange."""

import numpy as np

from app.bundle.support import usual_ranges
from app.features.catalogue import FEATURE_INDEX, FEATURE_NAMES
from training.support import ALARM_SHARE, support_of

ORDERS = FEATURE_INDEX["orders_90d"]
SILENCE = FEATURE_INDEX["days_since_order"]
PRICE = FEATURE_INDEX["plan_price"]


def population(seed, *, oldest=300.0, n=2_000):
    """Customers of a shop without contracts; the longest silence grows with the shop."""
    rng = np.random.default_rng(seed)
    rows = np.zeros((n, len(FEATURE_NAMES)))
    rows[:, ORDERS] = rng.poisson(3, n)
    rows[:, SILENCE] = rng.uniform(1, oldest, n)
    rows[:, PRICE] = np.nan
    return rows


def ranges_of(report):
    return usual_ranges(report.support, FEATURE_NAMES)


def reported(snapshots=(1, 2), today=3):
    return support_of([population(s) for s in snapshots], population(today), horizon_days=90)


def test_the_next_population_seldom_leaves_the_ranges():
    report = reported()

    assert report.alarm_share <= ALARM_SHARE
    assert ranges_of(report).left_by(population(4)).mean() <= 2 * ALARM_SHARE


def test_a_value_far_outside_is_named():
    strange = population(5)[0]
    strange[ORDERS] = 400

    assert ranges_of(reported()).unusual_in(strange) == ("orders_90d",)


def test_a_value_where_nobody_had_one_is_named_and_so_is_a_gap_where_everybody_did():
    ranges = ranges_of(reported())
    subscribed, silent = population(5)[:2]
    subscribed[PRICE], silent[ORDERS] = 9.5, np.nan

    assert ranges.unusual_in(subscribed) == ("plan_price",)
    assert ranges.unusual_in(silent) == ("orders_90d",)


def test_to_have_none_of_something_is_never_unusual():
    nothing = population(5)[0]
    nothing[[ORDERS, SILENCE]] = 0

    assert ranges_of(reported()).unusual_in(nothing) == ()


def test_silences_may_grow_by_a_horizon():
    grown = population(5)[0]
    grown[SILENCE] = 380

    assert ranges_of(reported()).unusual_in(grown) == ()


def test_what_changes_for_everybody_is_let_pass_rather_than_raised_for_all():
    priced = population(3)
    priced[:, PRICE] = 5.0
    report = support_of([population(1), population(2)], priced, horizon_days=90)

    assert ranges_of(report).left_by(priced).mean() <= ALARM_SHARE
    assert "plan_price" in report.unwatched


def test_one_pair_of_moments_has_nothing_left_to_test_on():
    report = support_of([population(1)], population(2), horizon_days=90)

    assert report.alarm_share is None


def test_few_customers_show_no_ranges():
    few = population(1, n=50)

    assert support_of([few], few, horizon_days=90) is None
    assert support_of([], population(1), horizon_days=90) is None
