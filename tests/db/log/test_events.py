"""The log takes every event once, and gives histories back as they were known at a moment."""

from datetime import UTC, datetime, timedelta
from threading import Thread

import numpy as np
import pytest

from app.db import customers
from app.db.connections.connect import writer_factory
from app.db.log import events, histories
from app.db.log.events import Recorded
from app.db.log.reading import fetch
from app.domain.activity import CHANNEL_CODES, DETAIL_CODES, TYPE_CODES, Activity
from app.domain.customers import AccountVersion, Customer
from app.domain.moments import to_micros
from app.features.history import NO_MOMENT

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=30)


def an_activity(event_id="e-1", customer_id="c-1", **values) -> Activity:
    values = {"occurred_at": NOON, "received_at": NOON, "type": "login"} | values
    return Activity(event_id=event_id, customer_id=customer_id, **values)


def history(session, *customer_ids, as_of=LATER, currency=None):
    return histories.fetch_history(session, customer_ids, as_of=as_of, currency=currency)


def test_an_event_is_accepted_once(session):
    assert events.record(session, [an_activity()]) == [Recorded.ACCEPTED]
    assert events.record(session, [an_activity()]) == [Recorded.DUPLICATE]
    assert history(session, "c-1").n_events == 1


def test_the_same_event_twice_in_one_batch_counts_once(session):
    batch = [an_activity("e-1"), an_activity("e-2"), an_activity("e-1")]

    assert events.record(session, batch) == ["accepted", "accepted", "duplicate"]


def test_of_two_contents_with_one_event_id_the_first_stays(session):
    events.record(session, [an_activity(amount=1.0), an_activity(amount=2.0)])
    events.record(session, [an_activity(amount=3.0)])

    assert history(session, "c-1").amount.tolist() == [1.0]


def test_an_empty_batch_is_nothing(session):
    assert events.record(session, []) == []


def test_an_event_of_an_unknown_customer_creates_the_customer(session):
    events.record(session, [an_activity(customer_id="c-new")])

    assert customers.get(session, "c-new") == Customer("c-new")


def test_events_do_not_touch_the_facts_of_a_known_customer(session):
    customers.put(session, Customer("c-1", owner="Ada"))
    events.record(session, [an_activity()])

    assert customers.get(session, "c-1").owner == "Ada"


def test_every_column_is_read_as_it_was_written(session):
    received = NOON + timedelta(hours=1)
    ticket = an_activity(
        type="ticket_opened",
        received_at=received,
        channel="email",
        ref="t-1",
        amount=2.5,
        properties={"topic": "billing"},
    )
    events.record(session, [ticket])

    found = history(session, "c-1")

    assert found.occurred_at.tolist() == [to_micros(NOON)]
    assert found.received_at.tolist() == [to_micros(received)]
    assert found.kind.tolist() == [TYPE_CODES["ticket_opened"]]
    assert found.channel.tolist() == [CHANNEL_CODES["email"]]
    assert found.detail.tolist() == [DETAIL_CODES["billing"]]
    assert found.amount.tolist() == [2.5]
    assert found.until.tolist() == [NO_MOMENT]


def test_equal_refs_are_equal_and_no_ref_is_zero(session):
    events.record(
        session,
        [an_activity("e-1", ref="t-1"), an_activity("e-2", ref="t-1"), an_activity("e-3")],
    )

    one, same, none = sorted(history(session, "c-1").ref.tolist(), key=lambda ref: ref == 0)
    assert one == same != 0
    assert none == 0


def test_a_renewal_date_is_read_from_the_properties(session):
    renewed = an_activity(type="subscription_renewed", properties={"renews_at": "2026-09-01"})
    events.record(session, [renewed])

    assert history(session, "c-1").until.tolist() == [
        to_micros(datetime(2026, 9, 1, tzinfo=UTC)),
    ]


@pytest.mark.parametrize("value", ["someday", 7, ["2026-09-01"]])
def test_a_renewal_date_that_is_no_date_counts_as_missing(session, value):
    renewed = an_activity(type="subscription_renewed", properties={"renews_at": value})
    events.record(session, [renewed])

    assert history(session, "c-1").until.tolist() == [NO_MOMENT]


def test_an_event_at_the_moment_itself_is_not_read(session):
    events.record(session, [an_activity()])

    assert history(session, "c-1", as_of=NOON).n_events == 0
    assert history(session, "c-1", as_of=NOON + timedelta(microseconds=1)).n_events == 1


def test_an_event_that_was_received_later_is_not_read(session):
    events.record(session, [an_activity(received_at=LATER)])

    assert history(session, "c-1", as_of=LATER).n_events == 0
    assert history(session, "c-1", as_of=LATER + timedelta(microseconds=1)).n_events == 1


