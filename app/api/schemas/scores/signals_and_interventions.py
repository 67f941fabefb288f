"""What people are told about one customer: reasons, signals, interventions."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from app.api.contract.bodies import ResponseBody
from app.api.schemas.scores.fields import AsOfOut, CustomerIdOut


class ReasonOut(ResponseBody):
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


class SignalOut(ResponseBody):
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


class StepOut(ResponseBody):
    """One touch of an intervention."""

    channel: Annotated[str, Field(description="Where to reach out", examples=["email"])]
    after_hours: Annotated[
        int, Field(description="Not before this many hours after `since`", examples=[0])
    ]
    until_hours: Annotated[
        int, Field(description="Not later than this many hours after `since`", examples=[6])
    ]
    action: Annotated[str, Field(description="What to do", examples=["Send the targeted offer"])]


class InterventionOut(ResponseBody):
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


class SignalsOut(ResponseBody):
    """The signals of one customer."""

    customer_id: CustomerIdOut
    as_of: AsOfOut
    signals: Annotated[list[SignalOut], Field(description="Findings for people", examples=[[]])]


class InterventionsOut(ResponseBody):
    """The recommended interventions for one customer."""

    customer_id: CustomerIdOut
    as_of: AsOfOut
    interventions: Annotated[
        list[InterventionOut], Field(description="What to do, most urgent first", examples=[[]])
    ]
