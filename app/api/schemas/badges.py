"""Badges in the endpoint schema of shields.io."""

from typing import Annotated, Literal

from pydantic import Field

from app.api.contract.bodies import ResponseBody


class BadgeOut(ResponseBody):
    """What shields.io draws, in its own spelling (https://shields.io/badges/endpoint-badge)."""

    schemaVersion: Annotated[  # noqa: N815 - the name that shields.io reads
        Literal[1], Field(description="Version of the endpoint schema", examples=[1])
    ]
    label: Annotated[str, Field(description="The left half", examples=["churn risk"])]
    message: Annotated[
        str,
        Field(
            description="The right half: tier and score, `not scored` or `unknown`",
            examples=["high 78"],
        ),
    ]
    color: Annotated[str, Field(description="Colour of the right half", examples=["#b42318"])]