def test_histories_come_in_the_order_of_the_ids_without_unknown_ones(session):
    events.record(session, [an_activity("e-1", "c-1"), an_activity("e-2", "c-2")])
    events.record(session, [an_activity("e-3", "c-2", occurred_at=NOON - timedelta(days=1))])

    found = history(session, "c-2", "nobody", "c-1", "c-2")

    assert list(found.customer_ids) == ["c-2", "c-1"]
    assert found.starts.tolist() == [0, 2, 3]
    assert found.occurred_at[0] < found.occurred_at[1]


def test_no_ids_give_an_empty_history(session):
    assert history(session).n_customers == 0
    assert history(session, "nobody").n_customers == 0


def test_account_versions_become_events_only_once_they_are_valid(session):
    version = AccountVersion("c-1", valid_from=NOON, price=49.0, renews_at=LATER)
    customers.put(session, Customer("c-1", signed_up_at=NOON), version)

    found = history(session, "c-1")

    assert history(session, "c-1", as_of=NOON).n_events == 0
    assert found.kind.tolist() == [TYPE_CODES["account_known"]]
    assert found.amount.tolist() == [49.0]
    assert found.until.tolist() == [to_micros(LATER)]
    assert found.signed_up_at.tolist() == [to_micros(NOON)]


def test_amounts_in_another_currency_are_missing(session):
    orders = [
        an_activity("e-1", amount=1.0, currency="EUR"),
        an_activity("e-2", amount=2.0, currency="USD", occurred_at=NOON + timedelta(hours=1)),
        an_activity("e-3", amount=3.0, occurred_at=NOON + timedelta(hours=2)),
    ]
    events.record(session, orders)

    np.testing.assert_array_equal(history(session, "c-1", currency="EUR").amount, [1, np.nan, 3])
    np.testing.assert_array_equal(history(session, "c-1").amount, [1, 2, 3])


def test_prices_follow_the_currency_of_the_customer(session):
    version = AccountVersion("c-1", valid_from=NOON, price=49.0)
    customers.put(session, Customer("c-1", currency="EUR"), version)
    assert history(session, "c-1", currency="EUR").amount.tolist() == [49.0]

    customers.put(session, Customer("c-1", currency="USD"))
    np.testing.assert_array_equal(history(session, "c-1", currency="EUR").amount, [np.nan])


def test_text_in_every_script_is_stored(session):
    events.record(session, [an_activity("é-☃", "客-1", channel="fax", type="walked_in")])

    found = history(session, "客-1")

    assert list(found.customer_ids) == ["客-1"]
    assert found.kind.tolist() == [TYPE_CODES["other"]]
    assert found.channel.tolist() == [CHANNEL_CODES["other"]]


def test_committed_events_are_seen_by_other_sessions(reading, writing):
    with writing.begin() as session:
        events.record(session, [an_activity()])

    with reading() as session:
        assert history(session, "c-1").n_events == 1


def test_events_that_were_rolled_back_are_not_known(reading, writing):
    with writing() as session:
        events.record(session, [an_activity()])

    with writing.begin() as session:
        assert events.record(session, [an_activity()]) == [Recorded.ACCEPTED]


def test_the_next_customers_come_in_bytewise_order(session):
    ids = ["c-10", "c-2", "C-3", "d", "é"]
    events.record(session, [an_activity(f"e-{who}", who) for who in ids])

    def next_after(customer_id, limit):
        asked = histories.known_customers_after(
            customer_id, limit=limit, as_of=LATER, currency=None
        )
        return fetch(session, asked).history.customer_ids

    assert next_after(None, 2) == ["C-3", "c-10"]
    assert next_after("c-10", 9) == ["c-2", "d", "é"]
    assert next_after("é", 9) == []


def test_the_next_customers_are_read_as_if_by_their_ids(session):
    events.record(session, [an_activity(), an_activity("e-2", "c-2", amount=3.5)])

    asked = histories.known_customers_after(None, limit=9, as_of=LATER, currency=None)
    known = fetch(session, asked).history

    wanted = history(session, "c-1", "c-2")
    assert known.starts.tolist() == wanted.starts.tolist()
    assert known.occurred_at.tolist() == wanted.occurred_at.tolist()
    np.testing.assert_array_equal(known.amount, wanted.amount)


def test_of_two_concurrent_writers_of_an_event_one_has_a_duplicate(database):
    writers, found = writer_factory(database), []

    def write_more() -> None:
        with writers.begin() as session:
            found.extend(events.record(session, [an_activity("e-1"), an_activity("e-2")]))

    with writers.begin() as session:
        events.record(session, [an_activity("e-1")])
        other = Thread(target=write_more)
        other.start()
        other.join(timeout=0.5)  # it waits for us, whatever it has done till then
        assert found == []
    other.join()

    assert found == [Recorded.DUPLICATE, Recorded.ACCEPTED]
    with writers() as session:
        assert history(session, "c-1").n_events == 2
