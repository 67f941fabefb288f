"""Interventions: the playbook's rules for what to do, and what is due for one customer."""

from dataclasses import dataclass
from typing import NamedTuple

from app.domain.activity import Channel
from app.domain.conditions import Condition
from app.domain.validation import validate_hours, validate_name, validate_text

MAX_PRIORITY = 99
# How a touch reaches a customer; "internal" is a task for the owner that no customer sees.
TOUCH_CHANNELS = (
    "internal",
    *[c.value for c in Channel if c not in {Channel.NONE, Channel.OTHER}],
)


class InterventionStep(NamedTuple):
    """One touch of an intervention; the owner of the intervention does it.

    It is due within ``[since + after_hours, since + until_hours]`` of the intervention.
    """

    channel: str
    after_hours: int
    until_hours: int
    action: str


class Intervention(NamedTuple):
    """What to do about one customer, why, and by when; moments are microseconds (UTC)."""

    name: str  # of its rule in the playbook
    reason: str  # the signal, occasion or tier that calls for it
    priority: int  # 1 is most urgent
    owner: str  # the one team that does it
    since: int  # when the reason came up
    due_at: int
    next_step: str
    steps: tuple[InterventionStep, ...]  # those that are for this customer, in order of time


@dataclass(frozen=True, slots=True)
class StepRule:
    """One touch, and the condition that decides for whom it is; None = for every customer."""

    step: InterventionStep
    when: Condition | None = None

    def __post_init__(self) -> None:
        if self.step.channel not in TOUCH_CHANNELS:
            raise ValueError(
                f"a channel is one of {', '.join(TOUCH_CHANNELS)}, got {self.step.channel!r}"
            )
        validate_text("action", self.step.action)
        validate_hours("after_hours", self.step.after_hours, least=0)
        validate_hours("until_hours", self.step.until_hours, least=self.step.after_hours)


@dataclass(frozen=True, slots=True)
class InterventionRule:
    """What to do: one owner, one next step, and the touches in order of time."""

    name: str
    owner: str
    priority: int  # 1 is most urgent
    next_step: str
    steps: tuple[StepRule, ...]
    requirement: str | None = None  # that the rule fulfils: C1 to C9, or that of its signal

    def __post_init__(self) -> None:
        validate_name("intervention", self.name)
        validate_name("owner", self.owner)
        validate_text("next_step", self.next_step)
        if not 1 <= self.priority <= MAX_PRIORITY:
            raise ValueError(f"priority must lie in 1 to {MAX_PRIORITY}, got {self.priority}")
        starts = [rule.step.after_hours for rule in self.steps]
        if starts != sorted(starts):
            raise ValueError(f"steps go in order of after_hours, got {starts}")
        if all(rule.when is not None for rule in self.steps):
            raise ValueError("steps need at least one touch that is for everybody (without when)")
