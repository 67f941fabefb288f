"""The numbers of an answer beside the score, and how to read them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from app.api.contract.bodies import ResponseBody
from app.api.schemas.scores.fields import TierName


class ScaleOut(ResponseBody):
    """How to read a score."""

    min: Annotated[int, Field(description="The least score", examples=[0])]
    max: Annotated[int, Field(description="The largest score", examples=[100])]
    higher_means: Annotated[
        str, Field(description="What a higher score means", examples=["more_at_risk"])
    ]


class TierPolicyOut(ResponseBody):
    """Where the tiers begin for this customer, as probabilities; edges belong to the upper tier.

    They keep a customer a little longer in the tier of the last stored assessment.
    """

    kind: Annotated[
        Literal["shares", "value"],
        Field(
            description="shares: the same edges for everybody, from shares of the population; "
            "value: from where contact pays for this customer",
            examples=["shares"],
        ),
    ]
    version: Annotated[str, Field(description="Name of the policy", examples=["shares-22-48-30"])]
    high_from: Annotated[
        float | None,
        Field(
            description="Probability from which this customer is high risk; null: at none",
            examples=[0.35],
        ),
    ]
    medium_from: Annotated[
        float | None,
        Field(
            description="Probability from which this customer is medium risk; null: at none",
            examples=[0.12],
        ),
    ]
    value_basis: Annotated[
        Literal["own", "median"] | None,
        Field(
            description="Whose value the edges rest on: the customer's own, or, where that is not "
            "known, that of the median customer; null: on no value",
            examples=[None],
        ),
    ]
    offer_cost: Annotated[
        float | None,
        Field(
            description="Cost of the strongest offer that pays for this customer; null: none does",
            examples=[None],
        ),
    ]


class ValueOut(ResponseBody):
    """What the customer is expected to bring; null: cannot be known.

    Orders and their revenue, before returns; where churn is the end of a contract, its price for as
    long as it is expected to run, and orders beside it.
    """

    currency: Annotated[str | None, Field(description="Of all amounts", examples=["EUR"])]
    horizon_days: Annotated[
        int, Field(description="The days that the first two speak of", examples=[90])
    ]
    expected_orders: Annotated[
        float | None, Field(description="Orders within `horizon_days`", examples=[1.8])
    ]
    expected_revenue: Annotated[
        float | None, Field(description="Revenue within `horizon_days`", examples=[93.5])
    ]
    expected_orders_12m: Annotated[
        float | None, Field(description="Orders within 365 days", examples=[6.4])
    ]
    expected_revenue_12m: Annotated[
        float | None, Field(description="Revenue within 365 days", examples=[331.0])
    ]
    revenue_12m_if_kept: Annotated[
        float | None,
        Field(
            description="Revenue within 365 days of this customer if staying; tiers by value rest "
            "on it",
            examples=[402.5],
        ),
    ]
    next_order_expected_at: Annotated[
        datetime | None,
        Field(
            description="When the next order is as likely to have come as not; null: not within "
            "a year, or not known",
            examples=["2026-12-19T09:00:00Z"],
        ),
    ]
    value_at_risk: Annotated[
        float | None,
        Field(description="`probability` times `expected_revenue_12m`", examples=[135.7]),
    ]


class IntervalOut(ResponseBody):
    """How far the probability may be off."""

    low: Annotated[float, Field(ge=0, le=1, description="Lower end", examples=[0.31])]
    high: Annotated[float, Field(ge=0, le=1, description="Upper end", examples=[0.52])]
    level: Annotated[
        float,
        Field(
            gt=0,
            lt=1,
            description="Share of intervals meant to hold the customer's own probability",
            examples=[0.9],
        ),
    ]


class PreviousOut(ResponseBody):
    """The last stored assessment before this one."""

    score: Annotated[int, Field(description="Its score", examples=[55])]
    tier: Annotated[TierName, Field(description="Its tier", examples=["medium"])]
    at: Annotated[
        datetime, Field(description="The moment it stands for", examples=["2026-11-15T02:00:00Z"])
    ]


Interval = Annotated[
    IntervalOut | None,
    Field(
        description="Around the probability; wide where little is known; null: not known",
        examples=[{"low": 0.31, "high": 0.52, "level": 0.9}],
    ),
]
Scale = Annotated[
    ScaleOut,
    Field(
        description="How to read the score",
        examples=[{"min": 0, "max": 100, "higher_means": "more_at_risk"}],
    ),
]
Previous = Annotated[
    PreviousOut | None,
    Field(
        description="The last stored assessment before `as_of`; null: none",
        examples=[{"score": 55, "tier": "medium", "at": "2026-11-15T02:00:00Z"}],
    ),
]
Trend = Annotated[
    Literal["worsening", "steady", "improving"] | None,
    Field(
        description="This score against the previous one; null: nothing to compare with",
        examples=["worsening"],
    ),
]
