from datetime import UTC, datetime, timedelta

import pytest

from app.domain.answers import Question, answer_of, trend_of
from app.domain.assessment import Assessment, Findings, Risk
from app.domain.basis import Basis
from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.moments import to_micros
from app.domain.standing import Standing
from app.domain.tiers import RiskTier

AS_OF = datetime(2026, 11, 22, 9, tzinfo=UTC)
BUNDLE = {
    "id": "4f1c0de5a2b94a10",
    "trained_until": "2026-11-01T00:00:00Z",
    "feature_hash": "f" * 64,
}
QUESTION = Question(
    as_of=to_micros(AS_OF),
    stale=False,
    churn=ChurnDefinition(ChurnKind.ABSENCE, "order_placed", 90),
    bundle=BUNDLE,
    playbook={"version": "1", "sha256": "0" * 64},
    basis=Basis.RHYTHM,
    warnings=[{"code": "drifted", "text": "these are other customers"}],
)
RISK = Risk(0.41, 78, 96, RiskTier.HIGH, margin=-0.36, base_margin=-1.2, other_contributions=0.22)
REASON = {"feature": "orders_30d", "contribution": 0.62}
SIGNAL = {"signal": "order_gap_widening"}
INTERVENTION = {"playbook": "win_back"}
POLICY = {"kind": "shares", "version": "s", "high_from": 0.35, "medium_from": 0.12}
VALUE = {"currency": "EUR", "expected_revenue_12m": 331.0}
INTERVAL = {"low": 0.31, "high": 0.52, "level": 0.9}
ASSESSMENT = Assessment(
    customer_id="c-1042",
    risk=RISK,
    reasons=[REASON],
    findings=Findings(["buyer_active"], [SIGNAL], [INTERVENTION]),
    tier_policy=POLICY,
    value=VALUE,
    interval=INTERVAL,
    unusual=["orders_30d"],
    last_activity_at=to_micros(datetime(2026, 11, 21, 17, 30, tzinfo=UTC)),
)
BEFORE = Standing(
    as_of=to_micros(AS_OF - timedelta(days=7)),
    score=55,
    tier=RiskTier.MEDIUM,
    signals={},
    interventions={},
)


def test_the_answer_says_everything_that_a_reader_needs_to_read_the_number():
    answer = answer_of(ASSESSMENT, QUESTION)

    assert answer == {
        "customer_id": "c-1042",
        "as_of": "2026-11-22T09:00:00Z",
        "score": 78,
        "tier": "high",
        "probability": 0.41,
        "interval": INTERVAL,
        "percentile": 96,
        "scale": {"min": 0, "max": 100, "higher_means": "more_at_risk"},
        "churn_definition": "no order_placed",
        "horizon_days": 90,
        "basis": "rhythm",
        "tier_policy": POLICY,
        "previous": None,
        "trend": None,
        "margin": -0.36,
        "base_margin": -1.2,
        "reasons": [REASON],
        "other_contributions": 0.22,
        "value": VALUE,
        "segments": ["buyer_active"],
        "signals": [SIGNAL],
        "interventions": [INTERVENTION],
        "data": {
            "last_activity_at": "2026-11-21T17:30:00Z",
            "sufficient_history": True,
            "stale": False,
            "out_of_distribution": True,
            "unusual": ["orders_30d"],
        },
        "bundle": BUNDLE,
        "playbook": {"version": "1", "sha256": "0" * 64},
        "warnings": [{"code": "drifted", "text": "these are other customers"}],
    }


def test_what_is_not_measured_yet_is_absent():
    answer = answer_of(ASSESSMENT, QUESTION)

    assert "effect" not in answer["interventions"][0]


def test_without_enough_history_the_numbers_are_null_and_the_keys_are_the_same():
    unknown = ASSESSMENT._replace(
        risk=None, reasons=[], value=None, interval=None, unusual=None, last_activity_at=None
    )

    answer = answer_of(unknown, QUESTION, previous=BEFORE)

    assert set(answer) == set(answer_of(ASSESSMENT, QUESTION))
    nulls = {key for key, value in answer.items() if value is None}
    assert nulls == {
        "score", "tier", "probability", "percentile", "trend", "margin", "base_margin",
        "other_contributions", "value", "interval",
    }  # fmt: skip  # read as the set it is
    assert answer["data"] == {
        "last_activity_at": None,
        "sufficient_history": False,
        "stale": False,
        "out_of_distribution": None,
        "unusual": [],
    }


def test_reasons_and_the_rest_add_up_to_the_margin():
    answer = answer_of(ASSESSMENT, QUESTION)

    told = sum(reason["contribution"] for reason in answer["reasons"])
    total = answer["base_margin"] + told + answer["other_contributions"]
    assert total == pytest.approx(answer["margin"], abs=1e-12)


def test_the_previous_assessment_stands_beside_with_the_trend():
    answer = answer_of(ASSESSMENT, QUESTION, previous=BEFORE)

    assert answer["previous"] == {"score": 55, "tier": "medium", "at": "2026-11-15T09:00:00Z"}
    assert answer["trend"] == "worsening"


@pytest.mark.parametrize(
    ("score", "tier", "trend"),
    [
        (73, RiskTier.HIGH, "worsening"),
        (74, RiskTier.HIGH, "steady"),
        (82, RiskTier.HIGH, "steady"),
        (83, RiskTier.HIGH, "improving"),
        (69, RiskTier.MEDIUM, "worsening"),
    ],
)
def test_a_trend_is_a_change_of_tier_or_five_points(score, tier, trend):
    before = BEFORE._replace(score=score, tier=tier)

    assert trend_of(RISK, before) == trend


def test_there_is_no_trend_without_two_risks():
    assert trend_of(RISK, None) is None
    assert trend_of(None, BEFORE) is None
    assert trend_of(RISK, BEFORE._replace(score=None, tier=None)) is None
