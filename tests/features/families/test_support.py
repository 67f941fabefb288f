from math import isnan

import pytest

from tests.strategies import event, measured

NUMBERS = "d3769dc2fd362173"  # see tests/features/test_catalogue.py


def opened(days_ago, ticket=0, topic="none"):
    return event("ticket_opened", days_ago, ref=ticket, detail=topic)


def replied(days_ago, ticket):
    return event("ticket_replied", days_ago, ref=ticket)


def closed(days_ago, ticket):
    return event("ticket_closed", days_ago, ref=ticket)


def test_tickets_by_window_and_topic():
    found = measured(
        opened(5, 1, "billing"), opened(10, 2, "usage"), opened(50, 3, "billing"), opened(100, 4)
    )

    assert found["tickets_30d"] == 2
    assert found["tickets_90d"] == 3
    assert found["tickets_prior_60d"] == 1
    assert found["billing_tickets_30d"] == 1
    assert found["tickets_open"] == 4
    assert found["oldest_open_ticket_hours"] == 100 * 24
    assert found["days_since_ticket"] == 5


def test_only_a_ticket_without_any_reply_waits():
    """Ticket 1 was answered but is open, ticket 2 waits for two days."""
    found = measured(opened(9, 1), replied(8, 1), opened(2, 2))

    assert found["tickets_open"] == 2
    assert found["oldest_open_ticket_hours"] == 48


def test_the_first_reply_is_the_one_that_counts():
    """Ticket 1 waited 6 hours, ticket 2 waited 18; later replies and their closing do not count."""
    found = measured(
        opened(9, 1), replied(8.75, 1), replied(2, 1), opened(5, 2), replied(4.25, 2), closed(4, 2)
    )

    assert found["ticket_first_reply_hours_mean_90d"] == pytest.approx(12)
    assert found["tickets_open"] == 1
    assert isnan(found["oldest_open_ticket_hours"])


def test_a_ticket_opened_again_starts_anew():
    found = measured(opened(50, 1), replied(49, 1), closed(48, 1), opened(3, 1))

    assert found["tickets_open"] == 1
    assert found["oldest_open_ticket_hours"] == 72


def test_a_ticket_opened_twice_waits_since_the_first_time():
    assert measured(opened(5, 1), opened(3, 1))["oldest_open_ticket_hours"] == 120


def test_tickets_without_a_ref_are_counted_but_cannot_be_followed():
    found = measured(opened(5), event("ticket_replied", 4))

    assert found["tickets_30d"] == 1
    assert found["tickets_open"] == 0
    assert isnan(found["ticket_first_reply_hours_mean_90d"])


def test_a_reply_to_a_ticket_that_was_never_opened_means_nothing():
    found = measured(replied(5, 1), closed(4, 1))

    assert found["tickets_open"] == 0
    assert isnan(found["ticket_first_reply_hours_mean_90d"])
    assert isnan(found["days_since_ticket"])
