"""Recent events of SQLite are seen at once, by every process, before and after they are joined."""

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import text

from app.db.connections.connect import connect, session_factory, writer_factory
from app.db.log import events as activity
from app.db.log import histories
from app.db.log import recent as recent_activity
from app.db.log.compaction import compact_log
from app.db.log.reading import Reader
from app.domain.activity import Activity
from app.domain.moments import to_micros

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=30)
FULL = recent_activity.FULL_BYTES // 48 + 1  # so many events fill a row


@pytest.fixture
def database(sqlite_url):
    engine = connect(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def reader(database):
    return Reader(database)


@pytest.fixture
def record(database):
    numbers = iter(range(10**6))

    def run(*customer_ids, occurred_at=NOON) -> None:
        with writer_factory(database).begin() as session:
            events = [
                Activity(f"e-{next(numbers)}", who, occurred_at, occurred_at, "login")
                for who in customer_ids
            ]
            activity.record(session, events)

    return run


def n_events(source, *customer_ids, as_of=LATER) -> list[int]:
    found = histories.fetch_history(source, customer_ids, as_of=as_of, currency=None)
    return [found.part(i, i + 1).n_events for i in range(found.n_customers)]


def rows(database, table) -> list[tuple[object, ...]]:
    with database.connect() as connection:
        return [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))]  # noqa: S608 - constants


def test_an_event_is_seen_at_once_and_counts_once(reader, record, database):
    for n in range(1, 6):
        record("c-1", "c-2")
        assert n_events(reader, "c-1", "c-2") == [n, n]
        if n % 2 == 0:
            compact_log(writer_factory(database))
        assert n_events(reader, "c-1", "c-2") == [n, n]


def test_every_reader_sees_what_another_saw_before_it_was_joined(reader, record, database):
    record("c-1")
    assert n_events(reader, "c-1") == [1]
    other = Reader(database)
    compact_log(writer_factory(database))
    record("c-1", "c-1")

    assert n_events(other, "c-1") == n_events(reader, "c-1") == [3]


def test_as_many_recent_events_as_before_are_not_mistaken_for_the_same_events(
    reader, record, database
):
    record("c-1", "c-2")
    assert n_events(reader, "c-1", "c-2") == [1, 1]
    compact_log(writer_factory(database))
    record("c-1", "c-1")

    assert n_events(reader, "c-1", "c-2") == [3, 1]


def test_only_its_own_session_sees_what_a_transaction_wrote(reader, database):
    with writer_factory(database)() as session:
        activity.record(session, [Activity("e-1", "c-1", NOON, NOON, "login")])
        assert n_events(session, "c-1") == [1]
        assert n_events(reader, "c-1") == []
        session.rollback()
    assert n_events(reader, "c-1") == []


def test_an_event_that_was_rolled_back_is_not_mistaken_for_the_next_one(reader, record, database):
    record("c-1")
    with writer_factory(database)() as session:
        activity.record(session, [Activity("gone", "c-1", NOON, NOON, "login")])
        session.rollback()
    assert n_events(reader, "c-1") == [1]
    record("c-2")

    assert n_events(reader, "c-1", "c-2") == [1, 1]


def test_an_earlier_moment_sees_neither_joined_nor_recent_events_after_it(reader, record, database):
    record("c-1", occurred_at=NOON)
    record("c-1", occurred_at=NOON + timedelta(days=2))
    compact_log(writer_factory(database))
    record("c-1", occurred_at=NOON + timedelta(days=1))
    record("c-1", occurred_at=NOON + timedelta(days=3))

    as_of = NOON + timedelta(days=2)
    found = histories.fetch_history(reader, ["c-1"], as_of=as_of, currency=None)
    assert found.occurred_at.tolist() == [to_micros(NOON), to_micros(NOON + timedelta(days=1))]


def test_many_recent_events_are_joined_by_the_writer_of_the_last_one(
    reader, record, database, monkeypatch
):
    monkeypatch.setattr(recent_activity, "JOIN_AT", 10)
    for _ in range(3):
        record("c-1", "c-2", "c-2")
    assert len(rows(database, "recent_activity")) == 9
    record("c-1")

    assert rows(database, "recent_activity") == []
    joined = {who: len(packed) // 48 for who, _, packed in rows(database, "histories")}
    assert joined == {"c-1": 4, "c-2": 6}
    assert n_events(reader, "c-1", "c-2") == [4, 6]


def test_a_long_history_continues_in_another_row_and_a_short_one_in_its_own(
    reader, record, database
):
    for n in (FULL, 2, FULL, 1):
        record("c-1", *["c-2"] * n)
        compact_log(writer_factory(database))

    stored = {
        (who, number): len(packed) // 48 for who, number, packed in rows(database, "histories")
    }
    assert stored == {("c-1", 0): 4, ("c-2", 0): FULL, ("c-2", 1): FULL + 2, ("c-2", 2): 1}
    assert n_events(reader, "c-1", "c-2") == [4, 2 * FULL + 3]


def test_the_next_customers_are_read_with_their_recent_events(reader, record, database):
    record("c-1", "c-2")
    compact_log(writer_factory(database))
    record("c-2", "c-3")

    query = histories.known_customers_after("c-1", limit=5, as_of=LATER, currency=None)
    found = query.read(reader.run(query.statement, *query.parameters)).history
    assert list(found.customer_ids) == ["c-2", "c-3"]
    assert found.starts.tolist() == [0, 2, 3]


def test_recent_events_are_found_by_their_index(database):
    query = histories.known_customers(["c-1"], as_of=LATER, currency=None)
    with database.connect() as connection:
        plan = connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {query.statement.sqlite}", (*query.parameters[:-1], '["c-1"]')
        )
        steps = [row.detail for row in plan]

    assert "SEARCH r USING INDEX ix_recent_activity_customer_id (customer_id=?)" in steps


def test_no_reader_misses_an_event_while_others_write_and_join(
    reader, record, database, monkeypatch
):
    monkeypatch.setattr(recent_activity, "JOIN_AT", 7)
    written, missed = [0], []

    def read() -> None:
        while written[0] < 60:
            least = written[0]
            (seen,) = n_events(reader, "c-1") or [0]
            if not least <= seen <= written[0] + 1:
                missed.append((least, seen))

    readers = [Thread(target=read) for _ in range(3)]
    for thread in readers:
        thread.start()
    for n in range(1, 61):
        record("c-1", "c-2")
        written[0] = n
    for thread in readers:
        thread.join()

    assert missed == []
    assert n_events(session_factory(database)(), "c-1") == [60]
