"""Run queries on connections that stay open, outside of transactions.

A session, a connection from a pool, BEGIN and ROLLBACK together take three times as long as the
statement itself. A single statement sees a single state of the database anyway, so it needs none of
them.
"""

from typing import Any, Final, TypeAlias, TypeVar, cast

import orjson
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

from app.db.connections.statements import GENERIC_PLANS, Parameter, Query, Row, Statement

MAX_IDLE: Final = 10  # connections that stay open for the next statement
# Of each connection, instead of the 64 MB that writing needs. Reading gets no faster with more than
# 2 MB: the operating system caches the file for all connections.
SMALL_CACHE: Final = "PRAGMA cache_size = -2048"
T = TypeVar("T")


class Reader:
    """Runs statements outside of any transaction; threads may share one.

    Its connections belong to no pool. They are closed when the engine is disposed of.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._idle: list[Connection] = []
        event.listen(engine, "engine_disposed", self._close_idle)

    def run(self, statement: Statement, *parameters: Parameter) -> list[Row]:
        """Run a statement, and return its rows.

        A connection that was idle may have died. Where it fails, the statement is run once more on
        a new connection, and an error there is raised as SQLAlchemy's.
        """
        rows = self._run_on_idle(statement, parameters)
        return self._run_on_new_connection(statement, parameters) if rows is None else rows

    def run_at_once(self, statement: Statement, *parameters: Parameter) -> list[Row] | None:
        """Run a statement if nobody has to wait for it, otherwise return None.

        A server may take long to answer. Opening a connection to a file may have to wait until a
        writer returns one.
        """
        return self._run_on_idle(statement, parameters) if self._is_sqlite else None

    def _run_on_idle(
        self, statement: Statement, parameters: tuple[Parameter, ...]
    ) -> list[Row] | None:
        """Run a statement on an idle connection; None where there is none, or where it fails."""
        sql, adapted = _adapted(self._engine.dialect.name, statement, parameters)
        try:
            idle = self._idle.pop()
        except IndexError:
            return None
        driver = cast("Any", idle.connection.dbapi_connection)
        try:
            rows = self._run_on_driver(driver, sql, adapted)
        except self._engine.dialect.loaded_dbapi.Error:
            idle.close()
            return None
        self._keep_open(idle)
        return rows

    def _run_on_driver(
        self,
        driver: Any,  # noqa: ANN401 - the connection of either driver
        sql: str,
        parameters: tuple[object, ...],
    ) -> list[Row]:
        if self._is_sqlite:
            return cast("list[Row]", driver.execute(sql, parameters).fetchall())
        # In binary: as text, a packed history would be sent in hexadecimal.
        cursor = driver.execute(sql, parameters, prepare=True, binary=True)
        return cast("list[Row]", cursor.fetchall())

    def _run_on_new_connection(
        self, statement: Statement, parameters: tuple[Parameter, ...]
    ) -> list[Row]:
        connection = self._engine.connect()
        try:
            connection.exec_driver_sql(SMALL_CACHE if self._is_sqlite else GENERIC_PLANS)
            rows = _run_in_transaction(connection, statement, parameters)
            connection.rollback()
            connection.detach()
        except BaseException:
            connection.close()
            raise
        self._keep_open(connection)
        return rows

    def _keep_open(self, connection: Connection) -> None:
        if len(self._idle) < MAX_IDLE:
            self._idle.append(connection)
        else:
            connection.close()

    def _close_idle(self, _: Engine) -> None:
        while self._idle:
            self._idle.pop().close()


Source: TypeAlias = Reader | Session


def fetch(source: Source, query: Query[T]) -> T:
    """Run a query, and return its result."""
    return query.read(run(source, query.statement, *query.parameters))


def run(source: Source, statement: Statement, *parameters: Parameter) -> list[Row]:
    """Run a statement, and return its rows; a session sees what its own transaction wrote."""
    if isinstance(source, Reader):
        return source.run(statement, *parameters)
    return _run_in_transaction(source.connection(), statement, parameters)


def _run_in_transaction(
    connection: Connection, statement: Statement, parameters: tuple[Parameter, ...]
) -> list[Row]:
    sql, adapted = _adapted(connection.dialect.name, statement, parameters)
    return cast("list[Row]", connection.exec_driver_sql(sql, adapted).all())


def _adapted(
    dialect: str, statement: Statement, parameters: tuple[Parameter, ...]
) -> tuple[str, tuple[object, ...]]:
    if dialect != "sqlite":
        return statement.postgresql, parameters
    return statement.sqlite, tuple([
        p if isinstance(p, str | int) else orjson.dumps(p).decode() for p in parameters
    ])
