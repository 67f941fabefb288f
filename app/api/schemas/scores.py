"""The answer about one customer, and lists of answers."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from app.api.fields import MAX_ITEMS, Answer, MomentOrDate, Request
from app.api.problems import FieldError
from app.api.schemas.paging import NextCursor
from app.domain.activity import MAX_TEXT_CHARACTERS

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


class ScaleOut(Answer):
    """How to read a score."""

    min: Annotated[int, Field(description="The least score", examples=[0])]
    max: Annotated[int, Field(description="The largest score", examples=[100])]
    higher_means: Annotated[
        str, Field(description="What a higher score means", examples=["more_at_risk"])
    ]


class TierPolicyOut(Answer):
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


class ValueOut(Answer):
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


class IntervalOut(Answer):
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


class PreviousOut(Answer):
    """The last stored assessment before this one."""

    score: Annotated[int, Field(description="Its score", examples=[55])]
    tier: Annotated[TierName, Field(description="Its tier", examples=["medium"])]
    at: Annotated[
        datetime, Field(description="The moment it stands for", examples=["2026-11-15T02:00:00Z"])
    ]


class ReasonOut(Answer):
    """How much one feature moved this customer's risk."""

    feature: Annotated[
        str, Field(description="Name in the feature catalogue", examples=["orders_30d"])
    ]
    direction: Annotated[
        Literal["raises", "lowers"],
        Field(description="Whether it raises or lowers the risk", examples=["raises"]),
    ]
    value: Annotated[
        float | None,
        Field(
            description="The customer's value in the feature's unit; null: undefined", examples=[1]
        ),
    ]
    usual: Annotated[
        float | None,
        Field(description="Median of the reference population; null: undefined", examples=[4]),
    ]
    contribution: Annotated[
        float,
        Field(description="Exact TreeSHAP value in log-odds, signed", examples=[0.62]),
    ]
    text: Annotated[
        str,
        Field(
            description="The sentence for people",
            examples=["1 order in the last 30 days (median customer: 4 orders)"],
        ),
    ]


class SignalOut(Answer):
    """A finding for people: what is wrong, whose it is and how fast to respond."""

    signal: Annotated[
        str, Field(description="Name in the playbook", examples=["order_gap_widening"])
    ]
    severity: Annotated[
        Literal["high", "medium", "low"], Field(description="How serious it is", examples=["high"])
    ]
    kind: Annotated[
        Literal["leading", "lagging"],
        Field(description="Whether it foretells or confirms", examples=["leading"]),
    ]
    owner: Annotated[str, Field(description="The one team that owns it", examples=["sales"])]
    respond_within_hours: Annotated[
        int, Field(description="Hours within which to respond", examples=[48])
    ]
    since: Annotated[
        datetime,
        Field(description="When it was first seen standing", examples=["2026-11-20T02:00:00Z"]),
    ]
    text: Annotated[
        str,
        Field(
            description="The sentence for people",
            examples=["42 days since the last order, usually every 20"],
        ),
    ]


class StepOut(Answer):
    """One touch of an intervention."""

    channel: Annotated[str, Field(description="Where to reach out", examples=["email"])]
    after_hours: Annotated[
        int, Field(description="Not before this many hours after `since`", examples=[0])
    ]
    until_hours: Annotated[
        int, Field(description="Not later than this many hours after `since`", examples=[6])
    ]
    action: Annotated[str, Field(description="What to do", examples=["Send the targeted offer"])]


class InterventionOut(Answer):
    """What to do: one owner, one due time, one next step."""

    playbook: Annotated[str, Field(description="Name in the playbook", examples=["win_back"])]
    reason: Annotated[
        str,
        Field(
            description="The signal, tier or occasion that called for it",
            examples=["order_gap_widening"],
        ),
    ]
    priority: Annotated[int, Field(description="1 is most urgent", examples=[1])]
    owner: Annotated[str, Field(description="The one team that owns it", examples=["sales"])]
    since: Annotated[
        datetime, Field(description="When its reason came up", examples=["2026-11-20T02:00:00Z"])
    ]
    due_at: Annotated[
        datetime, Field(description="When it should be done", examples=["2026-11-22T02:00:00Z"])
    ]
    next_step: Annotated[
        str, Field(description="The one next step", examples=["Send a targeted offer by e-mail"])
    ]
    steps: Annotated[
        list[StepOut],
        Field(
            description="All touches in order",
            examples=[
                [
                    {
                        "channel": "email",
                        "after_hours": 0,
                        "until_hours": 6,
                        "action": "Send the targeted offer",
                    }
                ]
            ],
        ),
    ]


