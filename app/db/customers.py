"""Customers: facts about them, versions of their accounts, and listings by score."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

import orjson
from sqlalchemy import Integer, func, select, tuple_
from sqlalchemy.orm import Session

from app.db.columns import IDENTIFIER
from app.db.connections.statements import Row, Statement
from app.db.customer_writing import (
    CustomerRecord,
    VersionRecord,
    write_customers,
    write_versions,
)
from app.db.log.packing import pack_version
from app.db.log.reading import run
from app.db.tables import AssessmentRow, CurrentScoreRow, CustomerRow
from app.domain.customers import AccountVersion, Customer
from app.domain.errors import CustomerNotFound
from app.domain.moments import from_micros, to_micros
from app.domain.scores.stored import ScoredCustomer

_KEY: Final = (Integer(), IDENTIFIER)
_BY_ID_SQLITE: Final = "customer_id IN (SELECT value FROM json_each(?))"
_BY_ID_POSTGRESQL: Final = "customer_id = ANY(%s)"
_CURRENCIES: Final = Statement(
    sqlite=f"SELECT customer_id, currency FROM customers WHERE {_BY_ID_SQLITE}",  # noqa: S608 - constants
    postgresql=f"SELECT customer_id, currency FROM customers WHERE {_BY_ID_POSTGRESQL}",  # noqa: S608 - constants
)
_VERSION: Final = (
    "SELECT customer_id, valid_from, plan, price, renews_at, contract FROM account_versions v "
    "WHERE v."
)
_VERSIONS: Final = Statement(
    sqlite=_VERSION + _BY_ID_SQLITE, postgresql=_VERSION + _BY_ID_POSTGRESQL
)
_NEWEST: Final = (
    " AND valid_from = (SELECT MAX(w.valid_from) FROM account_versions w "
    "WHERE w.customer_id = v.customer_id AND w.valid_from < "
)
_ACCOUNTS: Final = Statement(
    sqlite=f"{_VERSIONS.sqlite}{_NEWEST} ?)", postgresql=f"{_VERSIONS.postgresql}{_NEWEST} %s)"
)


def put(session: Session, customer: Customer, version: AccountVersion | None = None) -> bool:
    """Write the facts of a customer, replacing the old ones; return whether the customer is new.

    An account version with the same `valid_from` is replaced too; other versions stay.
    """
    return put_many(session, [customer], [] if version is None else [version]) == 1


def put_many(
    session: Session, customers: Sequence[Customer], versions: Sequence[AccountVersion]
) -> int:
    """Write many customers as `put` does, and return how many are new.

    The versions must be of these customers. Where an id, or a moment of one customer, occurs twice,
    the last one counts.
    """
    connection = session.connection()
    latest = {customer.customer_id: customer for customer in customers}
    known = {row[0]: row[1] for row in run(session, _CURRENCIES, sorted(latest))}
    # Sorted, so that two writers of the same customers wait for each other instead of deadlocking.
    write_customers(connection, [_customer_record(latest[each]) for each in sorted(latest)])
    # A packed version holds the currency of its customer, so a change of currency writes it anew.
    changed = [who for who, currency in known.items() if currency != latest[who].currency]
    wanted = {(v.customer_id, v.valid_from): v for v in _versions_of(session, changed)}
    wanted |= {(v.customer_id, v.valid_from): v for v in versions}
    write_versions(
        connection, [_version_record(wanted[k], latest[k[0]].currency) for k in sorted(wanted)]
    )
    session.expire_all()  # the session may have read what has changed now
    return len(latest) - len(known)


def get(session: Session, customer_id: str) -> Customer:
    """Return the facts of a customer.

    Raises
    ------
    CustomerNotFound
        If no customer has this id.
    """
    row = session.get(CustomerRow, customer_id)
    if row is None:
        raise CustomerNotFound(customer_id)
    return Customer(
        customer_id=row.customer_id,
        signed_up_at=row.signed_up_at,
        acquisition_channel=row.acquisition_channel,
        acquisition_cost=row.acquisition_cost,
        currency=row.currency,
        owner=row.owner,
        consent=orjson.loads(row.consent),
    )


def account_at(session: Session, customer_id: str, *, as_of: datetime) -> AccountVersion | None:
    """Return the version of the account that was valid at `as_of`, or None."""
    return accounts_at(session, [customer_id], as_of=as_of).get(customer_id)


def accounts_at(
    session: Session, customer_ids: Sequence[str], *, as_of: datetime
) -> dict[str, AccountVersion]:
    """Return by customer the version of the account that was valid at `as_of`, if there is one."""
    found = run(session, _ACCOUNTS, list(customer_ids), to_micros(as_of))
    return {row[0]: _version(row) for row in found}


def known(session: Session, customer_ids: Collection[str]) -> set[str]:
    """Return those of `customer_ids` that exist."""
    return set(
        session.scalars(
            select(CustomerRow.customer_id).where(CustomerRow.customer_id.in_(customer_ids))
        )
    )


def count(session: Session) -> int:
    """Return how many customers there are."""
    return session.scalar(select(func.count()).select_from(CustomerRow)) or 0


def ids_after(session: Session, after: str | None, *, limit: int) -> list[str]:
    """Return the next `limit` customer ids in bytewise order, those after `after`."""
    query = select(CustomerRow.customer_id).order_by(CustomerRow.customer_id).limit(limit)
    if after is not None:
        query = query.where(CustomerRow.customer_id > after)
    return list(session.scalars(query))


def page(
    session: Session,
    *,
    limit: int,
    after: tuple[int, str] | None = None,
    tier: str | None = None,
    min_score: int | None = None,
    max_score: int | None = None,
) -> list[ScoredCustomer]:
    """Return scored customers, highest score first, then by id descending; one index scan.

    Customers whose history is not sufficient for a score are not listed.

    Parameters
    ----------
    after
        Score and id of the last customer of the previous page; None: from the start.
    tier, min_score, max_score
        Only customers of this tier, and of scores in ``[min_score, max_score]``.
    """
    row = CurrentScoreRow
    query = select(row).where(row.score.is_not(None))
    query = query.order_by(row.score.desc(), row.customer_id.desc()).limit(limit)
    if tier is not None:
        query = query.where(row.tier == tier)
    if min_score is not None:
        query = query.where(row.score >= min_score)
    if max_score is not None:
        query = query.where(row.score <= max_score)
    if after is not None:
        query = query.where(tuple_(row.score, row.customer_id) < tuple_(*after, types=_KEY))
    return [scored(found) for found in session.scalars(query)]


def scored(row: CurrentScoreRow | AssessmentRow) -> ScoredCustomer:
    """Return the score in a row of either table that holds scores."""
    return ScoredCustomer(
        customer_id=row.customer_id,
        as_of=row.as_of,
        bundle_id=row.bundle_id,
        probability=row.probability,
        score=row.score,
        percentile=row.percentile,
        tier=row.tier,
    )


def _versions_of(session: Session, customer_ids: Sequence[str]) -> list[AccountVersion]:
    if not customer_ids:
        return []
    return [_version(row) for row in run(session, _VERSIONS, list(customer_ids))]


def _version(row: Row) -> AccountVersion:
    customer_id, valid_from, plan, price, renews_at, contract = row
    return AccountVersion(
        customer_id=customer_id,
        valid_from=from_micros(valid_from),
        plan=plan,
        price=price,
        renews_at=None if renews_at is None else from_micros(renews_at),
        contract=contract,
    )


def _customer_record(customer: Customer) -> CustomerRecord:
    return (
        customer.customer_id,
        None if customer.signed_up_at is None else to_micros(customer.signed_up_at),
        customer.acquisition_channel,
        customer.acquisition_cost,
        customer.currency,
        customer.owner,
        orjson.dumps(dict(customer.consent)).decode(),
    )


def _version_record(version: AccountVersion, currency: str | None) -> VersionRecord:
    """Return the row of a version; `currency` is that of its customer, and so of its price."""
    return (
        version.customer_id,
        to_micros(version.valid_from),
        version.plan,
        version.price,
        None if version.renews_at is None else to_micros(version.renews_at),
        version.contract,
        pack_version(version, currency=currency),
    )
