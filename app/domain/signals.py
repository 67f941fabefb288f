"""Health signals as rules: threshold, indication, response time and one owning team (rows B1-B15).

The rules are data, read from a playbook file; this module knows what a valid one is.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from app.domain.conditions import Condition
from app.domain.names import check_hours, check_name, check_text
from app.domain.sentences import Sentence


class Severity(StrEnum):
    """How bad a finding is, worst first."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class SignalKind(StrEnum):
    """Whether a signal runs ahead of the loss or reports what has already happened (row B15)."""

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
class Level:
    """One threshold of a signal: how severe it is there, and how fast to respond."""

    severity: Severity
    respond_within_hours: int
    when: Condition

    def __post_init__(self) -> None:
        check_hours("respond_within_hours", self.respond_within_hours)


@dataclass(frozen=True, slots=True)
class SignalRule:
    """When to raise a signal, what to say, whose it is, and which intervention answers it.

    `levels` go from the most severe to the least; the first that holds is the one raised.
    """

    name: str
    row: str  # of the requirements: B1 … B11
    kind: SignalKind
    indication: str
    owner: str
    text: Sentence
    intervention: str
    levels: tuple[Level, ...]

    def __post_init__(self) -> None:
        check_name("signal", self.name)
        check_name("owner", self.owner)
        check_name("intervention", self.intervention)
        check_text("indication", self.indication)
        ranks = [list(Severity).index(level.severity) for level in self.levels]
        if not ranks or ranks != sorted(set(ranks)):
            raise ValueError(
                "levels go from the most severe to the least, each severity once, got "
                f"{[level.severity.value for level in self.levels]}"
            )
