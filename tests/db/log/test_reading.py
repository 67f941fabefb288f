"""Statements on connections that stay open: they survive the death of a connection."""

import pytest
from sqlalchemy.exc import DatabaseError

from app.db import customers
from app.db.connections.statements import Statement
from app.db.log.reading import Reader, run
from app.domain.customers import Customer

KNOWN = Statement(
    sqlite="SELECT customer_id FROM customers "
    "WHERE customer_id IN (SELECT value FROM json_each(?))",
    postgresql="SELECT customer_id FROM customers WHERE customer_id = ANY(%s)",
)
WRONG = Statement(sqlite="SELECT no_such_column", postgresql="SELECT no_such_column")


@pytest.fixture
def reader(database):
    return Reader(database)


def put(writing, *ids):
    with writing.begin() as session:
        for customer_id in ids:
            customers.put(session, Customer(customer_id))


def test_every_statement_sees_what_was_committed_before(reader, writing):
    assert reader.run(KNOWN, ["c-1"]) == []
    put(writing, "c-1", "c-2")
    assert sorted(reader.run(KNOWN, ["c-1", "c-2", "nobody"])) == [("c-1",), ("c-2",)]


def test_a_session_sees_what_its_own_transaction_wrote(reader, writing):
    with writing() as session:
        customers.put(session, Customer("c-1"))
        assert run(session, KNOWN, ["c-1"]) == [("c-1",)]
    assert run(reader, KNOWN, ["c-1"]) == []


def test_a_connection_that_died_while_idle_is_replaced(reader, writing):
    put(writing, "c-1")
    reader.run(KNOWN, ["c-1"])
    (idle,) = reader._idle
    idle.connection.dbapi_connection.close()

    assert reader.run(KNOWN, ["c-1"]) == [("c-1",)]


def test_a_file_is_read_at_once_by_an_open_connection_and_a_server_never(reader, writing, database):
    put(writing, "c-1")
    at_once = [("c-1",)] if database.dialect.name == "sqlite" else None

    assert reader.run_at_once(KNOWN, ["c-1"]) is None
    reader.run(KNOWN, ["c-1"])
    assert reader.run_at_once(KNOWN, ["c-1"]) == at_once
    reader._idle[0].connection.dbapi_connection.close()
    assert reader.run_at_once(KNOWN, ["c-1"]) is None


def test_a_statement_that_fails_raises_sqlalchemys_error_and_the_next_one_succeeds(reader):
    for _ in range(2):
        with pytest.raises(DatabaseError):
            reader.run(WRONG)
        assert reader.run(KNOWN, ["c-1"]) == []


def test_connections_end_with_the_engine(database, reader):
    reader.run(KNOWN, ["c-1"])
    database.dispose()

    assert reader._idle == []


def test_postgresql_plans_statements_once_and_compiles_none(reader):
    statement = Statement(
        sqlite="SELECT 'force_generic_plan', 'off'",  # it has no such settings
        postgresql="SELECT current_setting('plan_cache_mode'), current_setting('jit')",
    )

    assert [tuple(row) for row in reader.run(statement)] == [("force_generic_plan", "off")]
