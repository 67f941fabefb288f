"""What checks of the bundle in service found."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from app.api.contract.fields import Answer
from app.domain.checks import Verdict

_Probability = Annotated[float, Field(ge=0, le=1)]
BundleIdOut = Annotated[
    str, Field(description="The bundle that was checked", examples=["4f1c0de5a2b94a10"])
]
CheckedAsOf = Annotated[
    datetime | None,
    Field(
        description="Nothing from here on was known to the check; null: there was none yet",
        examples=["2026-11-22T02:00:00Z"],
    ),
]
CheckedAt = Annotated[
    datetime | None,
    Field(description="When the check ran; null: none did", examples=["2026-11-22T02:00:03Z"]),
]
VerdictOut = Annotated[
    Verdict,
    Field(
        description="miscalibrated and drifted are warnings; moved is worth watching",
        examples=["sound"],
    ),
]
TextOut = Annotated[
    str,
    Field(
        description="Why, and what to do",
        examples=["of 4,210 predictions of 2026-05, 42.0% churn was said and 43.1% happened"],
    ),
]
ObservedLow = Annotated[
    float, Field(description="Lower end of the 95 % interval of what happened", examples=[0.416])
]
ObservedHigh = Annotated[
    float, Field(description="Upper end of the 95 % interval of what happened", examples=[0.446])
]
N = Annotated[int, Field(description="Customers", examples=[4210])]
MeanProbability = Annotated[
    _Probability, Field(description="Mean probability that was said", examples=[0.42])
]
ObservedRate = Annotated[_Probability, Field(description="Share that churned", examples=[0.431])]


class CalibrationBinOut(Answer):
    """Customers to whom about the same was said."""

    n: N
    mean_probability: MeanProbability
    observed_rate: ObservedRate
    observed_low: ObservedLow
    observed_high: ObservedHigh


class MonthOut(Answer):
    """What one bundle said in one month, against what happened within the horizon since."""

    month: Annotated[str, Field(description="Month (UTC) of the predictions", examples=["2026-05"])]
    bundle_id: Annotated[
        str, Field(description="The bundle that made them", examples=["4f1c0de5a2b94a10"])
    ]
    n: N
    mean_probability: MeanProbability
    observed_rate: ObservedRate
    observed_low: ObservedLow
    observed_high: ObservedHigh
    brier: Annotated[float, Field(description="Mean squared error", examples=[0.204])]
    log_loss: Annotated[float, Field(description="Nats per customer", examples=[0.593])]
    auc: Annotated[
        float | None,
        Field(
            description="Area under the ROC curve; null: fewer than 10 churned or stayed",
            examples=[0.741],
        ),
    ]
    ece: Annotated[
        float, Field(description="Calibration error over ten bins of equal count", examples=[0.021])
    ]
    ece_by_chance: Annotated[
        float,
        Field(
            description="What true probabilities exceed in one month of a hundred", examples=[0.031]
        ),
    ]
    verdict: VerdictOut
    bins: Annotated[
        list[CalibrationBinOut],
        Field(description="Ten bins of equal count, least risk first", examples=[[]]),
    ]


class CalibrationOut(Answer):
    """Matured predictions against outcomes, by month and bundle."""

    bundle_id: BundleIdOut
    as_of: CheckedAsOf
    checked_at: CheckedAt
    verdict: VerdictOut
    text: TextOut
    months: Annotated[
        list[MonthOut],
        Field(description="Months whose horizon has closed, newest first", examples=[[]]),
    ]
    left_out: Annotated[
        list[str], Field(description="What was not counted, and why", examples=[[]])
    ]


class ColumnDriftOut(Answer):
    """How far one feature, or the risk, has moved from the training."""

    name: Annotated[
        str, Field(description="The feature, or `probability`", examples=["days_since_order"])
    ]
    psi: Annotated[
        float,
        Field(description="Population stability index: .1 has moved, .25 far", examples=[0.07]),
    ]
    by_chance: Annotated[
        float,
        Field(description="What samples of this size reach without any drift", examples=[0.02]),
    ]
    importance: Annotated[
        float | None,
        Field(description="Share of today's reasons; null for the risk itself", examples=[0.12]),
    ]
    missing_before: Annotated[
        float, Field(description="Share of missing values in the training", examples=[0.02])
    ]
    missing_now: Annotated[
        float, Field(description="Share of missing values today", examples=[0.03])
    ]
    verdict: VerdictOut


class DriftOut(Answer):
    """Today's customers against those that the bundle was trained on."""

    bundle_id: BundleIdOut
    as_of: CheckedAsOf
    checked_at: CheckedAt
    verdict: VerdictOut
    text: TextOut
    measured_at: Annotated[
        datetime | None,
        Field(
            description="The moment of the sample: `as_of`, or the end of the log where that is "
            "earlier; null: not measured",
            examples=["2026-11-22T02:00:00Z"],
        ),
    ]
    n: Annotated[int, Field(description="Customers of today's sample", examples=[5000])]
    n_reference: Annotated[
        int, Field(description="Customers of the training's population", examples=[18200])
    ]
    risk: Annotated[
        ColumnDriftOut | None,
        Field(description="Drift of the probability itself; null: not measured", examples=[None]),
    ]
    drifted_importance: Annotated[
        float | None,
        Field(
            description="Share of today's reasons on drifted features; null: not measured",
            examples=[0.08],
        ),
    ]
    features: Annotated[
        list[ColumnDriftOut],
        Field(description="Every feature, by importance times drift", examples=[[]]),
    ]
