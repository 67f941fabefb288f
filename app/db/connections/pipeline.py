"""Asking PostgreSQL from the event loop: without a thread, many questions on one connection.

A statement by way of a thread costs the service four times the processor time of the same
statement by libpq's pipeline mode: what is asked in one turn of the loop is sent together, and the
answers are taken as they come (the manual of PostgreSQL, chapter "Pipeline Mode").
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

from app.db.connections.statements import GENERIC_PLANS, N_PIPELINES, Parameter, Question, Row

PATIENCE_SECONDS: Final = 10.0  # for one answer; then the connection is given up
PAUSE_SECONDS: Final = 1.0  # between tries to connect
_GOOD: Final = {ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK, ExecStatus.PIPELINE_SYNC}


class NoAnswerError(Exception):
    """The connection was lost, or the server refused something sent on it."""


class Pipeline:
    """A connection with any number of questions under way; of the event loop it was made in.

    What goes wrong with one question ends the connection, and all that is under way on it.
    """

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        self._connection = connection
        self._libpq = connection.pgconn
        self._transformer = Transformer(connection)
        self._loop = asyncio.get_running_loop()
        self._names: dict[tuple[str, tuple[int, ...]], bytes] = {}
        self._numbers = count()
        # What answers will be for, in this order; None: nobody waits for it.
        self._under_way: deque[asyncio.Future[PGresult] | None] = deque()
        self._is_batch_open = False
        self._is_open = True
        # Kept, because libpq closes the socket by itself where the server is gone, and then no
        # longer tells its number, which the next socket of the process gets.
        self._socket = self._libpq.socket
        self._libpq.enter_pipeline_mode()
        self._loop.add_reader(self._socket, self._receive)

    @property
    def is_open(self) -> bool:
        """Whether it can be asked."""
        return self._is_open

    @property
    def n_under_way(self) -> int:
        """How much is waiting here."""
        return len(self._under_way)

    async def rows(self, statement: str, parameters: Sequence[Parameter]) -> list[Row]:
        """Return the rows of a statement, whose parameters stand in it as ``%s``.

        Raises
        ------
        NoAnswerError
            If the connection ended meanwhile, or the server does not answer.
        """
        answer = self._loop.create_future()
        try:
            self._send(statement, parameters, answer)
            async with asyncio.timeout(PATIENCE_SECONDS):
                result = await answer
        except (psycopg.Error, TimeoutError) as error:
            self.close(str(error))
            raise NoAnswerError(str(error)) from None
        self._transformer.set_pgresult(result, format=Format.BINARY)
        return self._transformer.load_rows(0, result.ntuples, tuple)

    def close(self, why: str = "closed") -> None:
        """End the connection; whoever still waits gets a `NoAnswerError`."""
        if not self._is_open:
            return
        self._is_open = False
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._libpq.finish()
        for answer in self._under_way:
            if answer is not None and not answer.done():
                answer.set_exception(NoAnswerError(why))
        self._under_way.clear()

    def _send(
        self, statement: str, parameters: Sequence[Parameter], answer: asyncio.Future[PGresult]
    ) -> None:
        values = self._transformer.dump_sequence(parameters, [PyFormat.AUTO] * len(parameters))
        types, formats = self._transformer.types or (), self._transformer.formats
        name = self._names.get((statement, types)) or self._prepared(statement, types)
        self._libpq.send_query_prepared(name, values, formats, Format.BINARY)
        self._under_way.append(answer)
        if not self._is_batch_open:
            self._is_batch_open = True
            self._loop.call_soon(self._end_batch)

    def _prepared(self, statement: str, types: tuple[int, ...]) -> bytes:
        name = b"holdfast_%d" % next(self._numbers)
        places = count(1)
        numbered = re.sub("%s", lambda _: f"${next(places)}", statement)
        self._libpq.send_prepare(name, numbered.encode(), types)
        self._under_way.append(None)
        self._names[statement, types] = name
        return name

    def _end_batch(self) -> None:
        """Have the server answer what was sent since the last time."""
        self._is_batch_open = False
        if not self.is_open:
            return
        try:
            self._libpq.pipeline_sync()
            self._under_way.append(None)
            self._flush()
        except psycopg.Error as error:
            self.close(str(error))

    def _flush(self) -> None:
        """Write what the socket takes now, and the rest when it takes more."""
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
            while self._under_way and not self._libpq.is_busy():
                result = self._libpq.get_result()
                if result is not None:  # None stands between two answers
                    self._take(result)
        except psycopg.Error as error:
            self.close(str(error))

    def _take(self, result: PGresult) -> None:
        if result.status not in _GOOD:
            self.close(result.error_message.decode(errors="replace"))
            return
        answer = self._under_way.popleft()
        if answer is not None and not answer.done():
            answer.set_result(result)


class Pipelines:
    """A few pipelines to one PostgreSQL database; once opened, they are replaced where they end."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._open: list[Pipeline] = []
        self._opening: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._not_before = 0.0

    async def rows(self, question: Question, *parameters: Parameter) -> list[Row] | None:
        """Return the rows that answer a question; None where it has to be asked another way now."""
        pipeline = self._least_busy()
        if pipeline is None:
            return None
        try:
            return await pipeline.rows(question.postgresql, parameters)
        except NoAnswerError:
            return None

    async def open(self) -> None:
        """Connect as often as is needed; where the server refuses, what is there has to do."""
        self._loop = asyncio.get_running_loop()
        self._not_before = self._loop.time() + PAUSE_SECONDS
        _, options = self._engine.dialect.create_connect_args(self._engine.url)
        with suppress(psycopg.Error, OSError):
            while len(self._open) < N_PIPELINES:
                connection = await AsyncConnection.connect(**options, autocommit=True)
                await connection.execute(GENERIC_PLANS)
                self._open.append(Pipeline(connection))

    def close(self) -> None:
        """End all connections."""
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
            self._not_before = loop.time() + PAUSE_SECONDS
            self._opening = loop.create_task(self.open())
        return min(self._open, key=lambda each: each.n_under_way, default=None)
