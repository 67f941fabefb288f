"""The answer about one customer."""

from typing import Annotated, Literal

from pydantic import Field

from app.api.fields import Answer
from app.api.schemas.findings import InterventionOut, ReasonOut, SignalOut
from app.api.schemas.provenance import BundleRefOut, DataOut, PlaybookRefOut, WarningOut
from app.api.schemas.score_fields import (
    AsOfOut,
    CustomerIdOut,
    Percentile,
    Probability,
    Score,
    Tier,
)
from app.api.schemas.score_numbers import (
    IntervalOut,
    PreviousOut,
    ScaleOut,
    TierPolicyOut,
    ValueOut,
)


class ScoreOut(Answer):
    """The risk of one customer as of a moment, with its reasons and what to do about it.

    Where `data.sufficient_history` is false, score, tier, probability and percentile are null.
    """

    customer_id: CustomerIdOut
    as_of: AsOfOut
    score: Score
    tier: Tier
    probability: Probability
    interval: Annotated[
        IntervalOut | None,
        Field(
            description="Around the probability; wide where little is known; null: not known",
            examples=[{"low": 0.31, "high": 0.52, "level": 0.9}],
        ),
    ]
    percentile: Percentile
    scale: Annotated[
        ScaleOut,
        Field(
            description="How to read the score",
            examples=[{"min": 0, "max": 100, "higher_means": "more_at_risk"}],
        ),
    ]
    churn_definition: Annotated[
        str, Field(description="What churn means here", examples=["no order_placed"])
    ]
    horizon_days: Annotated[
        int, Field(description="Days within which it would happen", examples=[90])
    ]
    basis: Annotated[
        Literal["learned", "rhythm", "prior"],
        Field(
            description="What the bundle rests on: labels of the whole horizon; the rhythm of "
            "shorter windows; or rhythms published elsewhere. The last two are fallbacks",
            examples=["learned"],
        ),
    ]
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
    previous: Annotated[
        PreviousOut | None,
        Field(
            description="The last stored assessment before `as_of`; null: none",
            examples=[{"score": 55, "tier": "medium", "at": "2026-11-15T02:00:00Z"}],
        ),
    ]
    trend: Annotated[
        Literal["worsening", "steady", "improving"] | None,
        Field(
            description="This score against the previous one; null: nothing to compare with",
            examples=["worsening"],
        ),
    ]
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
    bundle: Annotated[
        BundleRefOut,
        Field(
            description="The bundle that answered",
            examples=[
                {
                    "id": "4f1c0de5a2b94a10",
                    "trained_until": "2026-11-01T00:00:00Z",
                    "feature_hash": "b1946ac92492d2347c6235b4d2611184",
                }
            ],
        ),
    ]
    playbook: Annotated[
        PlaybookRefOut,
        Field(
            description="The rules that gave segments, signals and interventions",
            examples=[{"version": "1", "sha256": "9f86d081884c7d659a2feaa0c55ad015"}],
        ),
    ]
    warnings: Annotated[
        list[WarningOut],
        Field(
            description="Reasons to trust this bundle less; see /v1/model/calibration and "
            "/v1/model/drift",
            examples=[[]],
        ),
    ]
