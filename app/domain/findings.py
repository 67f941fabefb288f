"""What the triggers that hold for one customer amount to: segments, signals and interventions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.domain.assessment import Intervention, InterventionStep, Signal
from app.domain.playbooks import InterventionRule, Occasion, Playbook, RaisedLevel, Trigger
from app.domain.segments import SegmentRule
from app.domain.signals import signal_of
from app.domain.standing import Standing
from app.domain.tiers import RiskTier


@dataclass(frozen=True, slots=True)
class Findings:
    """What people are told about one customer beside the number."""

    segments: tuple[str, ...]
    signals: tuple[Signal, ...]
    interventions: tuple[Intervention, ...]


@dataclass(frozen=True, slots=True)
class _Call:
    """Who calls for an intervention, since when, and how fast."""

    reason: str
    intervention: str
    since: datetime
    due_at: datetime


def findings_of(
    playbook: Playbook,
    holding: Sequence[Trigger],
    columns: Sequence[Any],
    *,
    tier: RiskTier | None,
    as_of: datetime,
    previous: Standing | None = None,
) -> Findings:
    """Return the segments, signals and interventions of one customer.

    Parameters
    ----------
    playbook : Playbook
        Where the triggers come from.
    holding : sequence of Trigger
        The triggers of `playbook` whose conditions hold, in the playbook's order.
    columns : sequence of float
        The customer's feature values and the usual ones, see `app.domain.conditions`.
    tier : RiskTier or None
        None where no risk is known; then no tier calls for anything.
    as_of : datetime
        The moment asked about.
    previous : Standing, optional
        What was standing before keeps its `since`, and with it its due time. One that is not
        before `as_of` is not looked at.

    Returns
    -------
    Findings
        Signals in the playbook's order, at most one per rule, at the most severe level that holds.
        Interventions by priority, no playbook twice; the earliest due call for each wins.
    """
    before = previous if previous and previous.as_of < as_of else None
    since = before.signals if before else {}
    raised: dict[str, tuple[RaisedLevel, Signal]] = {}
    for trigger in holding:
        if isinstance(trigger, RaisedLevel) and trigger.rule.name not in raised:
            signal = signal_of(trigger.rule, trigger.level, columns, as_of=as_of, since=since)
            raised[trigger.rule.name] = (trigger, signal)
    calls = [
        _call(signal.signal, t.rule.intervention, signal.since, signal.respond_within_hours)
        for t, signal in raised.values()
    ]
    calls.extend(_calls_without_signal(playbook, holding, tier=tier, as_of=as_of, before=before))
    return Findings(
        segments=tuple([t.name for t in holding if isinstance(t, SegmentRule)]),
        signals=tuple([signal for _, signal in raised.values()]),
        interventions=_interventions(playbook, calls, columns),
    )


def _calls_without_signal(
    playbook: Playbook,
    holding: Sequence[Trigger],
    *,
    tier: RiskTier | None,
    as_of: datetime,
    before: Standing | None,
) -> Iterator[_Call]:
    since = before.interventions if before else {}
    for trigger in holding:
        if isinstance(trigger, Occasion):
            start = since.get(trigger.name, as_of)
            yield _call(trigger.name, trigger.intervention, start, trigger.respond_within_hours)
    if tier is not None:
        reason, default = f"tier_{tier.value}", playbook.tiers[tier]
        start = since.get(reason, as_of)
        yield _call(reason, default.intervention, start, default.respond_within_hours)


def _call(reason: str, intervention: str, since: datetime, hours: int) -> _Call:
    return _Call(reason, intervention, since, since + timedelta(hours=hours))


def _interventions(
    playbook: Playbook, calls: Sequence[_Call], columns: Sequence[Any]
) -> tuple[Intervention, ...]:
    first: dict[str, _Call] = {}
    for call in calls:
        if (other := first.get(call.intervention)) is None or call.due_at < other.due_at:
            first[call.intervention] = call
    made = [_intervention(playbook.interventions[n], call, columns) for n, call in first.items()]
    made.sort(key=lambda i: (i.priority, i.due_at, i.playbook))
    return tuple(made)


def _intervention(rule: InterventionRule, call: _Call, columns: Sequence[Any]) -> Intervention:
    return Intervention(
        playbook=rule.name,
        reason=call.reason,
        priority=rule.priority,
        owner=rule.owner,
        since=call.since,
        due_at=call.due_at,
        next_step=rule.next_step,
        steps=_steps(rule, columns),
    )


def _steps(rule: InterventionRule, columns: Sequence[Any]) -> tuple[InterventionStep, ...]:
    return tuple([s.step for s in rule.steps if s.when is None or s.when(columns)])
