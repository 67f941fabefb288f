"""The facts about a customer that clients send."""

from typing import Annotated

from pydantic import Field

from app.api.contract.bodies import RequestBody
from app.api.contract.fields import Currency, Moment, PositiveAmount, Text


class ConsentIn(RequestBody):
    """The channels over which the customer may be contacted; null: not asked."""

    email: Annotated[bool | None, Field(strict=True, description="E-mail", examples=[True])] = None
    sms: Annotated[bool | None, Field(strict=True, description="SMS", examples=[False])] = None
    push: Annotated[bool | None, Field(strict=True, description="Push", examples=[True])] = None
    phone: Annotated[bool | None, Field(strict=True, description="Phone", examples=[False])] = None


class AccountIn(RequestBody):
    """The account from now on; scores as of earlier moments use what was known then."""

    plan: Annotated[Text | None, Field(description="Name of the plan", examples=["pro"])] = None
    price: Annotated[
        PositiveAmount | None,
        Field(description="Price per billing period, in the customer's currency", examples=[29.0]),
    ] = None
    renews_at: Annotated[
        Moment | None,
        Field(description="When the contract renews", examples=["2027-01-01T00:00:00Z"]),
    ] = None
    contract: Annotated[Text | None, Field(description="Kind of contract", examples=["annual"])] = (
        None
    )


class CustomerIn(RequestBody):
    """All facts about a customer. Absent facts are removed, except earlier account versions."""

    signed_up_at: Annotated[
        Moment | None,
        Field(
            description="When the customer signed up; null: not known, the first activity counts",
            examples=["2025-03-01T10:00:00Z"],
        ),
    ] = None
    acquisition_channel: Annotated[
        Text | None, Field(description="organic, paid, referral, direct, …", examples=["referral"])
    ] = None
    acquisition_cost: Annotated[
        PositiveAmount | None,
        Field(description="What it cost to win the customer", examples=[12.5]),
    ] = None
    currency: Annotated[
        Currency | None, Field(description="ISO 4217 code of cost and price", examples=["EUR"])
    ] = None
    owner: Annotated[
        Text | None, Field(description="Who looks after the customer", examples=["ana@example.com"])
    ] = None
    consent: Annotated[
        ConsentIn,
        Field(
            description="The channels over which the customer may be contacted",
            examples=[{"email": True}],
        ),
    ] = ConsentIn()
    account: Annotated[
        AccountIn | None,
        Field(
            description="The account from now on; absent or null: unchanged",
            examples=[{"plan": "pro", "price": 29.0, "renews_at": "2027-01-01T00:00:00Z"}],
        ),
    ] = None
