"""The answer about one customer."""

from typing import Annotated

from pydantic import Field

from app.api.contract.bodies import ResponseBody
from app.api.schemas.scores.fields import (
    AsOfOut,
    ChurnDefinition,
    CustomerIdOut,
    HorizonDays,
    Percentile,
    Probability,
    Score,
    Tier,
)
from app.api.schemas.scores.numbers import Interval, Previous, Scale, TierPolicyOut, Trend, ValueOut
from app.api.schemas.scores.provenance import Basis, BundleRef, DataOut, PlaybookRefOut, Warnings
from app.api.schemas.scores.signals_and_interventions import InterventionOut, ReasonOut, SignalOut


class ScoreOut(ResponseBody):
    """The risk of one customer as of a moment, with its reasons and what to do about it.

    Where `data.sufficient_history` is false, score, tier, probability and percentile are null.
    """

    customer_id: CustomerIdOut
    as_of: AsOfOut
    score: Score
    tier: Tier
    probability: Probability
    interval: Interval
    percentile: Percentile
    scale: Scale
    churn_definition: ChurnDefinition
    horizon_days: HorizonDays
    basis: Basis
    tier_policy: Annotated[
        TierPolicyOut,
        Field(
            description="Where the tiers begin for this customer",
            examples=[
                {
                    "kind": "value",
                    "version": "value-1",
                    "high_from": 0.35,
                    "medium_from": 0.12,
                    "value_basis": "own",
                    "offer_cost": 5.0,
                }
            ],
        ),
    ]
    previous: Previous
    trend: Trend
    margin: Annotated[
        float | None,
        Field(description="The calibrated log-odds of the probability", examples=[-0.36]),
    ]
    base_margin: Annotated[
        float | None,
        Field(description="Log-odds of the average customer, where reasons start", examples=[-1.2]),
    ]
    reasons: Annotated[
        list[ReasonOut],
        Field(description="What moved the risk most, in both directions", examples=[[]]),
    ]
    other_contributions: Annotated[
        float | None,
        Field(
            description="What all other features add: base_margin + reasons + this = margin",
            examples=[0.22],
        ),
    ]
    value: Annotated[
        ValueOut | None,
        Field(
            description="What the customer is expected to bring; null: nothing is known of it",
            examples=[None],
        ),
    ]
    segments: Annotated[
        list[str],
        Field(description="Behaviour segments of the playbook", examples=[["active_subscriber"]]),
    ]
    signals: Annotated[list[SignalOut], Field(description="Findings for people", examples=[[]])]
    interventions: Annotated[
        list[InterventionOut], Field(description="What to do, most urgent first", examples=[[]])
    ]
    data: Annotated[
        DataOut,
        Field(
            description="What the answer rests on",
            examples=[
                {
                    "last_activity_at": "2026-11-21T17:30:00Z",
                    "sufficient_history": True,
                    "stale": False,
                    "out_of_distribution": False,
                    "unusual": [],
                }
            ],
        ),
    ]
    bundle: BundleRef
    playbook: Annotated[
        PlaybookRefOut,
        Field(
            description="The rules that gave segments, signals and interventions",
            examples=[{"version": "1", "sha256": "9f86d081884c7d659a2feaa0c55ad015"}],
        ),
    ]
    warnings: Warnings
