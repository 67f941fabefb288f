"""What checks of the bundle in service found."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from app.api.contract.bodies import ResponseBody
from app.domain.checks import Verdict

_Probability = Annotated[float, Field(ge=0, le=1)]
CheckedBundleId = Annotated[
    str, Field(description="The bundle that was checked", examples=["4f1c0de5a2b94a10"])
]
CheckAsOf = Annotated[
    datetime | None,
    Field(
        description="The check used nothing that became known at or after this moment; null: "
        "there has been no check yet",
        examples=["2026-11-22T02:00:00Z"],
    ),
]
CheckedAt = Annotated[
    datetime | None,
    Field(
        description="When the check ran; null: there has been no check yet",
        examples=["2026-11-22T02:00:03Z"],
    ),
]
CheckVerdict = Annotated[
    Verdict,
    Field(
        description="miscalibrated and drifted are warnings; moved is worth watching",
        examples=["sound"],
    ),
]
VerdictReason = Annotated[
    str,
    Field(
        description="The reason for the verdict, and what to do",
        examples=[
            "In 2026-05 the bundle predicted that 42.0% of 4,210 customers would churn, and 43.1% "
            "did (95% interval 41.6% to 44.6%). The calibration error is 0.021; chance alone "
            "explains up to 0.031. These outcomes give no reason to doubt the probabilities."
        ],
    ),
]
CustomerCount = Annotated[int, Field(description="Number of customers", examples=[4210])]
MeanProbability = Annotated[
    _Probability, Field(description="Mean predicted probability", examples=[0.42])
]
ObservedRate = Annotated[_Probability, Field(description="Share that churned", examples=[0.431])]
ObservedRateLow = Annotated[
    float, Field(description="Lower end of the 95% interval of that share", examples=[0.416])
]
ObservedRateHigh = Annotated[
    float, Field(description="Upper end of the 95% interval of that share", examples=[0.446])
]


class CalibrationBinOut(ResponseBody):
    """Customers with about the same predicted probability."""

    n: CustomerCount
    mean_probability: MeanProbability
    observed_rate: ObservedRate
    observed_low: ObservedRateLow
    observed_high: ObservedRateHigh


class MonthOut(ResponseBody):
    """What one bundle predicted in one month, and what happened within the horizon."""

    month: Annotated[str, Field(description="Month (UTC) of the predictions", examples=["2026-05"])]
    bundle_id: Annotated[
        str, Field(description="The bundle that made them", examples=["4f1c0de5a2b94a10"])
    ]
    n: CustomerCount
    mean_probability: MeanProbability
    observed_rate: ObservedRate
    observed_low: ObservedRateLow
    observed_high: ObservedRateHigh
    brier: Annotated[
        float, Field(description="Brier score: the mean squared error", examples=[0.204])
    ]
    log_loss: Annotated[
        float, Field(description="Log loss, in nats per customer", examples=[0.593])
    ]
    auc: Annotated[
        float | None,
        Field(
            description="Area under the ROC curve; null: fewer than 10 customers churned or stayed",
            examples=[0.741],
        ),
    ]
    ece: Annotated[
        float,
        Field(description="Calibration error over ten bins of equal size", examples=[0.021]),
    ]
    ece_by_chance: Annotated[
        float,
        Field(
            description="The error that true probabilities exceed in one month of a hundred",
            examples=[0.031],
        ),
    ]
    verdict: CheckVerdict
    bins: Annotated[
        list[CalibrationBinOut],
        Field(description="Ten bins of equal size, the lowest risk first", examples=[[]]),
    ]


class CalibrationOut(ResponseBody):
    """Predictions whose horizon has closed, compared with outcomes, by month and bundle."""

    bundle_id: CheckedBundleId
    as_of: CheckAsOf
    checked_at: CheckedAt
    verdict: CheckVerdict
    text: VerdictReason
    months: Annotated[
        list[MonthOut],
        Field(description="Months whose horizon has closed, newest first", examples=[[]]),
    ]
    left_out: Annotated[
        list[str], Field(description="Which scores do not count, and why", examples=[[]])
    ]


class ColumnDriftOut(ResponseBody):
    """How far one feature, or the risk, has drifted since the training."""

    name: Annotated[
        str, Field(description="The feature, or `probability`", examples=["days_since_order"])
    ]
    psi: Annotated[
        float,
        Field(
            description="Population stability index; from 0.1 it has moved, from 0.25 it has "
            "drifted",
            examples=[0.07],
        ),
    ]
    by_chance: Annotated[
        float,
        Field(
            description="The index that samples of this size can reach without any drift",
            examples=[0.02],
        ),
    ]
    importance: Annotated[
        float | None,
        Field(
            description="Share of today's reasons that the feature carries; null for the risk "
            "itself",
            examples=[0.12],
        ),
    ]
    missing_before: Annotated[
        float, Field(description="Share of missing values in the training", examples=[0.02])
    ]
    missing_now: Annotated[
        float, Field(description="Share of missing values today", examples=[0.03])
    ]
    verdict: CheckVerdict


class DriftOut(ResponseBody):
    """Today's customers compared with those that the bundle was trained on."""

    bundle_id: CheckedBundleId
    as_of: CheckAsOf
    checked_at: CheckedAt
    verdict: CheckVerdict
    text: VerdictReason
    measured_at: Annotated[
        datetime | None,
        Field(
            description="The moment of the sample: `as_of`, or the end of the log if that is "
            "earlier; null: not measured",
            examples=["2026-11-22T02:00:00Z"],
        ),
    ]
    n: Annotated[int, Field(description="Customers in today's sample", examples=[5000])]
    n_reference: Annotated[
        int, Field(description="Customers in the population of the training", examples=[18200])
    ]
    risk: Annotated[
        ColumnDriftOut | None,
        Field(
            description="Drift of the predicted probability; null: not measured", examples=[None]
        ),
    ]
    drifted_importance: Annotated[
        float | None,
        Field(
            description="Share of today's reasons that drifted features carry; null: not measured",
            examples=[0.08],
        ),
    ]
    features: Annotated[
        list[ColumnDriftOut],
        Field(description="Every feature, by importance times drift", examples=[[]]),
    ]
