"""Health signals as rules: threshold, indication, response time and one owning team (rows B1-B15).

The rules are data, read from a playbook file; this module knows what a valid one is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.domain.assessment import Signal
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


def signal_of(
    rule: SignalRule,
    level: Level,
    columns: Sequence[Any],
    *,
    as_of: datetime,
    since: Mapping[str, datetime],
) -> Signal:
    """Return the signal that one customer's feature values raise at a level of a rule.

    Parameters
    ----------
    rule, level : SignalRule, Level
        A level that holds for `columns`.
    columns : sequence of float
        See `app.domain.conditions`; for the text.
    as_of : datetime
        When it is raised, unless it was raised before.
    since : mapping
        The signals that were standing at the previous assessment, and since when.
    """
    return Signal(
        signal=rule.name,
        severity=level.severity.value,
        kind=rule.kind.value,
        owner=rule.owner,
        respond_within_hours=level.respond_within_hours,
        since=since.get(rule.name, as_of),
        text=rule.text.of(columns),
    )
