from math import isnan

from tests.strategies import event, measured

NUMBERS = "c0d1995c1c7b767f"  # see tests/features/test_catalogue.py


def test_usage_counts_uses_volume_and_different_features():
    """Features 1, 2 and 1 again in the last 30 days; a volume not said counts as 1."""
    found = measured(
        event("feature_used", 1, ref=1, amount=2.5),
        event("feature_used", 2, ref=2),
        event("feature_used", 3, ref=1),
        event("feature_used", 40, ref=3, amount=100),
    )

    assert found["feature_uses_30d"] == 3
    assert found["feature_uses_90d"] == 4
    assert found["feature_volume_30d"] == 4.5
    assert found["features_distinct_30d"] == 2
    assert found["usage_trend_30d"] == 3
    assert found["days_since_feature_use"] == 1


def test_a_use_without_a_feature_is_a_use_of_no_feature():
    found = measured(event("feature_used", 1))

    assert found["feature_uses_30d"] == 1
    assert found["features_distinct_30d"] == 0


def test_no_usage_is_zero_and_has_no_trend():
    found = measured()

    assert found["feature_uses_30d"] == 0
    assert isnan(found["usage_trend_30d"])
    assert isnan(found["days_since_feature_use"])
