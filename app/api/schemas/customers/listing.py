"""The list of customers with their newest stored scores."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from app.api.contract.bodies import ResponseBody
from app.api.schemas.paging import NextCursor
from app.api.schemas.scores.fields import CustomerIdOut, Percentile, Probability, Score, Tier


class ListedCustomerOut(ResponseBody):
    """One line of the list: the newest stored score of a customer."""

    customer_id: CustomerIdOut
    as_of: Annotated[
        datetime,
        Field(description="The moment that the score is for", examples=["2026-11-22T02:00:00Z"]),
    ]
    score: Score
    tier: Tier
    probability: Probability
    percentile: Percentile
    bundle_id: Annotated[
        str, Field(description="The bundle that scored", examples=["4f1c0de5a2b94a10"])
    ]


class CustomerPageOut(ResponseBody):
    """A page of customers, the most at risk first."""

    items: Annotated[
        list[ListedCustomerOut],
        Field(description="The customers of this page", examples=[[]]),
    ]
    next_cursor: NextCursor
