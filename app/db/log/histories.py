"""Read what an answer starts from: the histories of customers, and their newest stored answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from app.db.connections.statements import Query, Row, Statement
from app.db.log.reading import Source, fetch
from app.db.log.unpacking import unpack_history
from app.domain.moments import from_micros, to_micros
from app.features.history import NO_MOMENT, History


@dataclass(frozen=True, slots=True)
class KnownCustomers:
    """What was known of some customers at a moment.

    Attributes
    ----------
    history
        Their events and account versions.
    standing
        By customer id, what the next answer is compared with: the `standing` (JSON) that was stored
        with the newest answer as of an earlier moment. Where that answer was stored before there
        was such a column, it is the whole answer. Customers without a stored answer are left out.
    log_until
        When the newest event of the whole log was received, to the hour; None: there is none.
    """

    history: History
    standing: Mapping[str, str]
    log_until: datetime | None


def fetch_history(
    source: Source, customer_ids: Sequence[str], *, as_of: datetime, currency: str | None
) -> History:
    """Return the events of customers that were known at `as_of`; see `known_customers`."""
    return fetch(source, known_customers(customer_ids, as_of=as_of, currency=currency)).history


def known_customers(
    customer_ids: Sequence[str], *, as_of: datetime, currency: str | None
) -> Query[KnownCustomers]:
    """Return the query for what was known of customers, in the order of their ids.

    Ids that nobody has are left out. One customer and many are read by the same statement: one
    range scan of an index per customer.

    Parameters
    ----------
    customer_ids
        A repeated id counts once, at its first place.
    as_of
        Only events that both occurred and were received before this moment are read, and account
        versions that were valid before it.
    currency
        Amounts in another currency are NaN; None keeps all amounts.
    """
    moment, ids = to_micros(as_of), list(dict.fromkeys(customer_ids))
    read = partial(_read_in_order, ids=ids, moment=moment, currency=currency)
    return Query(_KNOWN, (moment, moment, ids), read)


def known_customers_after(
    customer_id: str | None, *, limit: int, as_of: datetime, currency: str | None
) -> Query[KnownCustomers]:
    """Return the query for the next `limit` customers in bytewise order of their ids.

    They are those after `customer_id`; None: those from the start. Rows come in that order, each
    with the id of its customer first.
    """
    moment = to_micros(as_of)
    read = partial(_read, moment=moment, currency=currency)
    return Query(_KNOWN_AFTER, (moment, moment, customer_id or "", limit), read)


def _read_in_order(
    found: list[Row], *, ids: Sequence[str], moment: int, currency: str | None
) -> KnownCustomers:
    by_id = {row[0]: row for row in found}
    rows = [by_id[each] for each in ids if each in by_id]
    return _read(rows, moment=moment, currency=currency)


def _read(rows: Sequence[Row], *, moment: int, currency: str | None) -> KnownCustomers:
    history = unpack_history(
        [row[0] for row in rows],
        [NO_MOMENT if row[1] is None else row[1] for row in rows],
        [(row[2] or b"") + (row[3] or b"") for row in rows],
        before=moment,
        currency=currency,
    )
    log_until = rows[0][5] if rows else None
    return KnownCustomers(
        history,
        {row[0]: row[4] for row in rows if row[4] is not None},
        None if log_until is None else from_micros(log_until),
    )


# One row per customer: id, signed_up_at, packed events, packed account versions, the newest stored
# answer (a step backwards in the primary key), and until when the log was received. group_concat
# treats a BLOB as text in the encoding of the database, and the cast makes it a BLOB again: no byte
# is interpreted or changed.
_COLUMNS: Final = """
SELECT c.customer_id, c.signed_up_at,
  ({events}),
  (SELECT {versions} FROM account_versions v
    WHERE v.customer_id = c.customer_id AND v.valid_from < {mark}),
  (SELECT coalesce(s.standing, nullif(s.answer, '')) FROM assessments s
    WHERE s.customer_id = c.customer_id AND s.as_of < {mark}
    ORDER BY s.as_of DESC, s.job_id DESC LIMIT 1),
  (SELECT received_until FROM log_state)
FROM customers c WHERE c.customer_id
"""
_SQLITE: Final = _COLUMNS.format(
    mark="?",
    events="SELECT CAST(group_concat(packed, '') AS BLOB) FROM ("
    "SELECT h.packed FROM histories h WHERE h.customer_id = c.customer_id UNION ALL "
    "SELECT r.packed FROM recent_activity r WHERE r.customer_id = c.customer_id)",
    versions="CAST(group_concat(v.packed, '') AS BLOB)",
)
_POSTGRESQL: Final = _COLUMNS.format(
    mark="%s",
    events="SELECT string_agg(a.packed, ''::bytea) FROM activity a "
    "WHERE a.customer_id = c.customer_id",
    versions="string_agg(v.packed, ''::bytea)",
)
_KNOWN: Final = Statement(
    sqlite=_SQLITE + "IN (SELECT value FROM json_each(?))",  # noqa: S608 - constants
    postgresql=_POSTGRESQL + "= ANY(%s)",
)
_KNOWN_AFTER: Final = Statement(
    sqlite=_SQLITE + "> ? ORDER BY c.customer_id LIMIT ?",
    postgresql=_POSTGRESQL + "> %s ORDER BY c.customer_id LIMIT %s",
)
