"""What a database wants to be told once much has been written."""

import logging
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from app.db.log.recent import join_recent

log = logging.getLogger("holdfast.database")

# Another VACUUM that is at the table does the same.
_SETTLE: Final = "VACUUM (SKIP_LOCKED) activity"


def settle_log(sessions: sessionmaker[Session]) -> None:
    """Let histories be read at once, as soon as much has been written.

    PostgreSQL looks every event of a history up in the table too, to see whether it counts, until
    VACUUM has noted that whole pages do: that took most of the time of a history. It would get to
    it by itself, a minute later, or once the log has grown by a fifth. Only pages that are new are
    looked at. SQLite joins recent events to their histories. Where the database refuses, or ends
    it (a `statement_timeout`), the log says so: histories can be read all the same.
    """
    with sessions() as session:
        try:
            if session.get_bind().dialect.name == "postgresql":
                alone = {"isolation_level": "AUTOCOMMIT"}
                session.connection(execution_options=alone).exec_driver_sql(_SETTLE)
            else:
                join_recent(session.connection())
                session.commit()
        except DBAPIError as error:
            log.warning(
                "the log of activity was not settled, so histories take longer to read",
                extra={"why": str(error.orig).strip()},
            )
