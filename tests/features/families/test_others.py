from math import isnan

from tests.strategies import event, measured

NUMBERS = "1e26e0a8146144f6"  # see tests/features/test_catalogue.py


def test_unknown_types_are_counted_together():
    found = measured(event("other", 3), event("other", 29), event("other", 31))

    assert found["other_events_30d"] == 2
    assert found["days_since_other_event"] == 3


def test_no_unknown_type():
    found = measured(event("login", 3))

    assert found["other_events_30d"] == 0
    assert isnan(found["days_since_other_event"])
