"""Questions on connections that stay open: they survive a connection's death, and end with us."""

import pytest
from sqlalchemy.exc import DatabaseError

from app.db import customers
from app.db.connections.statements import Question
from app.db.log.reading import Reader, rows_of
from app.domain.customers import Customer

KNOWN = Question(
    sqlite="SELECT customer_id FROM customers "
    "WHERE customer_id IN (SELECT value FROM json_each(?))",
    postgresql="SELECT customer_id FROM customers WHERE customer_id = ANY(%s)",
)
WRONG = Question(sqlite="SELECT no_such_column", postgresql="SELECT no_such_column")


@pytest.fixture
def reader(database):
    return Reader(database)


def put(writing, *ids):
    with writing.begin() as session:
        for customer_id in ids:
            customers.put(session, Customer(customer_id))


def test_every_question_sees_what_was_committed_before_it(reader, writing):
    assert reader.rows(KNOWN, ["c-1"]) == []
    put(writing, "c-1", "c-2")
    assert sorted(reader.rows(KNOWN, ["c-1", "c-2", "nobody"])) == [("c-1",), ("c-2",)]


def test_a_session_sees_what_its_own_transaction_wrote(reader, writing):
    with writing() as session:
        customers.put(session, Customer("c-1"))
        assert rows_of(session, KNOWN, ["c-1"]) == [("c-1",)]
    assert rows_of(reader, KNOWN, ["c-1"]) == []


def test_a_connection_that_died_meanwhile_is_replaced(reader, writing):
    put(writing, "c-1")
    reader.rows(KNOWN, ["c-1"])
    (idle,) = reader._idle
    idle.connection.dbapi_connection.close()

    assert reader.rows(KNOWN, ["c-1"]) == [("c-1",)]


def test_whoever_must_not_wait_is_answered_by_an_open_connection_or_not_at_all(reader, writing):
    put(writing, "c-1")
    assert reader.idle_rows(KNOWN, ["c-1"]) is None
    reader.rows(KNOWN, ["c-1"])
    assert reader.idle_rows(KNOWN, ["c-1"]) == [("c-1",)]
    reader._idle[0].connection.dbapi_connection.close()
    assert reader.idle_rows(KNOWN, ["c-1"]) is None


def test_a_question_that_fails_is_an_error_in_sqlalchemys_terms_and_no_harm_to_the_next(reader):
    for _ in range(2):
        with pytest.raises(DatabaseError):
            reader.rows(WRONG)
        assert reader.rows(KNOWN, ["c-1"]) == []


def test_connections_end_with_the_engine(database, reader):
    reader.rows(KNOWN, ["c-1"])
    database.dispose()

    assert reader._idle == []


def test_postgresql_plans_questions_once_and_compiles_none(reader):
    question = Question(
        sqlite="SELECT 'force_generic_plan', 'off'",  # it has no such settings
        postgresql="SELECT current_setting('plan_cache_mode'), current_setting('jit')",
    )

    assert [tuple(row) for row in reader.rows(question)] == [("force_generic_plan", "off")]
