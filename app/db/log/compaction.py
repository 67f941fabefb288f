"""Make histories fast to read again after many events were written."""

import logging
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from app.db.log.recent import join_recent

log = logging.getLogger("holdfast.database")

# Where another VACUUM holds the table, it does the same work.
_VACUUM: Final = "VACUUM (SKIP_LOCKED) activity"


def compact_log(sessions: sessionmaker[Session]) -> None:
    """Compact the log: VACUUM on PostgreSQL, joining recent events to their histories on SQLite.

    Without it, PostgreSQL looks up every event of a history in the table, beside the index, to see
    whether it is visible; that took most of the time of reading a history. VACUUM notes which pages
    are visible as a whole. Autovacuum would do so a minute later, or once the log has grown by a
    fifth. Only new pages are looked at.

    Where the database refuses, or cancels it (`statement_timeout`), a warning is logged: histories
    can still be read, but more slowly.
    """
    with sessions() as session:
        try:
            if session.get_bind().dialect.name == "postgresql":
                outside = {"isolation_level": "AUTOCOMMIT"}  # VACUUM runs in no transaction
                session.connection(execution_options=outside).exec_driver_sql(_VACUUM)
            else:
                join_recent(session.connection())
                session.commit()
        except DBAPIError as error:
            log.warning(
                "the activity log was not compacted, so histories take longer to read",
                extra={"why": str(error.orig).strip()},
            )
