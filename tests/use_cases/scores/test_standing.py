import orjson

from app.domain.assessment import Findings, Risk
from app.domain.moments import format_micros
from app.domain.standing import Standing
from app.domain.tiers import RiskTier
from app.use_cases.scores.standing import (
    left_by,
    numbers_left,
    standing_from,
    standing_text,
)

AS_OF, EARLIER = 1_800_000_000_000_000, 1_799_000_000_000_001
RISK = Risk(0.41, 78, 96, RiskTier.HIGH, margin=-0.36, base_margin=-1.2, other_contributions=0.2)
FINDINGS = Findings(
    segments=["dormant"],
    signals=[{"signal": "dormancy", "since": format_micros(EARLIER), "text": "silent"}],
    interventions=[{"reason": "tier_high", "since": format_micros(AS_OF), "steps": []}],
)
STANDING = Standing(
    as_of=AS_OF,
    score=78,
    tier=RiskTier.HIGH,
    signals={"dormancy": EARLIER},
    interventions={"tier_high": AS_OF},
)


def test_what_an_answer_leaves_is_read_back_as_it_was():
    assert standing_from(standing_text(AS_OF, RISK, FINDINGS).decode()) == STANDING


def test_an_answer_without_a_risk_leaves_its_findings():
    found = standing_from(standing_text(AS_OF, None, FINDINGS).decode())

    assert (found.score, found.tier, found.signals) == (None, None, {"dormancy": EARLIER})


def test_answers_from_before_their_standing_was_kept_are_read_as_a_whole():
    answer = {
        "as_of": format_micros(AS_OF),
        "score": 78,
        "tier": "high",
        "signals": FINDINGS.signals,
        "interventions": FINDINGS.interventions,
    }

    assert standing_from(orjson.dumps(answer).decode()) == STANDING


def test_what_stands_is_taken_out_of_what_an_answer_left_without_parsing_it():
    as_of, score, tier, found = left_by(standing_text(EARLIER, RISK, FINDINGS).decode())
    left = standing_from(numbers_left(format_micros(AS_OF), 78, "high", found=found))

    assert (as_of, score, tier) == (format_micros(EARLIER), 78, "high")
    assert left == STANDING


def test_an_answer_without_a_risk_leaves_neither_score_nor_tier_to_be_taken_out():
    as_of, score, tier, _ = left_by(standing_text(EARLIER, None, FINDINGS).decode())

    assert (as_of, score, tier) == (format_micros(EARLIER), None, None)


def test_a_score_without_an_answer_leaves_no_findings_where_none_were_known():
    as_of, score, tier, found = left_by(None)
    left = standing_from(numbers_left(format_micros(AS_OF), None, None, found=found))

    assert (as_of, score, tier) == (None, None, None)
    assert left == Standing(AS_OF, None, None, signals={}, interventions={})


def test_findings_are_taken_out_of_answers_from_before_their_standing_was_kept():
    answer = {
        "as_of": format_micros(EARLIER),
        "score": None,
        "tier": None,
        "signals": FINDINGS.signals,
        "interventions": FINDINGS.interventions,
    }

    as_of, score, tier, found = left_by(orjson.dumps(answer).decode())

    assert (as_of, score, tier) == (format_micros(EARLIER), None, None)
    assert standing_from(numbers_left(format_micros(AS_OF), 78, "high", found=found)) == STANDING
