"""The playbook: which findings call for which interventions (rows C1-C9), as data.

A playbook file holds segments, signals, interventions, occasions (a call for an intervention that
is no sign of ill health, such as a first purchase) and one default per tier.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from app.domain.conditions import Condition
from app.domain.interventions import InterventionRule
from app.domain.names import check_hours, check_name
from app.domain.segments import SegmentRule
from app.domain.signals import Level, SignalRule
from app.domain.tiers import RiskTier


@dataclass(frozen=True, slots=True)
class Occasion:
    """A reason to act that is no sign of ill health, such as a first purchase (rows C8, C9)."""

    name: str
    row: str
    intervention: str
    respond_within_hours: int
    when: Condition

    def __post_init__(self) -> None:
        check_name("occasion", self.name)
        check_hours("respond_within_hours", self.respond_within_hours)


@dataclass(frozen=True, slots=True)
class TierDefault:
    """What every customer of a tier is due, after all that signals call for."""

    intervention: str
    respond_within_hours: int

    def __post_init__(self) -> None:
        check_hours("respond_within_hours", self.respond_within_hours)


@dataclass(frozen=True, slots=True)
class RaisedLevel:
    """One level of one signal: what there is to evaluate."""

    rule: SignalRule
    level: Level

    @property
    def when(self) -> Condition:
        """The condition of the level."""
        return self.level.when


Trigger: TypeAlias = SegmentRule | RaisedLevel | Occasion


@dataclass(frozen=True, slots=True)
class PlaybookIdentity:
    """Which playbook was applied: its version as its authors call it, and the hash of its file."""

    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Playbook:
    """All rules of one playbook file; cannot be built with a reference that leads nowhere.

    `triggers` is everything that has a condition, in a fixed order: segments, the levels of the
    signals, occasions. Evaluate ``trigger.when(columns)`` for each, then `app.domain.scores.findings`
    says what the triggers that hold amount to.
    """

    version: str
    sha256: str  # of the file's bytes
    teams: tuple[str, ...]
    segments: tuple[SegmentRule, ...]
    signals: tuple[SignalRule, ...]
    interventions: Mapping[str, InterventionRule]
    occasions: tuple[Occasion, ...]
    tiers: Mapping[RiskTier, TierDefault]
    triggers: tuple[Trigger, ...] = field(init=False, repr=False, compare=False)

    @property
    def identity(self) -> PlaybookIdentity:
        """Which playbook this is."""
        return PlaybookIdentity(self.version, self.sha256)

    def __hash__(self) -> int:
        """Return the same for equal playbooks, in no time: what follows from one is remembered."""
        return hash(self.sha256)

    def __post_init__(self) -> None:
        _check_unique("segment", [rule.name for rule in self.segments])
        if not self.signals:
            raise ValueError("signals: a playbook without any watches over nobody")
        names = [rule.name for rule in self.signals] + [rule.name for rule in self.occasions]
        _check_unique("signal or occasion", names)
        self._check_owners()
        self._check_references()
        self._check_priorities()
        levels = [RaisedLevel(rule, level) for rule in self.signals for level in rule.levels]
        object.__setattr__(self, "triggers", (*self.segments, *levels, *self.occasions))

    def _check_owners(self) -> None:
        owners = [(rule.name, rule.owner) for rule in self.signals]
        owners += [(rule.name, rule.owner) for rule in self.interventions.values()]
        for name, owner in owners:
            if owner not in self.teams:
                raise ValueError(
                    f"{name}: the owner {owner!r} is none of the teams {', '.join(self.teams)}"
                )

    def _check_references(self) -> None:
        missing = [tier.value for tier in RiskTier if tier not in self.tiers]
        if missing:
            raise ValueError(f"tiers: no default for {', '.join(missing)}")
        callers = [(rule.name, rule.intervention) for rule in self.signals]
        callers += [(rule.name, rule.intervention) for rule in self.occasions]
        callers += [(f"tiers.{tier.value}", d.intervention) for tier, d in self.tiers.items()]
        for caller, called in callers:
            if called not in self.interventions:
                raise ValueError(f"{caller}: there is no intervention named {called!r}")

    def _check_priorities(self) -> None:
        called = {rule.intervention for rule in self.signals}
        last = max((self.interventions[name].priority for name in called), default=0)
        for tier, default in self.tiers.items():
            if (priority := self.interventions[default.intervention].priority) <= last:
                raise ValueError(
                    f"tiers.{tier.value}: signals go first, so the priority of "
                    f"{default.intervention!r} must be above {last}, got {priority}"
                )


def _check_unique(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"two entries share the {what} name {name!r}")
        seen.add(name)
