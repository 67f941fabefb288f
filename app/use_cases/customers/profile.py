"""The profile of one customer, as a CRM shows it: facts, account, purchases, lifecycle stage."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from app.db import customers
from app.db.log import histories
from app.db.log.reading import Reader
from app.domain.customers import AccountVersion, Customer
from app.domain.moments import from_micros, to_micros
from app.features.history import NO_MOMENT, History
from app.features.kinds import ORDER_PLACED
from app.features.population import last_activity_at

NEW_FOR = timedelta(days=30)
# Requirement A6: dormant accounts have been silent for 60 to 120 days.
ACTIVE_UNTIL = timedelta(days=30)
AT_RISK_UNTIL = timedelta(days=60)
DORMANT_UNTIL = timedelta(days=120)


class LifecycleStage(StrEnum):
    """How active a customer is, by the days since the last activity alone."""

    NEW = "new"
    ACTIVE = "active"
    AT_RISK = "at_risk"
    DORMANT = "dormant"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Purchases:
    """The orders of a customer before a moment; the dates are None where there are none."""

    first_purchase_at: datetime | None
    last_purchase_at: datetime | None
    purchases_count: int


@dataclass(frozen=True, slots=True)
class CustomerProfile:
    """What is known about one customer as of a moment."""

    customer: Customer
    account: AccountVersion | None
    purchases: Purchases
    lifecycle_stage: LifecycleStage


def get_customer(
    reader: Reader, session: Session, customer_id: str, *, as_of: datetime
) -> CustomerProfile:
    """Return the profile of a customer; an unknown id raises `CustomerNotFound`."""
    customer = customers.get(session, customer_id)
    history = histories.fetch_history(reader, [customer_id], as_of=as_of, currency=None)
    first, last = _span(history, as_of=as_of)
    stage = lifecycle_stage(
        started_at=customer.signed_up_at or first, last_activity_at=last, as_of=as_of
    )
    return CustomerProfile(
        customer=customer,
        account=customers.account_at(session, customer_id, as_of=as_of),
        purchases=purchases_in(history),
        lifecycle_stage=stage,
    )


def purchases_in(history: History) -> Purchases:
    """Return the purchases in the history of one customer."""
    ordered_at = history.occurred_at[history.kind == ORDER_PLACED].tolist()
    if not ordered_at:
        return Purchases(None, None, 0)
    return Purchases(_moment(ordered_at[0]), _moment(ordered_at[-1]), len(ordered_at))


def lifecycle_stage(
    *, started_at: datetime | None, last_activity_at: datetime | None, as_of: datetime
) -> LifecycleStage:
    """Return the stage of a customer who started and was last active at these moments.

    A customer is new in the first 30 days, or if nothing is known at all. After that, the days
    since the last activity decide (since the start, if there was no activity): up to 30 active,
    up to 60 at risk, up to 120 dormant, then lost.
    """
    if started_at is None or as_of - started_at <= NEW_FOR:
        return LifecycleStage.NEW
    silence = as_of - (last_activity_at or started_at)
    if silence <= ACTIVE_UNTIL:
        return LifecycleStage.ACTIVE
    if silence <= AT_RISK_UNTIL:
        return LifecycleStage.AT_RISK
    return LifecycleStage.DORMANT if silence <= DORMANT_UNTIL else LifecycleStage.LOST


def _span(history: History, *, as_of: datetime) -> tuple[datetime | None, datetime | None]:
    """Return when the first event of a customer occurred, and when the last activity did."""
    micros = to_micros(as_of)
    last = int(last_activity_at(history, as_of=micros)[0]) if history.n_customers else NO_MOMENT
    first = int(history.occurred_at[0]) if history.n_events else NO_MOMENT
    return _moment(first), _moment(last)


def _moment(micros: int) -> datetime | None:
    return None if micros == NO_MOMENT else from_micros(micros)
