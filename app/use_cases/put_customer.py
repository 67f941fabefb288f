"""Write down what is known about a customer."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.db import customers
from app.domain.customers import AccountVersion, Customer


def put_customer(
    session: Session, customer: Customer, account: AccountVersion | None, *, now: datetime
) -> bool:
    """Replace the facts of a customer, and return whether the customer is new.

    An `account` that says the same as the version in force adds no version: sending the same
    request again changes nothing.
    """
    if account is not None:
        known = customers.account_at(session, customer.customer_id, as_of=now)
        if known is not None and _terms(known) == _terms(account):
            account = None
    return customers.put(session, customer, account)


def _terms(account: AccountVersion) -> tuple[object, ...]:
    return account.plan, account.price, account.renews_at, account.contract
