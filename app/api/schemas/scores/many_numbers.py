"""Answers about many customers in numbers alone: what lists show."""

from typing import Annotated, Literal

from pydantic import Field

from app.api.contract.bodies import ResponseBody
from app.api.schemas.scores.fields import (
    AsOfOut,
    ChurnDefinition,
    HorizonDays,
    Percentile,
    Probability,
    Score,
    Tier,
)
from app.api.schemas.scores.many_fields import AskedId, Errors, Index, NFailed, NScored, Status
from app.api.schemas.scores.numbers import Interval, Previous, Scale, Trend
from app.api.schemas.scores.provenance import Basis, BundleRef, Warnings

_NUMBERS = {
    "score": 78,
    "tier": "high",
    "probability": 0.41,
    "interval": {"low": 0.31, "high": 0.52, "level": 0.9},
    "percentile": 96,
    "previous": {"score": 55, "tier": "medium", "at": "2026-11-15T02:00:00Z"},
    "trend": "worsening",
    "value_at_risk": 135.7,
    "sufficient_history": True,
    "out_of_distribution": False,
}


class NumbersOut(ResponseBody):
    """The numbers of one customer, each as it stands in the whole answer.

    Where `sufficient_history` is false, there is no risk to state, and all others but `previous`
    are null.
    """

    score: Score
    tier: Tier
    probability: Probability
    interval: Interval
    percentile: Percentile
    previous: Previous
    trend: Trend
    value_at_risk: Annotated[
        float | None,
        Field(
            description="As in `value`: probability times the revenue expected within 365 days; "
            "null: cannot be known",
            examples=[135.7],
        ),
    ]
    sufficient_history: Annotated[
        bool,
        Field(
            description="As in `data`: false outside the population of the bundle",
            examples=[True],
        ),
    ]
    out_of_distribution: Annotated[
        bool | None,
        Field(
            description="As in `data`: whether a feature is unlike anything in the population; "
            "null: the bundle cannot tell, or there is no risk",
            examples=[False],
        ),
    ]


class NumbersResultOut(ResponseBody):
    """One customer of a bulk call: the numbers, or why there are none."""

    index: Index
    customer_id: AskedId
    status: Status
    score: Annotated[
        NumbersOut | None, Field(description="The numbers; null unless scored", examples=[_NUMBERS])
    ]
    errors: Errors


class ManyNumbersOut(ResponseBody):
    """What all answers share, said once, and the numbers of each customer as asked."""

    detail: Annotated[Literal["numbers"], Field(description="As asked for", examples=["numbers"])]
    as_of: AsOfOut
    scale: Scale
    churn_definition: ChurnDefinition
    horizon_days: HorizonDays
    basis: Basis
    currency: Annotated[str | None, Field(description="Of all amounts", examples=["EUR"])]
    stale: Annotated[
        bool,
        Field(
            description="Whether the log has been silent for a week, or the bundle is half a year "
            "old; where none of the customers is known, the bundle alone counts",
            examples=[False],
        ),
    ]
    bundle: BundleRef
    warnings: Warnings
    scored: NScored
    failed: NFailed
    results: Annotated[
        list[NumbersResultOut],
        Field(
            description="One per id",
            examples=[
                [
                    {
                        "index": 0,
                        "customer_id": "c-1042",
                        "status": "scored",
                        "score": _NUMBERS,
                        "errors": [],
                    }
                ]
            ],
        ),
    ]
