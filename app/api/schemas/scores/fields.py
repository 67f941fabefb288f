"""Fields that answers of several kinds share."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

CustomerIdOut = Annotated[
    str, Field(description="The customer, as your systems name it", examples=["c-1042"])
]
AsOfOut = Annotated[
    datetime,
    Field(
        description="The moment asked about; nothing that happened at or after it is used",
        examples=["2026-11-22T09:00:00Z"],
    ),
]
TierName = Literal["high", "medium", "low"]
Score = Annotated[
    int | None,
    Field(
        ge=0,
        le=100,
        description="0 to 100, 100 is most at risk; high from 70, medium from 40, in every bundle; "
        "null: not enough history",
        examples=[78],
    ),
]
Probability = Annotated[
    float | None,
    Field(
        ge=0,
        le=1,
        description="Calibrated probability of `churn_definition` within `horizon_days`",
        examples=[0.41],
    ),
]
Tier = Annotated[
    TierName | None, Field(description="How urgent the customer is", examples=["high"])
]
Percentile = Annotated[
    int | None,
    Field(
        ge=0,
        le=100,
        description="Share of the reference population with a smaller risk, in percent",
        examples=[96],
    ),
]
ChurnDefinition = Annotated[
    str, Field(description="What churn means here", examples=["no order_placed"])
]
HorizonDays = Annotated[int, Field(description="Days within which it would happen", examples=[90])]
