from tests.strategies import event, measured

NUMBERS = "2397346b45823e07"  # see tests/features/test_catalogue.py


def test_each_channel_counts_once():
    found = measured(
        event("login", 1, channel="web"),
        event("login", 2, channel="app"),
        event("order_placed", 3, channel="web"),
    )

    assert found["channels_distinct_90d"] == 2


def test_what_we_sent_and_what_is_not_said_or_long_ago_does_not_count():
    found = measured(
        event("message_sent", 1, channel="email"),
        event("login", 2),
        event("login", 91, channel="store"),
    )

    assert found["channels_distinct_90d"] == 0
