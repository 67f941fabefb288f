"""Findings: which segments, signals and interventions of a playbook concern one customer."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import compress
from typing import Any, Final, NamedTuple

from app.domain.conditions import Condition
from app.domain.interventions import Intervention, InterventionRule, InterventionStep
from app.domain.moments import MICROSECONDS_PER_HOUR
from app.domain.playbooks import LevelTrigger, Occasion, Playbook, SegmentRule, Trigger
from app.domain.scores.previous import PreviousAnswer
from app.domain.signals import Severity, Signal, SignalKind
from app.domain.text_templates import TextTemplate
from app.domain.tiers import RiskTier

# A few hundred sets of triggers cover nearly all customers of a company; each takes about 1 kB.
_PLANS_KEPT: Final = 4096


class Findings(NamedTuple):
    """What a playbook says about one customer, beside the risk.

    `segments` are those of requirements A4 to A6; a customer may be in several, or in none.
    `signals` are in the order of the playbook, at most one per rule. `interventions` go from the
    most urgent to the least, none twice.
    """

    segments: tuple[str, ...]
    signals: tuple[Signal, ...]
    interventions: tuple[Intervention, ...]


class _SignalPlan(NamedTuple):
    """A signal except for what differs between customers: since when, and its text."""

    name: str
    severity: Severity
    kind: SignalKind
    owner: str
    respond_within_hours: int
    text: TextTemplate


class _InterventionPlan(NamedTuple):
    """An intervention except for what differs between customers: its moments and its steps."""

    rule: InterventionRule
    steps: tuple[InterventionStep, ...]
    conditions: tuple[Condition | None, ...] | None  # of the steps; None = all are for everybody


class _Call(NamedTuple):
    """A reason that calls for an intervention, and how fast it must be done."""

    reason: str
    plan: _InterventionPlan
    respond_within_hours: int
    is_signal: bool


class _Plan(NamedTuple):
    """What a set of triggers and a tier amount to, whoever the customer is."""

    segments: tuple[str, ...]
    signals: list[_SignalPlan]
    calls: list[_Call]


def findings_of(
    playbook: Playbook,
    verdicts: bytes,
    columns: Sequence[Any],
    *,
    tier: RiskTier | None,
    as_of: int,
    previous: PreviousAnswer | None = None,
) -> Findings:
    """Return the segments, signals and interventions of one customer.

    Each signal is raised at the most severe level that holds. Where several reasons call for the
    same intervention, the one that is due first counts.

    Parameters
    ----------
    playbook : Playbook
        Where the triggers come from.
    verdicts : bytes
        For each of the playbook's triggers 1 if its condition holds, 0 if not.
    columns : sequence of float
        The customer's feature values, then the usual ones, see `app.domain.conditions`.
    tier : RiskTier or None
        None where no risk is known; then no tier calls for anything.
    as_of : int
        The moment asked about, in microseconds (UTC).
    previous : PreviousAnswer, optional
        A finding that is also in it keeps its `since`, and with it its due time. A previous answer
        that is not from before `as_of` is ignored.
    """
    plan = _plan(playbook, verdicts, tier)
    before = previous if previous and previous.as_of < as_of else _NOTHING_BEFORE
    since = before.signals
    signals = [
        Signal(name, severity, kind, owner, hours, since.get(name, as_of), text.fill(columns))
        for name, severity, kind, owner, hours, text in plan.signals
    ]
    interventions = _interventions(plan.calls, columns, before, as_of)
    return Findings(plan.segments, tuple(signals), interventions)


_NOTHING_BEFORE: Final = PreviousAnswer(0, None, None, signals={}, interventions={})


def _interventions(
    calls: Sequence[_Call], columns: Sequence[Any], before: PreviousAnswer, as_of: int
) -> tuple[Intervention, ...]:
    earliest: dict[str, tuple[int, int, str, int, _Call]] = {}
    for call in calls:
        known = before.signals if call.is_signal else before.interventions
        since = known.get(call.reason, as_of)
        due_at = since + call.respond_within_hours * MICROSECONDS_PER_HOUR
        rule = call.plan.rule
        if rule.name not in earliest or due_at < earliest[rule.name][1]:
            earliest[rule.name] = (rule.priority, due_at, rule.name, since, call)
    return tuple([
        Intervention(
            name,
            call.reason,
            priority,
            call.plan.rule.owner,
            since,
            due_at,
            call.plan.rule.next_step,
            _steps(call.plan, columns),
        )
        for priority, due_at, name, since, call in sorted(earliest.values())
    ])


def _steps(plan: _InterventionPlan, columns: Sequence[Any]) -> tuple[InterventionStep, ...]:
    if plan.conditions is None:
        return plan.steps
    steps = zip(plan.steps, plan.conditions, strict=True)
    return tuple([step for step, when in steps if when is None or when(columns)])


@lru_cache(maxsize=_PLANS_KEPT)
def _plan(playbook: Playbook, verdicts: bytes, tier: RiskTier | None) -> _Plan:
    triggers = list(compress(playbook.triggers, verdicts))
    raised = _raised_levels(triggers)
    calls = [
        _Call(
            each.rule.name,
            _intervention_plan(playbook, each.rule.intervention),
            each.level.respond_within_hours,
            is_signal=True,
        )
        for each in raised
    ]
    calls.extend(_calls_without_signal(playbook, triggers, tier))
    return _Plan(
        segments=tuple([t.name for t in triggers if isinstance(t, SegmentRule)]),
        signals=[_signal_plan(each) for each in raised],
        calls=calls,
    )


def _raised_levels(triggers: Sequence[Trigger]) -> list[LevelTrigger]:
    """Return the most severe level of each rule among the triggers that hold."""
    raised: dict[str, LevelTrigger] = {}
    for trigger in triggers:
        if isinstance(trigger, LevelTrigger):
            raised.setdefault(trigger.rule.name, trigger)
    return list(raised.values())


def _signal_plan(raised: LevelTrigger) -> _SignalPlan:
    rule, level = raised.rule, raised.level
    hours = level.respond_within_hours
    return _SignalPlan(rule.name, level.severity, rule.kind, rule.owner, hours, rule.text)


def _calls_without_signal(
    playbook: Playbook, triggers: Sequence[Trigger], tier: RiskTier | None
) -> Iterator[_Call]:
    for trigger in triggers:
        if isinstance(trigger, Occasion):
            plan = _intervention_plan(playbook, trigger.intervention)
            yield _Call(trigger.name, plan, trigger.respond_within_hours, is_signal=False)
    if tier is not None:
        default = playbook.tiers[tier]
        plan = _intervention_plan(playbook, default.intervention)
        yield _Call(f"tier_{tier.value}", plan, default.respond_within_hours, is_signal=False)


@lru_cache(maxsize=1024)
def _intervention_plan(playbook: Playbook, name: str) -> _InterventionPlan:
    rule = playbook.interventions[name]
    conditions = tuple([each.when for each in rule.steps])
    steps = tuple([each.step for each in rule.steps])
    return _InterventionPlan(rule, steps, conditions if any(conditions) else None)
