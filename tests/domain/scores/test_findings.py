import operator
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.conditions import Comparison
from app.domain.interventions import InterventionRule, InterventionStep, StepRule
from app.domain.moments import to_micros
from app.domain.playbooks import Occasion, Playbook, SegmentRule, TierDefault
from app.domain.scores.findings import Findings, findings_of
from app.domain.scores.previous import PreviousAnswer
from app.domain.signals import Severity, SignalKind, SignalLevel, SignalRule
from app.domain.text_templates import TextTemplate
from app.domain.tiers import RiskTier

AS_OF = datetime(2026, 11, 22, 9, tzinfo=UTC)
DAY = timedelta(days=1)
SILENCE, TICKETS = 0, 1  # the columns of these tests


def at_least(column, bound):
    return Comparison(column, operator.ge, float(bound))


def signal(name, column, *levels, intervention):
    return SignalRule(
        name=name,
        kind=SignalKind.LAGGING,
        indication=name,
        owner="retention",
        text=TextTemplate(f"{name}: {{:.0f}}", (column,), name),
        intervention=intervention,
        levels=tuple(
            SignalLevel(severity, hours, at_least(column, n)) for severity, hours, n in levels
        ),
    )


def intervention(name, priority, *extra):
    first = InterventionStep("email", 0, 6, "Write")
    steps = (StepRule(first), *extra)
    return InterventionRule(name, "retention", priority, f"Do {name}", steps)


CALL = StepRule(InterventionStep("phone", 24, 48, "Call"), at_least(SILENCE, 100))
PLAYBOOK = Playbook(
    version="1",
    sha256="0" * 64,
    teams=("retention",),
    segments=(SegmentRule("dormant", "silent", at_least(SILENCE, 60)),),
    signals=(
        signal(
            "dormancy",
            SILENCE,
            (Severity.HIGH, 24, 90),
            (Severity.MEDIUM, 48, 60),
            intervention="win_back",
        ),
        signal("upset", TICKETS, (Severity.HIGH, 4, 3), intervention="win_back"),
        signal("asks", TICKETS, (Severity.LOW, 72, 1), intervention="answer"),
    ),
    interventions={
        "win_back": intervention("win_back", 2, CALL),
        "answer": intervention("answer", 1),
        "thanks": intervention("thanks", 3),
        "high": intervention("high", 4),
        "medium": intervention("medium", 5),
        "low": intervention("low", 6),
    },
    occasions=(Occasion("round_number", "thanks", 12, at_least(SILENCE, 100)),),
    tiers={tier: TierDefault(tier.value, 24) for tier in RiskTier},
)


def findings(silence=0.0, tickets=0.0, *, tier=None, as_of=AS_OF, previous=None):
    row = [silence, tickets]
    verdicts = bytes([trigger.when(row) for trigger in PLAYBOOK.triggers])
    return findings_of(
        PLAYBOOK, verdicts, row, tier=tier, as_of=to_micros(as_of), previous=previous
    )


def standing(as_of, **parts):
    """What an answer of an earlier moment leaves, with the findings of that moment."""
    found = findings(**parts, as_of=as_of)
    at = to_micros(as_of)
    return PreviousAnswer(
        as_of=at,
        score=None,
        tier=None,
        signals={signal.name: at for signal in found.signals},
        interventions={each.reason: at for each in found.interventions},
    )


def test_nothing_that_holds_means_nothing_to_say():
    assert findings() == Findings((), (), ())


def test_the_most_severe_level_that_holds_is_raised_and_only_it():
    (signal,) = findings(silence=90).signals

    assert (signal.severity, signal.respond_within_hours, signal.text) == (
        "high",
        24,
        "dormancy: 90",
    )


def test_an_intervention_is_due_its_response_time_after_its_reason_came_up():
    (found,) = findings(silence=60).interventions

    assert (found.name, found.reason, found.owner) == (
        "win_back",
        "dormancy",
        "retention",
    )
    assert found.since == to_micros(AS_OF)
    assert found.due_at == to_micros(AS_OF + timedelta(hours=48))
    assert found.next_step == "Do win_back"


def test_a_signal_that_stood_before_keeps_its_since_and_its_due_time():
    before = standing(AS_OF - 5 * DAY, silence=60)

    found = findings(silence=65, previous=before)

    assert found.signals[0].since == to_micros(AS_OF - 5 * DAY)
    assert found.interventions[0].due_at == to_micros(AS_OF - 3 * DAY)  # overdue, it says


def test_a_signal_that_came_back_after_a_pause_stands_anew():
    before = standing(AS_OF - 5 * DAY, silence=10)

    assert findings(silence=65, previous=before).signals[0].since == to_micros(AS_OF)


def test_a_tier_that_stood_before_keeps_its_since_and_another_tier_does_not():
    before = standing(AS_OF - DAY, tier=RiskTier.HIGH)

    same = findings(tier=RiskTier.HIGH, previous=before).interventions[0]
    other = findings(tier=RiskTier.LOW, previous=before).interventions[0]

    assert (same.since, other.since) == (to_micros(AS_OF - DAY), to_micros(AS_OF))


@pytest.mark.parametrize("later", [timedelta(0), DAY])
def test_an_assessment_that_is_not_earlier_is_not_looked_at(later):
    """A question about the past must not be answered with what came up afterwards."""
    after = standing(AS_OF + later, silence=60)

    assert findings(silence=60, previous=after).signals[0].since == to_micros(AS_OF)


def test_no_intervention_comes_twice_and_the_earliest_due_call_wins():
    found = findings(silence=60, tickets=3)

    assert [s.name for s in found.signals] == ["dormancy", "upset", "asks"]
    assert [(i.name, i.reason) for i in found.interventions] == [
        ("answer", "asks"),
        ("win_back", "upset"),
    ]


def test_interventions_go_by_priority_with_the_tier_last():
    found = findings(silence=100, tickets=1, tier=RiskTier.MEDIUM)

    assert [i.name for i in found.interventions] == [
        "answer",
        "win_back",
        "thanks",
        "medium",
    ]
    assert [i.priority for i in found.interventions] == [1, 2, 3, 5]


def test_a_customer_without_a_risk_gets_signals_but_no_default_of_a_tier():
    found = findings(silence=60, tier=None)

    assert [i.reason for i in found.interventions] == ["dormancy"]


def test_steps_with_a_condition_are_for_whom_it_holds():
    few, all_ = findings(silence=60).interventions[0], findings(silence=100).interventions[0]

    assert [step.channel for step in few.steps] == ["email"]
    assert [step.channel for step in all_.steps] == ["email", "phone"]


def test_segments_stand_beside_the_signals():
    assert findings(silence=60).segments == ("dormant",)
