"""Files and the database give the same features, to the last bit."""

import csv
import io
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.db import customers as people
from app.db.connections.connect import connect, writer_factory
from app.db.log import events as log
from app.db.log import histories
from app.domain.activity import ActivityType, Channel
from app.domain.moments import to_micros
from app.features.engine import features_of
from app.files import (
    activities_of,
    base_currency,
    count_foreign_amounts,
    customers_of,
    history_of,
    read_activity,
    read_customers,
    with_event_ids,
)

AS_OF = datetime(2026, 3, 1, tzinfo=UTC)
TYPES = [kind.value for kind in ActivityType if kind is not ActivityType.ACCOUNT_KNOWN]
CUSTOMERS = ("c-1", "c-2", "ç-3")

moments = st.integers(-86_400, 3 * 365 * 86_400).map(lambda s: AS_OF - timedelta(seconds=s))
texts = moments.map(datetime.isoformat)
properties = st.sampled_from([
    '{"topic":"billing"}',
    '{"survey":"nps"}',
    '{"renews_at":"2026-04-01"}',
    '{"x":[1]}',
    "",
])
rows = st.tuples(
    st.sampled_from(["", "e-1", "e-2"]),
    st.sampled_from(CUSTOMERS),
    texts,
    st.one_of(st.just(""), texts),
    st.sampled_from([*TYPES, "walked_in"]),
    st.sampled_from(["", "fax", *(channel.value for channel in Channel)]),
    st.sampled_from(["", "0.1", "0.2", "-0.0", "5", "1e12"]),
    st.sampled_from(["", "EUR", "USD"]),
    st.sampled_from(["", "r-1", "r-2"]),
    properties,
)
versions = st.tuples(
    st.sampled_from([*CUSTOMERS, "c-4"]),
    st.one_of(st.just(""), texts),
    st.sampled_from(["", "EUR", "USD"]),
    st.one_of(st.just(""), texts),
    st.sampled_from(["", "10", "20.5"]),
    st.one_of(st.just(""), texts),
)
HEADER = "event_id customer_id occurred_at received_at type channel amount currency ref properties"
FACTS = "customer_id signed_up_at currency valid_from price renews_at"


def as_csv(header, lines):
    text = io.StringIO()
    csv.writer(text).writerows([header.split(), *lines])
    return text.getvalue()


@settings(max_examples=60, deadline=None, derandomize=True)
@given(events=st.lists(rows, max_size=40), accounts=st.lists(versions, max_size=5))
def test_features_from_files_are_features_from_the_database(
    tmp_path_factory, sqlite_template, events, accounts
):
    folder = tmp_path_factory.mktemp("files")
    (folder / "activity.csv").write_text(as_csv(HEADER, events))
    (folder / "customers.csv").write_text(as_csv(FACTS, accounts))
    activity = read_activity(folder / "activity.csv").good
    customers = read_customers(folder / "customers.csv").good
    (folder / "holdfast.db").write_bytes(sqlite_template.read_bytes())

    engine = connect(f"sqlite:///{folder / 'holdfast.db'}")
    with writer_factory(engine).begin() as session:
        log.record(session, list(activities_of(with_event_ids(activity))))
        for customer, known in customers_of(customers, now=AS_OF):
            people.put(session, customer)
            for version in known:
                people.put(session, customer, version)
        from_files = history_of(activity, customers, currency="EUR")
        stored = histories.fetch_history(
            session, from_files.customer_ids, as_of=AS_OF, currency="EUR"
        )
    engine.dispose()

    assert list(stored.customer_ids) == list(from_files.customer_ids)
    as_of = to_micros(AS_OF)
    np.testing.assert_array_equal(
        features_of(from_files, as_of=as_of).view(np.int64),
        features_of(stored, as_of=as_of).view(np.int64),
    )


def test_the_base_currency_is_the_one_of_most_amounts(write):
    lines = [("c-1", "2026-01-01", "order_placed", "1", code) for code in ("USD", "EUR", "EUR")]
    lines += [("c-1", "2026-01-01", "login", "", "USD")] * 9
    path = write(as_csv("customer_id occurred_at type amount currency", lines))
    good = read_activity(path).good

    assert base_currency(good) == "EUR"
    assert count_foreign_amounts(good, currency="EUR") == 1
    assert base_currency(good.clear()) is None
    assert count_foreign_amounts(good, currency=None) == 0


def test_customers_without_activity_are_in_the_history_too(write):
    activity = read_activity(write("customer_id,occurred_at,type\nc-2,2026-01-01,login\n")).good
    customers = read_customers(write("customer_id,signed_up_at\nc-1,2025-01-01\n", "c.csv")).good

    history = history_of(activity, customers, currency=None)

    assert history.customer_ids == ["c-1", "c-2"]
    assert history.starts.tolist() == [0, 0, 1]
