"""What the triggers that hold for one customer amount to: segments, signals and interventions."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import compress
from typing import Any, Final, NamedTuple

from app.domain.assessment import Findings, Json
from app.domain.conditions import Condition
from app.domain.moments import MICROSECONDS_PER_HOUR, format_micros
from app.domain.playbooks import InterventionRule, Occasion, Playbook, RaisedLevel, Trigger
from app.domain.segments import SegmentRule
from app.domain.sentences import Sentence
from app.domain.standing import Standing
from app.domain.tiers import RiskTier

# A few hundred sets of triggers cover nearly all customers of a company; each takes about 1 kB.
_PLANS_KEPT: Final = 4096


class _Raised(NamedTuple):
    """A signal, up to the customer's own values."""

    name: str
    facts: Json  # all of it but `since` and `text`
    text: Sentence


class _Call(NamedTuple):
    """Who calls for an intervention, and how fast."""

    reason: str
    intervention: "_Intervention"
    hours: int
    is_signal: bool


class _Intervention(NamedTuple):
    """An intervention, up to the customer's own moments."""

    rule: InterventionRule
    steps: list[Json]
    conditions: list[Condition | None] | None  # of the steps; None = all are for everybody


class _Plan(NamedTuple):
    """What triggers and a tier amount to, whoever the customer is."""

    segments: tuple[str, ...]
    raised: list[_Raised]
    calls: list[_Call]


def findings_of(
    playbook: Playbook,
    verdicts: bytes,
    columns: Sequence[Any],
    *,
    tier: RiskTier | None,
    as_of: int,
    previous: Standing | None = None,
) -> Findings:
    """Return the segments, signals and interventions of one customer.

    Parameters
    ----------
    playbook : Playbook
        Where the triggers come from.
    verdicts : bytes
        For each of the playbook's triggers 1 if its condition holds, 0 if not.
    columns : sequence of float
        The customer's feature values and the usual ones, see `app.domain.conditions`.
    tier : RiskTier or None
        None where no risk is known; then no tier calls for anything.
    as_of : int
        The moment asked about, in microseconds (UTC).
    previous : Standing, optional
        What was standing before keeps its `since`, and with it its due time. One that is not
        before `as_of` is not looked at.

    Returns
    -------
    Findings
        Signals in the playbook's order, at most one per rule, at the most severe level that holds.
        Interventions by priority, no playbook twice; the earliest due call for each wins.
    """
    segments, raised, calls = _plan(playbook, verdicts, tier)
    before = previous if previous and previous.as_of < as_of else _NOTHING_BEFORE
    since = before.signals
    signals = [
        {
            **facts,
            "since": format_micros(since.get(name, as_of)),
            "text": text.of(columns),
        }
        for name, facts, text in raised
    ]
    return Findings(segments, signals, _interventions(calls, columns, before, as_of))


_NOTHING_BEFORE: Final = Standing(0, None, None, signals={}, interventions={})


def _interventions(
    calls: Sequence[_Call], columns: Sequence[Any], before: Standing, as_of: int
) -> list[Json]:
    first: dict[str, tuple[int, int, str, int, str, _Intervention]] = {}
    for reason, intervention, hours, is_signal in calls:
        since = (before.signals if is_signal else before.interventions).get(reason, as_of)
        due_at = since + hours * MICROSECONDS_PER_HOUR
        name = intervention.rule.name
        if name not in first or due_at < first[name][1]:
            first[name] = (intervention.rule.priority, due_at, name, since, reason, intervention)
    return [
        {
            "playbook": name,
            "reason": reason,
            "priority": priority,
            "owner": rule.owner,
            "since": format_micros(since),
            "due_at": format_micros(due_at),
            "next_step": rule.next_step,
            "steps": steps if conditions is None else _steps(steps, conditions, columns),
        }
        for priority, due_at, name, since, reason, (rule, steps, conditions) in sorted(
            first.values()
        )
    ]


def _steps(
    steps: list[Json], conditions: list[Condition | None], columns: Sequence[Any]
) -> list[Json]:
    return [
        step for step, when in zip(steps, conditions, strict=True) if when is None or when(columns)
    ]


@lru_cache(maxsize=_PLANS_KEPT)
def _plan(playbook: Playbook, verdicts: bytes, tier: RiskTier | None) -> _Plan:
    holding = list(compress(playbook.triggers, verdicts))
    raised = _raised_levels(holding)
    calls = [
        _Call(
            each.rule.name,
            _intervention(playbook, each.rule.intervention),
            each.level.respond_within_hours,
            is_signal=True,
        )
        for each in raised
    ]
    calls.extend(_calls_without_signal(playbook, holding, tier))
    return _Plan(
        segments=tuple([t.name for t in holding if isinstance(t, SegmentRule)]),
        raised=[_Raised(each.rule.name, _facts(each), each.rule.text) for each in raised],
        calls=calls,
    )


def _raised_levels(holding: Sequence[Trigger]) -> list[RaisedLevel]:
    """Return the most severe level that holds of each rule."""
    raised: dict[str, RaisedLevel] = {}
    for trigger in holding:
        if isinstance(trigger, RaisedLevel):
            raised.setdefault(trigger.rule.name, trigger)
    return list(raised.values())


def _facts(raised: RaisedLevel) -> Json:
    rule, level = raised.rule, raised.level
    return {
        "signal": rule.name,
        "severity": level.severity.value,
        "kind": rule.kind.value,
        "owner": rule.owner,
        "respond_within_hours": level.respond_within_hours,
    }


def _calls_without_signal(
    playbook: Playbook, holding: Sequence[Trigger], tier: RiskTier | None
) -> Iterator[_Call]:
    for trigger in holding:
        if isinstance(trigger, Occasion):
            called = _intervention(playbook, trigger.intervention)
            yield _Call(trigger.name, called, trigger.respond_within_hours, is_signal=False)
    if tier is not None:
        default = playbook.tiers[tier]
        called = _intervention(playbook, default.intervention)
        yield _Call(f"tier_{tier.value}", called, default.respond_within_hours, is_signal=False)


@lru_cache(maxsize=1024)
def _intervention(playbook: Playbook, name: str) -> _Intervention:
    rule = playbook.interventions[name]
    steps = [
        {
            "channel": each.step.channel,
            "after_hours": each.step.after_hours,
            "until_hours": each.step.until_hours,
            "action": each.step.action,
        }
        for each in rule.steps
    ]
    conditions = [each.when for each in rule.steps]
    return _Intervention(rule, steps, conditions if any(conditions) else None)
