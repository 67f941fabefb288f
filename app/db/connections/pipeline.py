"""Run statements on PostgreSQL from the event loop: no thread, many statements per connection.

A statement run in a thread costs the service four times the processor time of the same statement in
libpq's pipeline mode. What one turn of the event loop sends goes out together, and results are
taken as they arrive (manual of PostgreSQL, chapter "Pipeline Mode").
"""

import asyncio
import re
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGresult
from sqlalchemy import Engine

from app.db.connections.statements import GENERIC_PLANS, N_PIPELINES, Parameter, Row, Statement

RESULT_SECONDS: Final = 10.0  # the longest wait for one result; then the connection is closed
RECONNECT_SECONDS: Final = 1.0  # between attempts to connect
_GOOD: Final = {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK, ExecStatus.PIPELINE_SYNC}


class NoAnswerError(Exception):
    """The connection was lost, or the server refused something sent on it."""


class Pipeline:
    """A connection with any number of statements in flight; it belongs to one event loop.

    An error of one statement ends the connection, and with it every other statement in flight.
    """

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        self._connection = connection
        self._libpq = connection.pgconn
        self._transformer = Transformer(connection)
        self._loop = asyncio.get_running_loop()
        self._names: dict[tuple[str, tuple[int, ...]], bytes] = {}
        self._numbers = count()
        # Who waits for the results, in the order in which they arrive; None: nobody does.
        self._in_flight: deque[asyncio.Future[PGresult] | None] = deque()
        self._is_batch_open = False
        self._is_open = True
        # Stored, because libpq itself closes the socket of a server that is gone. It then no longer
        # returns the number of the socket, and the next socket of the process may get that number.
        self._socket = self._libpq.socket
        self._libpq.enter_pipeline_mode()
        self._loop.add_reader(self._socket, self._receive)

    @property
    def is_open(self) -> bool:
        """Whether statements can be run on it."""
        return self._is_open

    @property
    def n_in_flight(self) -> int:
        """How many results are awaited."""
        return len(self._in_flight)

    async def run(self, sql: str, parameters: Sequence[Parameter]) -> list[Row]:
        """Run a statement whose parameters are written ``%s``, and return its rows.

        Raises
        ------
        NoAnswerError
            If the connection ends before the result arrives, or the server does not answer.
        """
        waiting = self._loop.create_future()
        try:
            self._send(sql, parameters, waiting)
            async with asyncio.timeout(RESULT_SECONDS):
                result = await waiting
        except (psycopg.Error, TimeoutError) as error:
            self.close(str(error))
            raise NoAnswerError(str(error)) from None
        self._transformer.set_pgresult(result, format=Format.BINARY)
        return self._transformer.load_rows(0, result.ntuples, tuple)

    def close(self, why: str = "closed") -> None:
        """Close the connection; every statement in flight raises `NoAnswerError`."""
        if not self._is_open:
            return
        self._is_open = False
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._libpq.finish()
        for waiting in self._in_flight:
            if waiting is not None and not waiting.done():
                waiting.set_exception(NoAnswerError(why))
        self._in_flight.clear()

    def _send(
        self, sql: str, parameters: Sequence[Parameter], waiting: asyncio.Future[PGresult]
    ) -> None:
        values = self._transformer.dump_sequence(parameters, [PyFormat.AUTO] * len(parameters))
        types, formats = self._transformer.types or (), self._transformer.formats
        name = self._names.get((sql, types)) or self._prepare(sql, types)
        self._libpq.send_query_prepared(name, values, formats, Format.BINARY)
        self._in_flight.append(waiting)
        if not self._is_batch_open:
            self._is_batch_open = True
            self._loop.call_soon(self._end_batch)

    def _prepare(self, sql: str, types: tuple[int, ...]) -> bytes:
        """Prepare a statement for parameters of these types, and return its name."""
        name = b"holdfast_%d" % next(self._numbers)
        numbers = count(1)
        numbered = re.sub("%s", lambda _: f"${next(numbers)}", sql)
        self._libpq.send_prepare(name, numbered.encode(), types)
        self._in_flight.append(None)
        self._names[sql, types] = name
        return name

    def _end_batch(self) -> None:
        """Have the server run what was sent since the last batch."""
        self._is_batch_open = False
        if not self.is_open:
            return
        try:
            self._libpq.pipeline_sync()
            self._in_flight.append(None)
            self._flush()
        except psycopg.Error as error:
            self.close(str(error))

    def _flush(self) -> None:
        """Write what the socket takes now, and the rest once it takes more."""
        if self._libpq.flush():
            self._loop.add_writer(self._socket, self._flush_rest)
        else:
            self._loop.remove_writer(self._socket)

    def _flush_rest(self) -> None:
        try:
            self._flush()
        except psycopg.Error as error:
            self.close(str(error))

    def _receive(self) -> None:
        try:
            self._libpq.consume_input()
            while self._in_flight and not self._libpq.is_busy():
                result = self._libpq.get_result()
                if result is not None:  # None separates the results of two statements
                    self._deliver(result)
        except psycopg.Error as error:
            self.close(str(error))

    def _deliver(self, result: PGresult) -> None:
        """Give a result to whoever waits for it; an error closes the connection."""
        if result.status not in _GOOD:
            self.close(result.error_message.decode(errors="replace"))
            return
        waiting = self._in_flight.popleft()
        if waiting is not None and not waiting.done():
            waiting.set_result(result)


class Pipelines:
    """A few pipelines to one PostgreSQL database; once opened, those that end are replaced."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._open: list[Pipeline] = []
        self._opening: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._not_before = 0.0

    async def run(self, statement: Statement, *parameters: Parameter) -> list[Row] | None:
        """Run a statement, and return its rows; None where no pipeline can run it now."""
        pipeline = self._least_busy()
        if pipeline is None:
            return None
        try:
            return await pipeline.run(statement.postgresql, parameters)
        except NoAnswerError:
            return None

    async def open(self) -> None:
        """Open the pipelines that are missing; where the server refuses, go on with fewer."""
        self._loop = asyncio.get_running_loop()
        self._not_before = self._loop.time() + RECONNECT_SECONDS
        _, options = self._engine.dialect.create_connect_args(self._engine.url)
        with suppress(psycopg.Error, OSError):
            while len(self._open) < N_PIPELINES:
                connection = await AsyncConnection.connect(**options, autocommit=True)
                await connection.execute(GENERIC_PLANS)
                self._open.append(Pipeline(connection))

    def close(self) -> None:
        """Close all connections."""
        self._loop = None
        if self._opening is not None:
            self._opening.cancel()
        for pipeline in self._open:
            pipeline.close()
        self._open = []

    def _least_busy(self) -> Pipeline | None:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:  # never opened: connections belong to their loop
            return None
        self._open = [pipeline for pipeline in self._open if pipeline.is_open]
        if len(self._open) < N_PIPELINES and loop.time() >= self._not_before:
            self._not_before = loop.time() + RECONNECT_SECONDS
            self._opening = loop.create_task(self.open())
        return min(self._open, key=lambda each: each.n_in_flight, default=None)
