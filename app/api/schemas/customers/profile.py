"""What is known about one customer."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from app.api.contract.bodies import ResponseBody
from app.api.schemas.scores.fields import CustomerIdOut

LifecycleStageName = Literal["new", "active", "at_risk", "dormant", "lost"]


class ConsentOut(ResponseBody):
    """The channels over which the customer may be contacted; null: not known."""

    email: Annotated[bool | None, Field(description="E-mail", examples=[True])]
    sms: Annotated[bool | None, Field(description="SMS", examples=[False])]
    push: Annotated[bool | None, Field(description="Push", examples=[True])]
    phone: Annotated[bool | None, Field(description="Phone", examples=[None])]


class AccountOut(ResponseBody):
    """The newest known version of the account."""

    valid_from: Annotated[
        datetime, Field(description="Since when it is known", examples=["2026-10-01T00:00:00Z"])
    ]
    plan: Annotated[str | None, Field(description="Name of the plan", examples=["pro"])]
    price: Annotated[float | None, Field(description="Price per billing period", examples=[29.0])]
    renews_at: Annotated[
        datetime | None,
        Field(description="When the contract renews", examples=["2027-01-01T00:00:00Z"]),
    ]
    contract: Annotated[str | None, Field(description="Kind of contract", examples=["annual"])]


class CustomerOut(ResponseBody):
    """One customer: facts, account, and the fields that a CRM needs for cohorts."""

    customer_id: CustomerIdOut
    signed_up_at: Annotated[
        datetime | None,
        Field(description="When the customer signed up", examples=["2025-03-01T10:00:00Z"]),
    ]
    acquisition_channel: Annotated[
        str | None, Field(description="organic, paid, referral, direct, …", examples=["referral"])
    ]
    acquisition_cost: Annotated[
        float | None, Field(description="What it cost to win the customer", examples=[12.5])
    ]
    currency: Annotated[
        str | None, Field(description="ISO 4217 code of cost and price", examples=["EUR"])
    ]
    owner: Annotated[
        str | None, Field(description="Who looks after the customer", examples=["ana@example.com"])
    ]
    consent: Annotated[
        ConsentOut,
        Field(
            description="The channels over which the customer may be contacted",
            examples=[{"email": True, "sms": False, "push": True, "phone": False}],
        ),
    ]
    account: Annotated[
        AccountOut | None,
        Field(
            description="The newest known version; null: none",
            examples=[
                {
                    "valid_from": "2026-10-01T00:00:00Z",
                    "plan": "pro",
                    "price": 29.0,
                    "renews_at": "2027-01-01T00:00:00Z",
                    "contract": "annual",
                }
            ],
        ),
    ]
    first_purchase_date: Annotated[
        date | None, Field(description="Day (UTC) of the first order", examples=["2025-03-02"])
    ]
    last_purchase_date: Annotated[
        date | None, Field(description="Day (UTC) of the last order", examples=["2026-11-21"])
    ]
    purchases_count: Annotated[int, Field(description="Orders so far", examples=[14])]
    lifecycle_stage: Annotated[
        LifecycleStageName,
        Field(
            description="new in the first 30 days; after that by the days since the last activity, "
            "or since signing up if there is none: up to 30 active, up to 60 at_risk, up to 120 "
            "dormant, then lost",
            examples=["active"],
        ),
    ]