class DataOut(Answer):
    """What the answer rests on."""

    last_activity_at: Annotated[
        datetime | None,
        Field(
            description="When the customer last did something; null: never",
            examples=["2026-11-21T17:30:00Z"],
        ),
    ]
    sufficient_history: Annotated[
        bool,
        Field(
            description="False: outside the population of the bundle, so there is no risk to state",
            examples=[True],
        ),
    ]
    stale: Annotated[
        bool,
        Field(
            description="Whether the log has been silent for a week, or the bundle is half a year "
            "old",
            examples=[False],
        ),
    ]
    out_of_distribution: Annotated[
        bool | None,
        Field(
            description="Whether a feature is unlike anything in the population that was learned "
            "from; null: the bundle cannot tell, or there is no risk",
            examples=[False],
        ),
    ]
    unusual: Annotated[
        list[str],
        Field(description="The features that are", examples=[["orders_30d"]]),
    ]


class BundleRefOut(Answer):
    """The bundle that answered."""

    id: Annotated[str, Field(description="Id of the bundle", examples=["4f1c0de5a2b94a10"])]
    trained_until: Annotated[
        datetime,
        Field(description="It saw nothing from here on", examples=["2026-11-01T00:00:00Z"]),
    ]
    feature_hash: Annotated[
        str,
        Field(
            description="Fingerprint of the features and their meaning",
            examples=["b1946ac92492d2347c6235b4d2611184"],
        ),
    ]


class PlaybookRefOut(Answer):
    """The playbook that was applied."""

    version: Annotated[str, Field(description="Its version", examples=["1"])]
    sha256: Annotated[
        str,
        Field(description="Hash of its file", examples=["9f86d081884c7d659a2feaa0c55ad015"]),
    ]


class WarningOut(Answer):
    """A reason to trust the answers of a bundle less."""

    code: Annotated[
        str,
        Field(
            description="For programs: drifted, miscalibrated, fallback", examples=["miscalibrated"]
        ),
    ]
    text: Annotated[
        str,
        Field(
            description="For people: what was found, and what to do",
            examples=["of 4,210 predictions of 2026-05, 42.0% churn was said and 51.3% happened"],
        ),
    ]


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
                    "kind": "shares",
                    "version": "shares-22-48-30",
                    "high_from": 0.35,
                    "medium_from": 0.12,
                    "value_basis": None,
                    "offer_cost": None,
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


class SignalsOut(Answer):
    """The signals of one customer."""

    customer_id: CustomerIdOut
    as_of: AsOfOut
    signals: Annotated[list[SignalOut], Field(description="Findings for people", examples=[[]])]


class InterventionsOut(Answer):
    """The recommended interventions for one customer."""

    customer_id: CustomerIdOut
    as_of: AsOfOut
    interventions: Annotated[
        list[InterventionOut], Field(description="What to do, most urgent first", examples=[[]])
    ]


class ScoresIn(Request):
    """Which customers to score, and as of when."""

    customer_ids: Annotated[
        list[object],
        Field(
            min_length=1,
            max_length=MAX_ITEMS,
            description="At most 1,000 ids; one that is unknown or malformed fails alone",
            examples=[["c-1042", "c-7"]],
            json_schema_extra={
                "items": {"type": "string", "minLength": 1, "maxLength": MAX_TEXT_CHARACTERS}
            },
        ),
    ]
    as_of: Annotated[
        MomentOrDate | None,
        Field(
            description="A moment in the past; null or absent: now",
            examples=["2026-11-22T09:00:00Z"],
        ),
    ] = None


class ScoreResultOut(Answer):
    """One customer of a bulk call: an answer, or why there is none."""

    index: Annotated[int, Field(description="Position in the request, from 0", examples=[0])]
    customer_id: Annotated[
        str | None,
        Field(description="The customer; null where no id could be read", examples=["c-1042"]),
    ]
    status: Annotated[
        Literal["scored", "unknown", "rejected"],
        Field(description="What became of it", examples=["scored"]),
    ]
    score: Annotated[
        ScoreOut | None, Field(description="The answer; null unless scored", examples=[None])
    ]
    errors: Annotated[list[FieldError], Field(description="Why there is no answer", examples=[[]])]


class ScoresOut(Answer):
    """The results of a bulk call, in the order of the request."""

    scored: Annotated[int, Field(description="How many have an answer", examples=[1])]
    failed: Annotated[int, Field(description="How many have none", examples=[1])]
    results: Annotated[list[ScoreResultOut], Field(description="One per id", examples=[[]])]


class StoredScoreOut(Answer):
    """One stored assessment."""

    customer_id: CustomerIdOut
    as_of: AsOfOut
    score: Score
    tier: Tier
    probability: Probability
    percentile: Percentile
    bundle_id: Annotated[
        str, Field(description="The bundle that answered", examples=["4f1c0de5a2b94a10"])
    ]


class ScorePageOut(Answer):
    """A page of stored assessments."""

    items: Annotated[
        list[StoredScoreOut], Field(description="The assessments of this page", examples=[[]])
    ]
    next_cursor: NextCursor
