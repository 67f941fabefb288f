"""Put the facts about customers, and versions of their accounts."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.db import customers
from app.domain.customers import AccountVersion, Customer


def put_customer(
    session: Session, customer: Customer, account: AccountVersion | None, *, now: datetime
) -> bool:
    """Replace the facts of a customer, and return whether the customer is new.

    An `account` equal to the version that is valid `now` adds no version, so sending the same
    request again changes nothing.
    """
    return put_customers(session, [customer], [] if account is None else [account], now=now) == 1


def put_customers(
    session: Session,
    put: Sequence[Customer],
    accounts: Sequence[AccountVersion],
    *,
    now: datetime,
) -> int:
    """Put many customers as `put_customer` does, and return how many are new.

    `accounts` must be versions of these customers. A version that is valid from `now` on is only
    added if it differs from the version before.
    """
    dated = [account for account in accounts if account.valid_from != now]
    n_new = customers.put_many(session, put, dated)
    current = [account for account in accounts if account.valid_from == now]
    known = customers.accounts_at(session, [each.customer_id for each in current], as_of=now)
    changed = [
        account
        for account in current
        if (before := known.get(account.customer_id)) is None or _terms(before) != _terms(account)
    ]
    if changed:
        ids = {account.customer_id for account in changed}
        customers.put_many(session, [each for each in put if each.customer_id in ids], changed)
    return n_new


def _terms(account: AccountVersion) -> tuple[object, ...]:
    return account.plan, account.price, account.renews_at, account.contract
