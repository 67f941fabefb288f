"""Customers, as they come in and go out."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from app.api.contract.fields import Answer, Currency, Moment, PositiveAmount, Request, Text
from app.api.schemas.paging import NextCursor
from app.api.schemas.scores.fields import CustomerIdOut, Percentile, Probability, Score, Tier

Plan = Annotated[Text | None, Field(description="Name of the plan", examples=["pro"])]
Price = Annotated[
    PositiveAmount | None,
    Field(description="Price per billing period, in the customer's currency", examples=[29.0]),
]
RenewsAt = Annotated[
    Moment | None,
    Field(description="When the contract renews", examples=["2027-01-01T00:00:00Z"]),
]
Contract = Annotated[Text | None, Field(description="Kind of contract", examples=["annual"])]
SignedUpAt = Annotated[
    Moment | None,
    Field(
        description="When they signed up; null: not known, the first activity counts",
        examples=["2025-03-01T10:00:00Z"],
    ),
]
AcquisitionChannel = Annotated[
    Text | None, Field(description="organic, paid, referral, direct, …", examples=["referral"])
]
AcquisitionCost = Annotated[
    PositiveAmount | None, Field(description="What winning them cost", examples=[12.5])
]
CurrencyField = Annotated[
    Currency | None, Field(description="ISO 4217 code of cost and price", examples=["EUR"])
]
OwnerField = Annotated[
    Text | None, Field(description="Who looks after them", examples=["ana@example.com"])
]


class ConsentIn(Request):
    """Over which channels the customer may be contacted; null: not asked."""

    email: Annotated[bool | None, Field(strict=True, description="E-mail", examples=[True])] = None
    sms: Annotated[bool | None, Field(strict=True, description="SMS", examples=[False])] = None
    push: Annotated[bool | None, Field(strict=True, description="Push", examples=[True])] = None
    phone: Annotated[bool | None, Field(strict=True, description="Phone", examples=[False])] = None


class AccountIn(Request):
    """The account as it is from now on; earlier assessments keep what was known then."""

    plan: Plan = None
    price: Price = None
    renews_at: RenewsAt = None
    contract: Contract = None


class CustomerIn(Request):
    """All facts of a customer: what is absent is forgotten, except earlier account versions."""

    signed_up_at: SignedUpAt = None
    acquisition_channel: AcquisitionChannel = None
    acquisition_cost: AcquisitionCost = None
    currency: CurrencyField = None
    owner: OwnerField = None
    consent: Annotated[
        ConsentIn, Field(description="Who may be contacted how", examples=[{"email": True}])
    ] = ConsentIn()
    account: Annotated[
        AccountIn | None,
        Field(
            description="The account from now on; absent or null: unchanged",
            examples=[{"plan": "pro", "price": 29.0, "renews_at": "2027-01-01T00:00:00Z"}],
        ),
    ] = None


class ConsentOut(Answer):
    """Over which channels the customer may be contacted; null: not known."""

    email: Annotated[bool | None, Field(description="E-mail", examples=[True])]
    sms: Annotated[bool | None, Field(description="SMS", examples=[False])]
    push: Annotated[bool | None, Field(description="Push", examples=[True])]
    phone: Annotated[bool | None, Field(description="Phone", examples=[None])]


class AccountOut(Answer):
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


class CustomerOut(Answer):
    """One customer: facts, account, and the fields that a CRM needs for cohorts."""

    customer_id: CustomerIdOut
    signed_up_at: Annotated[
        datetime | None,
        Field(description="When they signed up", examples=["2025-03-01T10:00:00Z"]),
    ]
    acquisition_channel: Annotated[
        str | None, Field(description="organic, paid, referral, direct, …", examples=["referral"])
    ]
    acquisition_cost: Annotated[
        float | None, Field(description="What winning them cost", examples=[12.5])
    ]
    currency: Annotated[
        str | None, Field(description="ISO 4217 code of cost and price", examples=["EUR"])
    ]
    owner: Annotated[
        str | None, Field(description="Who looks after them", examples=["ana@example.com"])
    ]
    consent: Annotated[
        ConsentOut,
        Field(
            description="Who may be contacted how",
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
        Literal["new", "active", "at_risk", "dormant", "lost"],
        Field(
            description=(
                "By days since the last activity (or since signing up, without any): "
                "up to 30 active, up to 60 at_risk, up to 120 dormant, then lost; new in the first "
                "30 days"
            ),
            examples=["active"],
        ),
    ]


class ListedCustomerOut(Answer):
    """One line of the list: the newest stored score of a customer."""

    customer_id: CustomerIdOut
    as_of: Annotated[
        datetime,
        Field(description="The moment the score stands for", examples=["2026-11-22T02:00:00Z"]),
    ]
    score: Score
    tier: Tier
    probability: Probability
    percentile: Percentile
    bundle_id: Annotated[
        str, Field(description="The bundle that answered", examples=["4f1c0de5a2b94a10"])
    ]


class CustomerPageOut(Answer):
    """A page of customers, the most at risk first."""

    items: Annotated[
        list[ListedCustomerOut],
        Field(description="The customers of this page", examples=[[]]),
    ]
    next_cursor: NextCursor
