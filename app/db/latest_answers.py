"""The answers that were kept last: what a new answer is compared with. On the hot path."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import orjson
from sqlalchemy.orm import Session

from app.domain.moments import to_micros

# The primary key (customer_id, as_of, job_id) is read backwards, one step per customer.
_NEWEST: Final = (
    "SELECT a.answer FROM assessments a WHERE a.customer_id = asked.{id} AND a.as_of < {mark} "
    "ORDER BY a.as_of DESC, a.job_id DESC LIMIT 1"
)
_SQLITE: Final = (
    f"SELECT asked.value, ({_NEWEST.format(id='value', mark='?')}) "  # noqa: S608 - constants of this file
    "FROM json_each(?) AS asked"
)
_POSTGRESQL: Final = (
    f"SELECT asked.id, ({_NEWEST.format(id='id', mark='%s')}) "  # noqa: S608 - constants of this file
    "FROM unnest(%s::text[]) AS asked(id)"
)


def latest_answers(
    session: Session, customer_ids: Sequence[str], *, before: datetime
) -> dict[str, str]:
    """Return the newest kept answer (JSON) of each customer as of an earlier moment than `before`.

    Customers without one are left out.
    """
    connection, moment = session.connection(), to_micros(before)
    if connection.dialect.name == "sqlite":
        asked = orjson.dumps(list(customer_ids)).decode()
        found = connection.exec_driver_sql(_SQLITE, (moment, asked))
    else:
        found = connection.exec_driver_sql(_POSTGRESQL, (moment, list(customer_ids)))
    return {customer_id: answer for customer_id, answer in found if answer is not None}
