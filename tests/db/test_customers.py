"""Facts are replaced, versions are kept."""

from datetime import UTC, datetime, timedelta

import pytest

from app.db import customers
from app.db.log import histories
from app.domain.customers import AccountVersion, Customer
from app.domain.errors import CustomerNotFound

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=30)


def test_facts_are_read_as_they_were_put(session):
    customer = Customer(
        "c-1",
        signed_up_at=NOON,
        acquisition_channel="referral",
        acquisition_cost=12.5,
        currency="EUR",
        owner="Ada",
        consent={"email": True, "sms": False},
    )

    assert customers.put(session, customer) is True
    assert customers.get(session, "c-1") == customer


def test_putting_a_customer_replaces_all_facts(session):
    customers.put(session, Customer("c-1", owner="Ada", consent={"email": True}))

    assert customers.put(session, Customer("c-1", currency="EUR")) is False
    assert customers.get(session, "c-1") == Customer("c-1", currency="EUR")


def test_an_unknown_customer_is_an_error(session):
    with pytest.raises(CustomerNotFound, match="'c-9'"):
        customers.get(session, "c-9")


def test_the_account_is_the_version_that_was_valid_at_the_moment(session):
    old = AccountVersion("c-1", NOON, plan="basic", price=10.0, renews_at=LATER, contract="yearly")
    new = AccountVersion("c-1", LATER, plan="plus", price=20.0)
    customers.put(session, Customer("c-1"), old)
    customers.put(session, Customer("c-1"), new)

    assert customers.account_at(session, "c-1", as_of=NOON) is None
    assert customers.account_at(session, "c-1", as_of=LATER) == old
    assert customers.account_at(session, "c-1", as_of=LATER + timedelta(days=1)) == new


def test_a_version_of_the_same_moment_is_replaced(session):
    customers.put(session, Customer("c-1"), AccountVersion("c-1", NOON, price=10.0))
    customers.put(session, Customer("c-1"), AccountVersion("c-1", NOON, price=11.0))

    history = histories.fetch_history(session, ["c-1"], as_of=LATER, currency=None)
    assert history.amount.tolist() == [11.0]


def test_customers_who_exist_are_known(session):
    customers.put(session, Customer("c-1"))

    assert customers.known(session, ["c-1", "c-2"]) == {"c-1"}
    assert customers.count(session) == 1


def test_ids_come_in_bytewise_order_after_a_cursor(session):
    for customer_id in ("b", "a", "B", "é", "a-1"):
        customers.put(session, Customer(customer_id))

    assert customers.ids_after(session, None, limit=3) == ["B", "a", "a-1"]
    assert customers.ids_after(session, "a-1", limit=3) == ["b", "é"]


def test_putting_many_customers_at_once_equals_putting_them_one_by_one(session):
    many = [Customer(f"c-{i}", currency="EUR", owner="Ada") for i in range(5)]
    versions = [AccountVersion(c.customer_id, NOON, price=10.0) for c in many]
    customers.put(session, Customer("c-3", currency="USD"))

    assert customers.put_many(session, [*many, many[0]], versions) == 4
    assert [customers.get(session, c.customer_id) for c in many] == many
    found = customers.accounts_at(session, [c.customer_id for c in many], as_of=LATER)
    assert list(found.values()) == versions
    assert customers.accounts_at(session, ["c-1"], as_of=NOON) == {}
