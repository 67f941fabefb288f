"""Statements on the event loop have the rows of a Reader, and none where the connection ends."""

import asyncio
import socket

import pytest

from app.db import customers
from app.db.connections.connect import connect, writer_factory
from app.db.connections.pipeline import RESULT_SECONDS, Pipelines
from app.db.connections.statements import N_PIPELINES, Statement
from app.db.log.reading import Reader
from app.domain.customers import Customer

IDS = [f"c-{i}" for i in range(50)]
KNOWN = Statement(
    sqlite="not asked",
    postgresql="SELECT customer_id, %s::bigint FROM customers WHERE customer_id = ANY(%s)",
)
WRONG = Statement(sqlite="not asked", postgresql="SELECT no_such_column")
SLOW = Statement(sqlite="not asked", postgresql="SELECT pg_sleep(60)")


@pytest.fixture
def engine(postgres_url):
    engine = connect(postgres_url)
    with writer_factory(engine).begin() as session:
        for customer_id in IDS:
            customers.put(session, Customer(customer_id))
    yield engine
    engine.dispose()


def running(engine, statements):
    """What ``statements(pipelines)`` returns, on pipelines that are open."""

    async def run():
        pipelines = Pipelines(engine)
        await pipelines.open()
        try:
            return await statements(pipelines)
        finally:
            pipelines.close()

    return asyncio.run(run())


def end_connections(engine):
    with engine.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def cut_connections(pipelines):
    """End all connections as a crash of the server would; return the numbers of their sockets."""
    numbers = [each._socket for each in pipelines._open]
    for number in numbers:
        end = socket.socket(fileno=number)
        end.shutdown(socket.SHUT_RDWR)
        end.detach()
    return numbers


def test_each_of_many_concurrent_statements_gets_its_own_rows(engine):
    async def statements(pipelines):
        return await asyncio.gather(*[pipelines.run(KNOWN, i, [IDS[i % 50]]) for i in range(200)])

    reader = Reader(engine)
    assert running(engine, statements) == [reader.run(KNOWN, i, [IDS[i % 50]]) for i in range(200)]


def test_integers_of_any_size_are_passed_to_the_same_statement(engine):
    numbers = [0, 7, 40_000, 3_000_000_000, 2**62, -1]

    async def statements(pipelines):
        return [await pipelines.run(KNOWN, number, ["c-1"]) for number in numbers]

    assert running(engine, statements) == [[("c-1", number)] for number in numbers]


def test_a_statement_larger_than_the_socket_buffer_is_sent_in_parts(engine):
    nobody = [f"{i:0>200}" for i in range(40_000)]

    async def statements(pipelines):
        return await pipelines.run(KNOWN, 1, [*nobody, "c-1"])

    assert running(engine, statements) == [("c-1", 1)]


def test_a_statement_that_fails_returns_none_and_other_connections_go_on(engine):
    async def statements(pipelines):
        failed = await pipelines.run(WRONG)
        return failed, await pipelines.run(KNOWN, 1, ["c-1"])

    assert running(engine, statements) == (None, [("c-1", 1)])


def test_statements_in_flight_when_connections_end_return_none(engine):
    async def statements(pipelines):
        in_flight = asyncio.gather(*[pipelines.run(SLOW) for _ in range(N_PIPELINES)])
        await asyncio.sleep(0)
        await asyncio.to_thread(end_connections, engine)
        return await in_flight

    assert running(engine, statements) == [None] * N_PIPELINES


def test_a_server_that_vanishes_keeps_nobody_waiting(engine):
    async def statements(pipelines):
        in_flight = asyncio.gather(*[pipelines.run(SLOW) for _ in range(N_PIPELINES)])
        await asyncio.sleep(0)
        cut_connections(pipelines)
        return await asyncio.wait_for(in_flight, RESULT_SECONDS / 2)

    assert running(engine, statements) == [None] * N_PIPELINES


def test_the_numbers_of_closed_sockets_can_be_used_again(engine):
    async def statements(pipelines):
        in_flight = asyncio.gather(*[pipelines.run(SLOW) for _ in range(N_PIPELINES)])
        await asyncio.sleep(0)
        numbers = cut_connections(pipelines)
        await in_flight
        loop = asyncio.get_running_loop()
        return [loop.remove_reader(number) for number in numbers]

    assert running(engine, statements) == [False] * N_PIPELINES


def test_connections_that_ended_are_opened_again(engine):
    async def statements(pipelines):
        await asyncio.to_thread(end_connections, engine)
        before = [await pipelines.run(KNOWN, 1, ["c-1"]) for _ in range(N_PIPELINES)]
        await pipelines.open()
        return before[0], await pipelines.run(KNOWN, 1, ["c-1"])

    assert running(engine, statements) == (None, [("c-1", 1)])


def test_a_result_that_nobody_awaits_any_more_is_dropped(engine):
    async def statements(pipelines):
        given_up = [asyncio.ensure_future(pipelines.run(KNOWN, 1, ["c-1"])) for _ in range(8)]
        await asyncio.sleep(0)
        for each in given_up:
            each.cancel()
        return [await pipelines.run(KNOWN, i, ["c-2"]) for i in range(8)]

    assert running(engine, statements) == [[("c-2", i)] for i in range(8)]


def test_a_missing_server_raises_no_error():
    async def statements(pipelines):
        return await pipelines.run(KNOWN, 1, ["c-1"])

    engine = connect("postgresql://nobody@127.0.0.1:1/nothing")
    assert running(engine, statements) is None


def test_pipelines_return_none_before_they_are_opened_and_after_they_are_closed(engine):
    async def run():
        pipelines = Pipelines(engine)
        before = await pipelines.run(KNOWN, 1, ["c-1"])
        await pipelines.open()
        opened = await pipelines.run(KNOWN, 1, ["c-1"])
        pipelines.close()
        return before, opened, await pipelines.run(KNOWN, 1, ["c-1"])

    assert asyncio.run(run()) == (None, [("c-1", 1)], None)
