"""Reading without ceremony: what every answer asks, on connections that stay open.

A session, a connection from a pool, BEGIN and ROLLBACK cost three times as much as the statement
itself. One statement sees one state of the database by itself and needs none of them.
"""

from typing import Any, Final, TypeAlias, TypeVar, cast

import orjson
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

from app.db.connections.statements import GENERIC_PLANS, Asked, Parameter, Question, Row
from app.db.log.recent import RecentActivity

MOST_IDLE: Final = 10  # connections that are kept for the next question
# Of each connection, instead of the 64 MB that writing needs: what is read lies in the cache of the
# operating system, where all connections share it. More than 2 MB makes reading no quicker.
SMALL_CACHE: Final = "PRAGMA cache_size = -2048"
T = TypeVar("T")


class Reader:
    """Asks questions outside of any transaction; several threads may share one.

    Its connections belong to no pool and are closed when `engine` is disposed of.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._recent = RecentActivity()
        self._idle: list[Connection] = []
        event.listen(engine, "engine_disposed", self._close_idle)

    def rows(self, question: Question, *parameters: Parameter) -> list[Row]:
        """Return the rows that answer a question.

        A connection that was idle may have died: where it fails, a new one is asked, and what
        fails there is raised as SQLAlchemy's error.
        """
        found = self.idle_rows(question, *parameters)
        return self._asked_anew(question, parameters) if found is None else found

    def idle_rows(self, question: Question, *parameters: Parameter) -> list[Row] | None:
        """Return the rows from a connection that is open; None where there is none, or it fails.

        To open one may have to wait until a writer gives its own back.
        """
        statement, adapted = _adapted(self._engine.dialect.name, question, parameters)
        try:
            idle = self._idle.pop()
        except IndexError:
            return None
        driver = cast("Any", idle.connection.dbapi_connection)
        try:
            found = self._asked(driver, question, statement, adapted)
        except self._engine.dialect.loaded_dbapi.Error:
            idle.close()
            return None
        self._keep(idle)
        return found

    def _asked(
        self,
        driver: Any,  # noqa: ANN401 - of either database
        question: Question,
        statement: str,
        adapted: tuple[object, ...],
    ) -> list[Row]:
        if self._is_sqlite:
            if question.has_recent:
                return self._recent.rows(driver.execute, statement, adapted)
            return cast("list[Row]", driver.execute(statement, adapted).fetchall())
        # As bytes: the packed history would come as hexadecimal text else.
        cursor = driver.execute(statement, adapted, prepare=True, binary=True)
        return cast("list[Row]", cursor.fetchall())

    def _asked_anew(self, question: Question, parameters: tuple[Parameter, ...]) -> list[Row]:
        connection = self._engine.connect()
        try:
            connection.exec_driver_sql(SMALL_CACHE if self._is_sqlite else GENERIC_PLANS)
            found = _rows_within(connection, question, parameters, self._recent)
            connection.rollback()
            connection.detach()
        except BaseException:
            connection.close()
            raise
        self._keep(connection)
        return found

    def _keep(self, connection: Connection) -> None:
        if len(self._idle) < MOST_IDLE:
            self._idle.append(connection)
        else:
            connection.close()

    def _close_idle(self, _: Engine) -> None:
        while self._idle:
            self._idle.pop().close()


Source: TypeAlias = Reader | Session


def answer_to(source: Source, asked: Asked[T]) -> T:
    """Return what a question is answered."""
    return asked.read(rows_of(source, asked.question, *asked.parameters))


def rows_of(source: Source, question: Question, *parameters: Parameter) -> list[Row]:
    """Return the rows that answer a question; a session sees what its transaction wrote.

    Where the answer `has_recent`, a session reads all recent events of SQLite, each time.
    """
    if isinstance(source, Reader):
        return source.rows(question, *parameters)
    connection = source.connection()
    return _rows_within(connection, question, parameters, RecentActivity())


def _rows_within(
    connection: Connection,
    question: Question,
    parameters: tuple[Parameter, ...],
    recent: RecentActivity,
) -> list[Row]:
    """Return the rows from a connection in a transaction."""
    dialect = connection.dialect.name
    statement, adapted = _adapted(dialect, question, parameters)
    if question.has_recent and dialect == "sqlite":
        return recent.rows_within(connection.exec_driver_sql, statement, adapted)
    return cast("list[Row]", connection.exec_driver_sql(statement, adapted).all())


def _adapted(
    dialect: str, question: Question, parameters: tuple[Parameter, ...]
) -> tuple[str, tuple[object, ...]]:
    if dialect != "sqlite":
        return question.postgresql, parameters
    return question.sqlite, tuple([
        p if isinstance(p, str | int) else orjson.dumps(p).decode() for p in parameters
    ])
