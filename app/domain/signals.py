"""Health signals: the playbook's rules for them, and what is found about one customer.

Each rule has a threshold, an indication, a response time and exactly one team that owns it
(requirements B1 to B15). Rules are data that a playbook file states.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from app.domain.conditions import Condition
from app.domain.text_templates import TextTemplate
from app.domain.validation import validate_hours, validate_name, validate_text


class Severity(StrEnum):
    """How bad a finding is, worst first."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class SignalKind(StrEnum):
    """Whether a signal precedes a loss or reports one that has happened (requirement B15)."""

    LEADING = "leading"
    LAGGING = "lagging"


class Signal(NamedTuple):
    """What was found about one customer, at the most severe level that holds."""

    name: str  # of its rule in the playbook
    severity: Severity
    kind: SignalKind
    owner: str  # the one team that responds
    respond_within_hours: int
    since: int  # when it came up: microseconds (UTC)
    text: str


@dataclass(frozen=True, slots=True)
class SignalLevel:
    """One threshold of a signal: how severe the signal is there, and how fast to respond."""

    severity: Severity
    respond_within_hours: int
    when: Condition

    def __post_init__(self) -> None:
        validate_hours("respond_within_hours", self.respond_within_hours)


@dataclass(frozen=True, slots=True)
class SignalRule:
    """When to raise a signal, what to say, who owns it, and which intervention responds to it.

    `levels` go from the most severe to the least; the first one that holds is raised.
    """

    name: str
    kind: SignalKind
    indication: str
    owner: str
    text: TextTemplate
    intervention: str
    levels: tuple[SignalLevel, ...]
    requirement: str | None = None  # that the rule fulfils: B1 to B11, A6

    def __post_init__(self) -> None:
        validate_name("signal", self.name)
        validate_name("owner", self.owner)
        validate_name("intervention", self.intervention)
        validate_text("indication", self.indication)
        ranks = [list(Severity).index(level.severity) for level in self.levels]
        if not ranks or ranks != sorted(set(ranks)):
            raise ValueError(
                "levels go from the most severe to the least, each severity once, got "
                f"{[level.severity.value for level in self.levels]}"
            )
