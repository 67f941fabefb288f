import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.answers import (
    Provenance,
    answer_of,
    intervention_json,
    reason_json,
    signal_json,
    trend_of,
)
from app.domain.assessment import (
    Assessment,
    Intervention,
    InterventionStep,
    Reason,
    Risk,
    Signal,
)
from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.standing import standing_of
from app.domain.tiers import RiskTier, TierPolicy

AS_OF = datetime(2026, 11, 22, 9, tzinfo=UTC)
PROVENANCE = Provenance(
    bundle_id="4f1c0de5a2b94a10",
    trained_until=datetime(2026, 11, 1, tzinfo=UTC),
    feature_hash="f" * 64,
    churn=ChurnDefinition(ChurnKind.ABSENCE, "order_placed", 90),
    playbook_version="1",
    playbook_sha256="0" * 64,
)
RISK = Risk(0.41, 78, 96, RiskTier.HIGH, margin=-0.36, base_margin=-1.2)
REASON = Reason("orders_30d", "raises", 1.0, 4.0, 0.62, "1 order in the last 30 days")
SIGNAL = Signal("order_gap_widening", "high", "leading", "sales", 48, AS_OF, "42 days")
INTERVENTION = Intervention(
    playbook="win_back",
    reason="order_gap_widening",
    priority=1,
    owner="sales",
    since=AS_OF,
    due_at=AS_OF + timedelta(hours=48),
    next_step="Send the offer",
    steps=(InterventionStep("email", 0, 6, "Send the offer"),),
)
ASSESSMENT = Assessment(
    customer_id="c-1042",
    as_of=AS_OF,
    risk=RISK,
    reasons=(REASON,),
    signals=(SIGNAL,),
    interventions=(INTERVENTION,),
    last_activity_at=datetime(2026, 11, 21, 17, 30, tzinfo=UTC),
    stale=False,
    bundle_id="4f1c0de5a2b94a10",
    tier_policy=TierPolicy("shares-22-48-30", medium_from=0.12, high_from=0.35),
    segments=("buyer_active",),
)


def test_the_answer_says_everything_that_a_reader_needs_to_read_the_number():
    answer = answer_of(ASSESSMENT, PROVENANCE)

    assert answer | {"reasons": [], "signals": [], "interventions": []} == {
        "customer_id": "c-1042",
        "as_of": "2026-11-22T09:00:00Z",
        "score": 78,
        "tier": "high",
        "probability": 0.41,
        "percentile": 96,
        "scale": {"min": 0, "max": 100, "higher_means": "more_at_risk"},
        "churn_definition": "no order_placed",
        "horizon_days": 90,
        "tier_policy": {"version": "shares-22-48-30", "high_from": 0.35, "medium_from": 0.12},
        "previous": None,
        "trend": None,
        "margin": -0.36,
        "base_margin": -1.2,
        "reasons": [],
        "other_contributions": pytest.approx(0.22),
        "segments": ["buyer_active"],
        "signals": [],
        "interventions": [],
        "data": {
            "last_activity_at": "2026-11-21T17:30:00Z",
            "sufficient_history": True,
            "stale": False,
        },
        "bundle": {
            "id": "4f1c0de5a2b94a10",
            "trained_until": "2026-11-01T00:00:00Z",
            "feature_hash": "f" * 64,
        },
        "playbook": {"version": "1", "sha256": "0" * 64},
    }


def test_what_is_not_measured_yet_is_absent():
    answer = answer_of(ASSESSMENT, PROVENANCE)

    assert not {"interval", "value"} & set(answer)
    assert "effect" not in answer["interventions"][0]


def test_without_enough_history_the_numbers_are_null_and_the_keys_are_the_same():
    unknown = replace(ASSESSMENT, risk=None, reasons=(), last_activity_at=None)

    answer = answer_of(unknown, PROVENANCE, previous=standing_of(ASSESSMENT))

    assert set(answer) == set(answer_of(ASSESSMENT, PROVENANCE))
    nulls = {key for key, value in answer.items() if value is None}
    assert nulls == {
        "score", "tier", "probability", "percentile", "trend", "margin", "base_margin",
        "other_contributions",
    }  # fmt: skip  # read as the set it is
    assert answer["data"] == {
        "last_activity_at": None,
        "sufficient_history": False,
        "stale": False,
    }


def test_reasons_and_the_rest_add_up_to_the_margin():
    answer = answer_of(ASSESSMENT, PROVENANCE)

    told = sum(reason["contribution"] for reason in answer["reasons"])
    total = answer["base_margin"] + told + answer["other_contributions"]
    assert total == pytest.approx(answer["margin"], abs=1e-12)


def test_the_previous_assessment_stands_beside_with_the_trend():
    before = replace(
        ASSESSMENT,
        as_of=AS_OF - timedelta(days=7),
        risk=replace(RISK, score=55, tier=RiskTier.MEDIUM),
    )

    answer = answer_of(ASSESSMENT, PROVENANCE, previous=standing_of(before))

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
    before = replace(standing_of(ASSESSMENT), score=score, tier=tier)

    assert trend_of(RISK, before) == trend


def test_there_is_no_trend_without_two_risks():
    assert trend_of(RISK, None) is None
    assert trend_of(None, standing_of(ASSESSMENT)) is None
    assert trend_of(RISK, standing_of(replace(ASSESSMENT, risk=None))) is None


def test_json_carries_every_part_of_an_answer():
    for part in (reason_json(REASON), signal_json(SIGNAL), intervention_json(INTERVENTION)):
        assert json.loads(json.dumps(part, allow_nan=False)) == part


def test_moments_are_utc_with_a_z_down_to_the_microsecond():
    moment = datetime.fromisoformat("2026-11-22T10:00:00.000001+01:00")

    data = signal_json(replace(SIGNAL, since=moment))

    assert data["since"] == "2026-11-22T09:00:00.000001Z"
