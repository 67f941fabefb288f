from math import isnan

import pytest

from tests.strategies import event, measured

NUMBERS = "d8be48fa379de1c6"  # see tests/features/test_catalogue.py


def sent(days_ago, message, channel="email"):
    return event("message_sent", days_ago, ref=message, channel=channel)


def test_two_of_three_messages_were_answered_after_6_and_18_hours():
    found = measured(
        sent(10, 1),
        event("message_opened", 9.75, ref=1),
        event("message_clicked", 5, ref=1),  # the first response is the one that counts
        sent(20, 2),
        event("message_replied", 19.25, ref=2),
        sent(40, 3),
    )

    assert found["messages_sent_30d"] == 2
    assert found["message_open_share_90d"] == pytest.approx(2 / 3)
    assert found["email_response_hours_mean_180d"] == pytest.approx(12)
    assert found["days_since_message_response"] == 5


@pytest.mark.parametrize("channel", ["email", "sms", "push", "in_app", "phone"])
def test_each_channel_has_its_own_latency(channel):
    """The channel is that of the sending, whatever the response says."""
    found = measured(sent(10, 1, channel), event("message_opened", 9.5, ref=1, channel="web"))

    latencies = {n: v for n, v in found.items() if n.endswith("response_hours_mean_180d")}
    name = f"{channel}_response_hours_mean_180d"
    assert latencies.pop(name) == pytest.approx(12)
    assert all(isnan(value) for value in latencies.values())


def test_a_message_sent_again_waits_anew():
    """Opened 2 hours after the second sending."""
    found = measured(sent(10, 1), sent(5, 1), event("message_opened", 5 - 2 / 24, ref=1))

    assert found["email_response_hours_mean_180d"] == pytest.approx(2)
    assert found["message_open_share_90d"] == 0.5


def test_a_response_before_any_sending_matches_nothing():
    found = measured(event("message_opened", 11, ref=1), sent(10, 1))

    assert found["message_open_share_90d"] == 0
    assert isnan(found["email_response_hours_mean_180d"])
    assert found["days_since_message_response"] == 11


def test_a_message_of_long_ago_has_no_share_in_the_last_90_days():
    found = measured(sent(100, 1), event("message_opened", 99, ref=1))

    assert isnan(found["message_open_share_90d"])
    assert found["email_response_hours_mean_180d"] == pytest.approx(24)


def test_messages_without_a_ref_are_counted_but_not_matched():
    found = measured(event("message_sent", 10, channel="email"), event("message_opened", 9))

    assert found["messages_sent_30d"] == 1
    assert isnan(found["message_open_share_90d"])
