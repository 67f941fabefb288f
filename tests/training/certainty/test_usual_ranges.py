"""Usual ranges: wide enough for the customers who come next, narrow enough to see the strange."""

import numpy as np

from app.bundle.answers.unusual_features import build_unusual_features
from app.features.catalogue import FEATURE_INDEX, FEATURE_NAMES
from training.certainty.feature_ranges import ALARM_SHARE
from training.certainty.usual_ranges import PopulationSnapshot, usual_ranges_of

ORDERS = FEATURE_INDEX["orders_90d"]
SILENCE = FEATURE_INDEX["days_since_order"]
TREND = FEATURE_INDEX["order_trend_90d"]
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
    return build_unusual_features(report.support, FEATURE_NAMES)


def usual_report(snapshots=(1, 2), today=3):
    return report_of([population(s) for s in snapshots], population(today))


def report_of(snapshots, today, *, log_days=400):
    earlier = [
        PopulationSnapshot(rows, log_days - 90 * i) for i, rows in enumerate(snapshots[::-1], 1)
    ][::-1]
    return usual_ranges_of(earlier, PopulationSnapshot(today, log_days), horizon_days=90)


def test_the_next_population_seldom_leaves_the_ranges():
    report = usual_report()

    assert report.alarm_share <= ALARM_SHARE
    assert ranges_of(report).any_in(population(4)).mean() <= 2 * ALARM_SHARE


def test_a_value_far_outside_is_named():
    strange = population(5)[0]
    strange[ORDERS] = 400

    assert ranges_of(usual_report()).names_in(strange) == ("orders_90d",)


def test_a_value_where_nobody_had_one_is_named_and_so_is_a_gap_where_everybody_did():
    ranges = ranges_of(usual_report())
    subscribed, silent = population(5)[:2]
    subscribed[PRICE], silent[ORDERS] = 9.5, np.nan

    assert ranges.names_in(subscribed) == ("plan_price",)
    assert ranges.names_in(silent) == ("orders_90d",)


def test_to_have_none_of_something_is_never_unusual():
    nothing = population(5)[0]
    nothing[[ORDERS, SILENCE]] = 0

    assert ranges_of(usual_report()).names_in(nothing) == ()


def test_silences_may_grow_by_a_horizon():
    grown = population(5)[0]
    grown[SILENCE] = 380

    assert ranges_of(usual_report()).names_in(grown) == ()


def test_what_changes_for_everybody_is_let_pass_rather_than_raised_for_all():
    priced = population(3)
    priced[:, PRICE] = 5.0
    report = report_of([population(1), population(2)], priced)

    assert ranges_of(report).any_in(priced).mean() <= ALARM_SHARE
    assert "plan_price" in report.unwatched


def test_what_looks_back_further_than_the_log_may_get_a_value():
    young, grown = population(1), population(5)[0]
    young[:, TREND] = np.nan
    grown[TREND] = 2.0

    for log_days, names in ((150, ()), (600, ("order_trend_90d",))):
        ranges = ranges_of(report_of([young], young, log_days=log_days))
        assert ranges.names_in(grown) == names


def test_one_pair_of_snapshots_leaves_none_to_test_the_ranges_on():
    report = report_of([population(1)], population(2))

    assert report.alarm_share is None


def test_few_customers_show_no_ranges():
    few = population(1, n=50)

    assert report_of([few], few) is None
    assert report_of([], population(1)) is None
