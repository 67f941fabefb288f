import numpy as np

from app.features.catalogue import FEATURE_INDEX, FEATURE_NAMES
from training.dataset.snapshots import Window
from training.testing import holdout as rows
from training.testing.segments import segments_of


def customers(**columns):
    n = 200
    features = np.full((n, len(FEATURE_NAMES)), np.nan)
    for name, values in columns.items():
        features[:, FEATURE_INDEX[name]] = values
    said = np.linspace(0, 1, n)
    tiers = np.repeat([0, 1, 2], [100, 60, 40])
    return rows.Holdout(Window(0, 1), features, np.tile([0.0, 1.0], n // 2), said, None, tiers)


def names(found, by):
    return {s.name: int(s.members.sum()) for s in found if s.by == by}


def test_tiers_tenure_and_buyers_are_segments():
    found = segments_of(
        customers(
            tenure_days=np.repeat([10, 100, 500], [50, 100, 50]), orders_total=np.tile([1, 5], 100)
        ),
        currency="EUR",
    )

    assert names(found, "tier") == {"High": 40, "Medium": 60, "Low": 100}
    assert list(names(found, "tenure").values()) == [50, 100, 50]
    assert names(found, "orders") == {"ordered once": 100, "ordered repeatedly": 100}


def test_few_prices_are_plans_and_many_are_divided_into_thirds():
    few = segments_of(customers(plan_price=np.tile([19.0, 49.0], 100)), currency="EUR")
    many = segments_of(customers(plan_price=np.linspace(1, 100, 200)), currency="EUR")

    assert names(few, "plan price") == {"19.00 EUR": 100, "49.00 EUR": 100}
    assert len(names(many, "plan price")) == 3


def test_a_log_without_plans_has_no_segments_of_plans():
    assert names(segments_of(customers(), currency=None), "plan price") == {}


def test_too_few_customers_make_no_segment():
    found = segments_of(customers(tenure_days=np.repeat([10, 500], [29, 171])), currency=None)

    assert list(names(found, "tenure")) == ["365 days and more"]
