import orjson

from app.domain.interventions import Intervention
from app.domain.moments import format_micros
from app.domain.scores.findings import Findings
from app.domain.scores.previous import PreviousAnswer
from app.domain.scores.risk import Risk
from app.domain.signals import Severity, Signal, SignalKind
from app.domain.tiers import RiskTier
from app.use_cases.scores.encoding import encode_interventions, encode_signals
from app.use_cases.scores.previous_answers import (
    NO_PREVIOUS,
    PreviousNumbers,
    read_previous,
    read_previous_numbers,
    write_previous,
    write_previous_numbers,
)

AS_OF, EARLIER = 1_800_000_000_000_000, 1_799_000_000_000_001
RISK = Risk(0.41, 78, 96, RiskTier.HIGH, margin=-0.36, base_margin=-1.2, other_contributions=0.2)
FINDINGS = Findings(
    segments=("dormant",),
    signals=(
        Signal(
            name="dormancy",
            severity=Severity.HIGH,
            kind=SignalKind.LAGGING,
            owner="retention",
            respond_within_hours=24,
            since=EARLIER,
            text="silent",
        ),
    ),
    interventions=(
        Intervention(
            name="re_engagement",
            reason="tier_high",
            priority=1,
            owner="retention",
            since=AS_OF,
            due_at=AS_OF,
            next_step="Write",
            steps=(),
        ),
    ),
)
PREVIOUS = PreviousAnswer(
    as_of=AS_OF,
    score=78,
    tier=RiskTier.HIGH,
    signals={"dormancy": EARLIER},
    interventions={"tier_high": AS_OF},
)


def whole_answer(as_of, *, score, tier):
    """What was stored before there was a text beside each answer."""
    answer = {
        "as_of": format_micros(as_of),
        "score": score,
        "tier": tier,
        "signals": encode_signals(FINDINGS.signals),
        "interventions": encode_interventions(FINDINGS.interventions),
    }
    return orjson.dumps(answer).decode()


def test_a_previous_answer_is_read_back_as_it_was_written():
    assert read_previous(write_previous(AS_OF, RISK, FINDINGS)) == PREVIOUS


def test_a_previous_answer_without_a_risk_still_has_its_findings():
    found = read_previous(write_previous(AS_OF, None, FINDINGS))

    assert (found.score, found.tier, found.signals) == (None, None, {"dormancy": EARLIER})


def test_answers_stored_without_a_text_beside_them_are_read_as_a_whole():
    assert read_previous(whole_answer(AS_OF, score=78, tier="high")) == PREVIOUS


def test_numbers_are_cut_out_of_the_text_and_pass_the_findings_on():
    before = read_previous_numbers(write_previous(EARLIER, RISK, FINDINGS))
    text = write_previous_numbers(format_micros(AS_OF), 78, "high", findings=before.findings)

    assert (before.at, before.score, before.tier) == (format_micros(EARLIER), 78, "high")
    assert read_previous(text) == PREVIOUS


def test_numbers_of_an_answer_without_a_risk_have_neither_score_nor_tier():
    before = read_previous_numbers(write_previous(EARLIER, None, FINDINGS))

    assert (before.at, before.score, before.tier) == (format_micros(EARLIER), None, None)


def test_numbers_without_a_previous_answer_have_no_findings():
    before = read_previous_numbers(None)
    text = write_previous_numbers(format_micros(AS_OF), None, None, findings=before.findings)

    assert before is NO_PREVIOUS
    assert read_previous(text) == PreviousAnswer(AS_OF, None, None, signals={}, interventions={})


def test_numbers_are_cut_out_of_answers_stored_without_a_text_beside_them():
    before = read_previous_numbers(whole_answer(EARLIER, score=None, tier=None))
    text = write_previous_numbers(format_micros(AS_OF), 78, "high", findings=before.findings)

    assert before == PreviousNumbers(format_micros(EARLIER), None, None, before.findings)
    assert read_previous(text) == PREVIOUS
