"""Customers: what is known about them, versions of their accounts, and listings."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson
from sqlalchemy import Integer, func, select, tuple_
from sqlalchemy.orm import Session

from app.db.columns import IDENTIFIER
from app.db.packing import pack_version
from app.db.tables import (
    AccountVersionRow,
    ActivityRow,
    AssessmentRow,
    CurrentScoreRow,
    CustomerRow,
)
from app.domain.activity import ActivityType
from app.domain.customers import AccountVersion, Customer
from app.domain.errors import CustomerNotFound

_KEY: Final = (Integer(), IDENTIFIER)


@dataclass(frozen=True, slots=True)
class Purchases:
    """The orders of a customer before a moment; the dates are None where there are none."""

    first_purchase_at: datetime | None
    last_purchase_at: datetime | None
    purchases_count: int


@dataclass(frozen=True, slots=True)
class ScoredCustomer:
    """A customer and the newest score, as listings show them; risk fields are None together."""

    customer_id: str
    as_of: datetime
    bundle_id: str
    probability: float | None
    score: int | None
    percentile: int | None
    tier: str | None


def put(session: Session, customer: Customer, version: AccountVersion | None = None) -> bool:
    """Write the facts of a customer, replacing the old ones; return whether the customer is new.

    A version with the same `valid_from` is replaced too; others stay.
    """
    row = session.get(CustomerRow, customer.customer_id)
    is_new = row is None
    if row is None:
        row = CustomerRow(customer_id=customer.customer_id)
        session.add(row)
    currency_changed = row.currency != customer.currency
    row.signed_up_at = customer.signed_up_at
    row.acquisition_channel = customer.acquisition_channel
    row.acquisition_cost = customer.acquisition_cost
    row.currency = customer.currency
    row.owner = customer.owner
    row.consent = orjson.dumps(dict(customer.consent)).decode()
    session.flush()
    if currency_changed:
        _pack_again(session, customer)
    if version is not None:
        session.merge(_version_row(version, customer.currency))
        session.flush()
    return is_new


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
    row = session.scalars(
        select(AccountVersionRow)
        .where(AccountVersionRow.customer_id == customer_id, AccountVersionRow.valid_from < as_of)
        .order_by(AccountVersionRow.valid_from.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else _version(row)


def purchases(session: Session, customer_id: str, *, as_of: datetime) -> Purchases:
    """Return first and last order and their number, known at `as_of`."""
    first, last, count = session.execute(
        select(
            func.min(ActivityRow.occurred_at),
            func.max(ActivityRow.occurred_at),
            func.count(),
        ).where(
            ActivityRow.customer_id == customer_id,
            ActivityRow.occurred_at < as_of,
            ActivityRow.received_at < as_of,
            ActivityRow.type == ActivityType.ORDER_PLACED.value,
        )
    ).one()
    return Purchases(first, last, count)


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

    Customers whose history supports no score are not listed.

    Parameters
    ----------
    after
        Score and id of the last customer of the page before; None = from the start.
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


def _pack_again(session: Session, customer: Customer) -> None:
    """Tell the packed versions the customer's currency, for their prices are in it."""
    rows = session.scalars(
        select(AccountVersionRow).where(AccountVersionRow.customer_id == customer.customer_id)
    )
    for row in rows:
        row.packed = pack_version(_version(row), currency=customer.currency)
    session.flush()


def _version(row: AccountVersionRow) -> AccountVersion:
    return AccountVersion(
        customer_id=row.customer_id,
        valid_from=row.valid_from,
        plan=row.plan,
        price=row.price,
        renews_at=row.renews_at,
        contract=row.contract,
    )


def _version_row(version: AccountVersion, currency: str | None) -> AccountVersionRow:
    return AccountVersionRow(
        customer_id=version.customer_id,
        valid_from=version.valid_from,
        plan=version.plan,
        price=version.price,
        renews_at=version.renews_at,
        contract=version.contract,
        packed=pack_version(version, currency=currency),
    )
