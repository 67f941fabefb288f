from datetime import UTC, datetime, timedelta

import pytest

from app.db import customers
from app.db.connections.connect import session_factory, writer_factory
from app.db.log import events
from app.db.log.reading import Reader
from app.domain.activity import Activity
from app.domain.customers import Customer
from app.use_cases.customers.profile import Purchases, get_customer, lifecycle_stage

NOW = datetime(2026, 11, 22, tzinfo=UTC)
NOON = NOW - timedelta(days=30)


def an_order(event_id, occurred_at, **values):
    values = {"type": "order_placed", "received_at": occurred_at} | values
    return Activity(event_id=event_id, customer_id="c-1", occurred_at=occurred_at, **values)


def purchases_of(database, customer_id):
    with session_factory(database)() as session:
        return get_customer(Reader(database), session, customer_id, as_of=NOW).purchases


def test_purchases_are_counted_from_what_was_known_of_the_log(database):
    with writer_factory(database).begin() as session:
        events.record(
            session,
            [
                an_order("e-1", NOON),
                an_order("e-2", NOON + timedelta(days=2)),
                an_order("e-3", NOON + timedelta(days=3), received_at=NOW),
                an_order("e-4", NOW),
                an_order("e-5", NOON - timedelta(days=1), type="login"),
            ],
        )

    assert purchases_of(database, "c-1") == Purchases(NOON, NOON + timedelta(days=2), 2)


def test_a_customer_who_never_ordered_has_no_purchases_and_no_dates(database):
    with writer_factory(database).begin() as session:
        customers.put(session, Customer("c-1"))

    assert purchases_of(database, "c-1") == Purchases(None, None, 0)


def days_ago(days):
    return None if days is None else NOW - timedelta(days=days)


@pytest.mark.parametrize(
    ("started", "last", "stage"),
    [
        (None, None, "new"),
        (30, None, "new"),
        (30, 1, "new"),
        (400, 30, "active"),
        (400, 31, "at_risk"),
        (400, 60, "at_risk"),
        (400, 61, "dormant"),
        (400, 120, "dormant"),
        (400, 121, "lost"),
        (45, None, "at_risk"),
        (400, None, "lost"),
    ],
)
def test_the_lifecycle_stage_follows_the_days_of_silence(started, last, stage):
    found = lifecycle_stage(
        started_at=days_ago(started), last_activity_at=days_ago(last), as_of=NOW
    )

    assert found == stage
