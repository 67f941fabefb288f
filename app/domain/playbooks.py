"""Playbooks: which findings call for which interventions (requirements C1 to C9), as data.

A playbook file states segments, signals, interventions, occasions (reasons to act that are no sign
of ill health, such as a first purchase) and one default intervention per tier.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from app.domain.conditions import Condition
from app.domain.interventions import InterventionRule
from app.domain.signals import SignalLevel, SignalRule
from app.domain.tiers import RiskTier
from app.domain.validation import validate_hours, validate_name, validate_text


@dataclass(frozen=True, slots=True)
class SegmentRule:
    """Which customers belong to a segment of behaviour; a customer may be in several, or in none.

    Segments complement the tiers (requirements A4 to A6).
    """

    name: str
    text: str
    when: Condition
    requirement: str | None = None  # that the rule fulfils: A4, A5 or A6

    def __post_init__(self) -> None:
        validate_name("segment", self.name)
        validate_text("text", self.text)


@dataclass(frozen=True, slots=True)
class Occasion:
    """A reason to act that is no sign of ill health: a first purchase, or the first day."""

    name: str
    intervention: str
    respond_within_hours: int
    when: Condition
    requirement: str | None = None  # that the rule fulfils: C8 or C9

    def __post_init__(self) -> None:
        validate_name("occasion", self.name)
        validate_hours("respond_within_hours", self.respond_within_hours)


@dataclass(frozen=True, slots=True)
class TierDefault:
    """The intervention for every customer of a tier; it comes after all that signals call for."""

    intervention: str
    respond_within_hours: int

    def __post_init__(self) -> None:
        validate_hours("respond_within_hours", self.respond_within_hours)


@dataclass(frozen=True, slots=True)
class LevelTrigger:
    """One level of one signal, as something that holds for a customer or does not."""

    rule: SignalRule
    level: SignalLevel

    @property
    def when(self) -> Condition:
        """The condition of the level."""
        return self.level.when


Trigger: TypeAlias = SegmentRule | LevelTrigger | Occasion


@dataclass(frozen=True, slots=True)
class PlaybookIdentity:
    """Which playbook was applied: the version that its authors gave it, and the file's hash."""

    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Playbook:
    """All rules of one playbook file; one with a reference that leads nowhere cannot be built.

    `triggers` is everything that has a condition, in a fixed order: segments, the levels of the
    signals, occasions. `app.domain.scores.findings` says what the triggers that hold for a customer
    amount to.
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

    def __hash__(self) -> int:
        """Return a hash that costs next to nothing: caches have playbooks in their keys."""
        return hash(self.sha256)

    def __post_init__(self) -> None:
        _validate_unique("segment", [rule.name for rule in self.segments])
        if not self.signals:
            raise ValueError("signals: a playbook without any watches over nobody")
        names = [rule.name for rule in self.signals] + [rule.name for rule in self.occasions]
        _validate_unique("signal or occasion", names)
        self._validate_owners()
        self._validate_references()
        self._validate_priorities()
        levels = [LevelTrigger(rule, level) for rule in self.signals for level in rule.levels]
        object.__setattr__(self, "triggers", (*self.segments, *levels, *self.occasions))

    @property
    def identity(self) -> PlaybookIdentity:
        """Which playbook this is."""
        return PlaybookIdentity(self.version, self.sha256)

    def _validate_owners(self) -> None:
        owners = [(rule.name, rule.owner) for rule in self.signals]
        owners += [(rule.name, rule.owner) for rule in self.interventions.values()]
        for name, owner in owners:
            if owner not in self.teams:
                raise ValueError(
                    f"{name}: the owner {owner!r} is none of the teams {', '.join(self.teams)}"
                )

    def _validate_references(self) -> None:
        missing = [tier.value for tier in RiskTier if tier not in self.tiers]
        if missing:
            raise ValueError(f"tiers: no default for {', '.join(missing)}")
        callers = [(rule.name, rule.intervention) for rule in self.signals]
        callers += [(rule.name, rule.intervention) for rule in self.occasions]
        callers += [(f"tiers.{tier.value}", d.intervention) for tier, d in self.tiers.items()]
        for caller, called in callers:
            if called not in self.interventions:
                raise ValueError(f"{caller}: there is no intervention named {called!r}")

    def _validate_priorities(self) -> None:
        called = {rule.intervention for rule in self.signals}
        last = max((self.interventions[name].priority for name in called), default=0)
        for tier, default in self.tiers.items():
            if (priority := self.interventions[default.intervention].priority) <= last:
                raise ValueError(
                    f"tiers.{tier.value}: signals go first, so the priority of "
                    f"{default.intervention!r} must be above {last}, got {priority}"
                )


def _validate_unique(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"two entries share the {what} name {name!r}")
        seen.add(name)
