"""Our answer about one customer as of a moment.

Answers are given by the thousand: what they consist of is made as the plain data that it becomes in
JSON (see `app.domain.answers` for its shape), without an object for every reason and signal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from app.domain.tiers import RiskTier

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class InterventionStep:
    """One touch of an intervention, in the hours after its start; the intervention's owner does it.

    It is due within ``[since + after_hours, since + until_hours]``.
    """

    channel: str
    after_hours: int
    until_hours: int
    action: str


class Risk(NamedTuple):
    """The number: calibrated probability (0 to 1), score and percentile (0 to 100), tier."""

    probability: float
    score: int
    percentile: int
    tier: RiskTier
    margin: float  # log-odds; base_margin + contributions of the reasons + other_contributions
    base_margin: float
    other_contributions: float  # what the features without a reason add up to


class Findings(NamedTuple):
    """What people are told about one customer beside the number: see `app.domain.findings`."""

    segments: Sequence[str]  # rows A4 to A6; a customer may be in several, or in none
    signals: list[Json]
    interventions: list[Json]


class Assessment(NamedTuple):
    """What is particular to one customer in an answer.

    `risk` is None and `reasons` empty where the history is not sufficient: the customer is outside
    the population that the bundle was trained on, and any number would be a guess. Each reason says
    how much one feature moved the risk, in log-odds, and the sentence for it.
    """

    customer_id: str
    risk: Risk | None
    reasons: list[Json]
    findings: Findings
    tier_policy: Json  # the edges that hold for this customer: kind, version, high_from, ...
    value: Json | None  # what the customer is expected to bring; None where nothing is known
    interval: Json | None  # low, high, level; None where there is no risk, or nothing is known
    unusual: list[str] | None  # features unlike the population's; None where nobody can tell
    last_activity_at: int | None  # microseconds (UTC)
