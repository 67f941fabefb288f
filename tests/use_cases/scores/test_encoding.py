from datetime import UTC, datetime, timedelta

import orjson
import pytest

from app.domain.bundles import Basis, BundleIdentity, BundleWarning
from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.interventions import Intervention, InterventionStep
from app.domain.moments import to_micros
from app.domain.playbooks import PlaybookIdentity
from app.domain.scores.assessment import AnswerContext, Assessment
from app.domain.scores.findings import Findings
from app.domain.scores.previous import PreviousAnswer
from app.domain.scores.reasons import Reason
from app.domain.scores.risk import Interval, Risk
from app.domain.scores.value import ExpectedValue
from app.domain.signals import Severity, Signal, SignalKind
from app.domain.tier_policies import AppliedTierPolicy
from app.domain.tiers import RiskTier
from app.use_cases.scores.encoding import AnswerEncoder, encode_shared

AS_OF = datetime(2026, 11, 22, 9, tzinfo=UTC)
CONTEXT = AnswerContext(
    as_of=to_micros(AS_OF),
    churn=ChurnDefinition(ChurnKind.ABSENCE, "order_placed", 90),
    currency="EUR",
    bundle=BundleIdentity("4f1c0de5a2b94a10", datetime(2026, 11, 1, tzinfo=UTC), "f" * 64),
    basis=Basis.RHYTHM,
    playbook=PlaybookIdentity("1", "0" * 64),
    stale=False,
    warnings=(BundleWarning("drifted", "these are other customers"),),
)
ASSESSMENT = Assessment(
    customer_id="c-1042",
    risk=Risk(
        0.41, 78, 96, RiskTier.HIGH, margin=-0.36, base_margin=-1.2, other_contributions=0.22
    ),
    reasons=(Reason("orders_30d", 0.0, None, 0.62, "no orders in the last 30 days"),),
    findings=Findings(
        segments=("buyer_active",),
        signals=(
            Signal(
                name="order_gap_widening",
                severity=Severity.MEDIUM,
                kind=SignalKind.LEADING,
                owner="sales",
                respond_within_hours=48,
                since=to_micros(AS_OF - timedelta(hours=7)),
                text="no order for 70 days",
            ),
        ),
        interventions=(
            Intervention(
                name="targeted_offer",
                reason="order_gap_widening",
                priority=2,
                owner="sales",
                since=to_micros(AS_OF - timedelta(hours=7)),
                due_at=to_micros(AS_OF + timedelta(hours=41)),
                next_step="Send a targeted offer by e-mail",
                steps=(InterventionStep("email", 0, 6, "Send the offer"),),
            ),
        ),
    ),
    tier_policy=AppliedTierPolicy(
        kind="value",
        version="value-1",
        high_from=0.35,
        medium_from=0.12,
        value_basis="own",
        offer_cost=5.0,
    ),
    value=ExpectedValue(
        orders=1.8,
        revenue=93.5,
        orders_12m=6.4,
        revenue_12m=331.0,
        revenue_12m_if_kept=402.5,
        next_order_at=to_micros(datetime(2026, 12, 19, 9, tzinfo=UTC)),
        at_risk=135.7,
    ),
    interval=Interval(0.31, 0.52, 0.9),
    unusual_features=("orders_30d",),
    last_activity_at=to_micros(datetime(2026, 11, 21, 17, 30, 0, 250_000, tzinfo=UTC)),
)
PREVIOUS = PreviousAnswer(
    as_of=to_micros(AS_OF - timedelta(days=7)),
    score=55,
    tier=RiskTier.MEDIUM,
    signals={},
    interventions={},
)


def answer_of(assessment, *, previous=None):
    return orjson.loads(AnswerEncoder(CONTEXT).encode(assessment, previous))


