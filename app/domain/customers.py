"""What is known about a customer: facts that do not change, and versions of the account."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Customer:
    """The facts of one customer that hold for all time, and who may be contacted how.

    `signed_up_at` may be unknown (None): tenure then counts from the first activity.
    """

    customer_id: str
    signed_up_at: datetime | None = None
    acquisition_channel: str | None = None
    acquisition_cost: float | None = None
    currency: str | None = None
    owner: str | None = None
    consent: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class AccountVersion:
    """What a company knew of an account from `valid_from` on, until the next version.

    A version is part of the history like any activity: the features as of an earlier moment
    do not see it. `price` is per billing period, in the customer's currency.
    """

    customer_id: str
    valid_from: datetime
    plan: str | None = None
    price: float | None = None
    renews_at: datetime | None = None
    contract: str | None = None
