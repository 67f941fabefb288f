"""Bulk queries are answered one after the other, and everybody gets the right answer."""

import asyncio
import threading
from hashlib import sha256

import pytest

from app.api.gate.bulk_queries import BulkQueries
from app.db.connections.statements import Query, Statement
from app.db.log.reading import Reader

HOW_MANY = Statement(sqlite="SELECT ?", postgresql="SELECT CAST(%s AS integer)")


@pytest.fixture
def queries(database):
    return BulkQueries(Reader(database))


def test_one_answer_is_computed_at_a_time(queries):
    making, met = threading.Lock(), []

    def make(rows):
        is_alone = making.acquire(blocking=False)
        met.append(is_alone)
        sha256(bytes(2_000_000))  # releases the interpreter, so that others could come in
        if is_alone:
            making.release()
        return rows[0][0]

    async def all_at_once():
        asked = [queries.fetch(Query(HOW_MANY, (n,), make)) for n in range(40)]
        return await asyncio.gather(*asked)

    assert asyncio.run(all_at_once()) == list(range(40))
    assert met == [True] * 40


def test_the_next_query_is_read_while_an_answer_is_computed(queries):
    met = threading.Barrier(2)
    run = queries._reader.run

    def run_and_meet(statement, *parameters):
        rows = run(statement, *parameters)
        if parameters == (2,):
            met.wait(timeout=30)
        return rows

    queries._reader.run = run_and_meet

    def make(rows):
        if rows == [(1,)]:
            met.wait(timeout=30)
        return rows[0][0]

    async def both():
        return await asyncio.gather(*[queries.fetch(Query(HOW_MANY, (n,), make)) for n in (1, 2)])

    assert asyncio.run(both()) == [1, 2]


def test_a_query_that_fails_does_not_affect_the_others(queries):
    def make(rows):
        if rows == [(0,)]:
            raise ValueError("broken history")
        return rows[0][0]

    async def one_fails():
        asked = [queries.fetch(Query(HOW_MANY, (n,), make)) for n in range(5)]
        return await asyncio.gather(*asked, return_exceptions=True)

    failed, *others = asyncio.run(one_fails())
    assert str(failed) == "broken history"
    assert others == [1, 2, 3, 4]