def test_the_answer_says_everything_that_a_reader_needs_to_read_the_number():
    assert answer_of(ASSESSMENT) == {
        "customer_id": "c-1042",
        "as_of": "2026-11-22T09:00:00Z",
        "score": 78,
        "tier": "high",
        "probability": 0.41,
        "interval": {"low": 0.31, "high": 0.52, "level": 0.9},
        "percentile": 96,
        "scale": {"min": 0, "max": 100, "higher_means": "more_at_risk"},
        "churn_definition": "no order_placed",
        "horizon_days": 90,
        "basis": "rhythm",
        "tier_policy": {
            "kind": "value",
            "version": "value-1",
            "high_from": 0.35,
            "medium_from": 0.12,
            "value_basis": "own",
            "offer_cost": 5.0,
        },
        "previous": None,
        "trend": None,
        "margin": -0.36,
        "base_margin": -1.2,
        "reasons": [
            {
                "feature": "orders_30d",
                "direction": "raises",
                "value": 0.0,
                "usual": None,
                "contribution": 0.62,
                "text": "no orders in the last 30 days",
            }
        ],
        "other_contributions": 0.22,
        "value": {
            "currency": "EUR",
            "horizon_days": 90,
            "expected_orders": 1.8,
            "expected_revenue": 93.5,
            "expected_orders_12m": 6.4,
            "expected_revenue_12m": 331.0,
            "revenue_12m_if_kept": 402.5,
            "next_order_expected_at": "2026-12-19T09:00:00Z",
            "value_at_risk": 135.7,
        },
        "segments": ["buyer_active"],
        "signals": [
            {
                "signal": "order_gap_widening",
                "severity": "medium",
                "kind": "leading",
                "owner": "sales",
                "respond_within_hours": 48,
                "since": "2026-11-22T02:00:00Z",
                "text": "no order for 70 days",
            }
        ],
        "interventions": [
            {
                "playbook": "targeted_offer",
                "reason": "order_gap_widening",
                "priority": 2,
                "owner": "sales",
                "since": "2026-11-22T02:00:00Z",
                "due_at": "2026-11-24T02:00:00Z",
                "next_step": "Send a targeted offer by e-mail",
                "steps": [
                    {
                        "channel": "email",
                        "after_hours": 0,
                        "until_hours": 6,
                        "action": "Send the offer",
                    }
                ],
            }
        ],
        "data": {
            "last_activity_at": "2026-11-21T17:30:00.250000Z",
            "sufficient_history": True,
            "stale": False,
            "out_of_distribution": True,
            "unusual": ["orders_30d"],
        },
        "bundle": {
            "id": "4f1c0de5a2b94a10",
            "trained_until": "2026-11-01T00:00:00Z",
            "feature_hash": "f" * 64,
        },
        "playbook": {"version": "1", "sha256": "0" * 64},
        "warnings": [{"code": "drifted", "text": "these are other customers"}],
    }


def test_what_is_not_measured_yet_is_absent():
    assert "effect" not in answer_of(ASSESSMENT)["interventions"][0]


def test_without_enough_history_the_numbers_are_null_and_the_keys_are_the_same():
    unknown = ASSESSMENT._replace(
        risk=None,
        reasons=(),
        value=None,
        interval=None,
        unusual_features=None,
        last_activity_at=None,
    )

    answer = answer_of(unknown, previous=PREVIOUS)

    assert set(answer) == set(answer_of(ASSESSMENT))
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
    answer = answer_of(ASSESSMENT)

    stated = sum(reason["contribution"] for reason in answer["reasons"])
    total = answer["base_margin"] + stated + answer["other_contributions"]
    assert total == pytest.approx(answer["margin"], abs=1e-12)


def test_the_previous_assessment_stands_beside_with_the_trend():
    answer = answer_of(ASSESSMENT, previous=PREVIOUS)

    assert answer["previous"] == {"score": 55, "tier": "medium", "at": "2026-11-15T09:00:00Z"}
    assert answer["trend"] == "worsening"


def test_what_the_answers_of_a_call_share_is_the_same_in_lists_of_numbers():
    answer, shared = answer_of(ASSESSMENT), encode_shared(CONTEXT)

    alone = {"currency": "EUR", "stale": False}  # whole answers have them within "value" and "data"
    assert shared == {name: (answer | alone)[name] for name in shared}
