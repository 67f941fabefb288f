"""Our answer about one customer as of a moment."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.tiers import RiskTier, TierPolicy


@dataclass(frozen=True, slots=True)
class Reason:
    """How much one feature moved the risk of this customer, in log-odds, and the sentence for it.

    `value` and `usual` are in the feature's unit; None = not defined for this customer (missing).
    `usual` is the median of the population that the bundle was trained on.
    """

    feature: str
    direction: str  # "raises" or "lowers"
    value: float | None
    usual: float | None
    contribution: float
    text: str


@dataclass(frozen=True, slots=True)
class Signal:
    """A finding for people: what is wrong, whose it is and how fast to respond."""

    signal: str
    severity: str  # "high", "medium" or "low"
    kind: str  # "leading" or "lagging"
    owner: str
    respond_within_hours: int
    since: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Intervention:
    """What to do about a signal or a tier: one owner, one due time, one next step."""

    playbook: str
    reason: str  # the signal, or the tier ("tier_high"), that called for it
    priority: int  # 1 is most urgent
    owner: str
    since: datetime  # when the reason came up; steps count from here
    due_at: datetime
    next_step: str
    steps: tuple["InterventionStep", ...]


@dataclass(frozen=True, slots=True)
class InterventionStep:
    """One touch of an intervention, in the hours after its start; the intervention's owner does it.

    It is due within ``[since + after_hours, since + until_hours]``.
    """

    channel: str
    after_hours: int
    until_hours: int
    action: str


@dataclass(frozen=True, slots=True)
class Risk:
    """The number: calibrated probability (0 to 1), score and percentile (0 to 100), tier."""

    probability: float
    score: int
    percentile: int
    tier: RiskTier
    margin: float  # log-odds; base_margin + all contributions
    base_margin: float


@dataclass(frozen=True, slots=True)
class Assessment:
    """Our answer about one customer as of a moment.

    `risk` is None and `reasons` empty where the history is not sufficient: the customer is outside
    the population that the bundle was trained on, and any number would be a guess.
    """

    customer_id: str
    as_of: datetime
    risk: Risk | None
    reasons: tuple[Reason, ...]
    signals: tuple[Signal, ...]
    interventions: tuple[Intervention, ...]
    last_activity_at: datetime | None
    stale: bool
    bundle_id: str
    tier_policy: TierPolicy
    segments: tuple[str, ...] = ()  # rows A4 to A6; a customer may be in several, or in none

    @property
    def sufficient_history(self) -> bool:
        """Whether the history supports a risk at all."""
        return self.risk is not None

    @property
    def other_contributions(self) -> float | None:
        """What the features without a reason add up to, so that the sum is exact (log-odds).

        ``base_margin + contributions of the reasons + other_contributions == margin``, up to
        floating point. None where there is no risk.
        """
        if self.risk is None:
            return None
        told = sum(reason.contribution for reason in self.reasons)
        return self.risk.margin - self.risk.base_margin - told
