import pytest

from tests.strategies import AS_OF, DAY, Event, event, measured

LOGIN = event("login", 1).kind


def test_a_window_is_half_open():
    """An event exactly 30 days before is inside; one microsecond earlier, or at as_of, is not."""
    inside, before, at = (
        Event(moment, moment, LOGIN) for moment in (AS_OF - 30 * DAY, AS_OF - 30 * DAY - 1, AS_OF)
    )

    assert measured(inside)["logins_30d"] == 1
    assert measured(before)["logins_30d"] == 0
    assert measured(before)["logins_60d"] == 1
    assert measured(at)["logins_60d"] == 0


def test_the_window_before_ends_where_the_last_one_begins():
    """Exactly 30 days ago belongs to the last 30 days, exactly 60 days ago to the 30 before."""
    found = measured(event("login", 30), event("login", 60))

    assert found["login_trend_30d"] == 1


def test_an_event_counts_from_the_moment_it_was_received():
    late = event("login", 10, received_days_ago=0)

    assert measured(late)["logins_30d"] == 0
    assert measured(late._replace(received_at=AS_OF - 1))["logins_30d"] == 1


def test_a_day_is_24_hours_back_from_the_moment_not_a_date():
    """Hours 1 and 23 ago lie on one day, hour 25 ago on the next."""
    found = measured(event("login", 1 / 24), event("login", 23 / 24), event("login", 25 / 24))

    assert found["login_days_30d"] == 2


def test_days_are_counted_in_fractions():
    assert measured(event("login", 1.5))["days_since_login"] == pytest.approx(1.5)
