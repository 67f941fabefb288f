"""Customer files give facts and versions."""

from datetime import UTC, datetime

import pytest

from app.domain.customers import AccountVersion, Customer
from app.domain.errors import UnreadableFile
from app.files import customers_of, read_customers

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def day(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_facts_are_read_as_they_stand(write):
    path = write(
        "customer_id,signed_up_at,acquisition_channel,acquisition_cost,currency,owner,"
        "consent_email,consent_sms\nc-1,2025-01-01,referral,12.5,eur,Ada,yes,FALSE\n"
    )
    assert list(customers_of(read_customers(path).good, now=NOW)) == [
        (
            Customer(
                "c-1",
                signed_up_at=day("2025-01-01"),
                acquisition_channel="referral",
                acquisition_cost=12.5,
                currency="EUR",
                owner="Ada",
                consent={"email": True, "sms": False},
            ),
            (),
        )
    ]


def test_several_rows_are_several_versions_and_the_last_facts(write):
    path = write(
        "customer_id,owner,valid_from,plan,price,renews_at,contract\n"
        "c-1,Ada,2025-01-01,basic,10,2026-01-01,yearly\n"
        "c-1,Bob,2026-01-01,plus,20,,\n"
        "c-1,,2026-01-01,plus,21,,\n"
    )
    assert list(customers_of(read_customers(path).good, now=NOW)) == [
        (
            Customer("c-1", owner="Bob"),
            (
                AccountVersion(
                    "c-1", day("2025-01-01"), "basic", 10.0, day("2026-01-01"), "yearly"
                ),
                AccountVersion("c-1", day("2026-01-01"), "plus", 21.0),
            ),
        )
    ]


def test_a_version_that_does_not_say_since_when_is_valid_from_now(write):
    path = write("customer_id,plan\nc-1,basic\n")

    ((_, versions),) = customers_of(read_customers(path).good, now=NOW)
    assert versions == (AccountVersion("c-1", NOW, "basic"),)


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("consent_email", "maybe", "consent_email 'maybe' is neither true nor false"),
        ("price", "free", "price 'free' is not a number; use a point for decimals"),
        ("renews_at", "soon", "renews_at 'soon' is not an ISO 8601"),
        ("plan", "x" * 201, "is longer than 200 characters"),
    ],
)
def test_a_bad_row_is_named_with_its_reason(write, column, value, reason):
    file = read_customers(write(f"customer_id,{column}\nc-1,\nc-2,{value}\n"))

    assert file.good["customer_id"].to_list() == ["c-1"]
    assert file.rejects["line"].to_list() == [3]
    assert reason in file.rejects["reason"][0]


def test_a_file_without_customers_is_refused(write):
    with pytest.raises(UnreadableFile, match="no column customer_id"):
        read_customers(write("name\nAda\n"))


def test_a_sign_up_that_is_yet_to_come_is_refused(write):
    path = write("customer_id,signed_up_at\nc-1,2031-01-01\nc-2,2025-01-01\n")

    file = read_customers(path, now=NOW)
    assert file.good["customer_id"].to_list() == ["c-2"]
    assert file.rejects["reason"].to_list() == ["signed_up_at '2031-01-01' lies in the future"]
