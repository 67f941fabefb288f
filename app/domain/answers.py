"""An assessment as plain data: the JSON shape that files, tables and HTTP share.

Names are snake_case, moments ISO 8601 in UTC with a Z, and nothing known to be empty is left out:
it is null. What is not measured yet (an interval, a value, an effect) is absent, never made up.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.assessment import (
    Assessment,
    Intervention,
    Reason,
    Risk,
    Signal,
)
from app.domain.churn import ChurnDefinition
from app.domain.moments import format_moment
from app.domain.standing import Standing

SCORE_STEP = 5  # points; a smaller move within a tier is noise to a person, not a trend


@dataclass(frozen=True, slots=True)
class Provenance:
    """What an answer rests on: the bundle, what it learned, and the rules that were applied."""

    bundle_id: str
    trained_until: datetime
    feature_hash: str
    churn: ChurnDefinition
    playbook_version: str
    playbook_sha256: str


def answer_of(
    assessment: Assessment, provenance: Provenance, *, previous: Standing | None = None
) -> dict[str, Any]:
    """Return the whole answer about one customer as plain data.

    `previous` is what the answer before this one leaves; it gives `previous` and `trend`, which are
    null without it, or where either has no risk.
    """
    risk, policy = assessment.risk, assessment.tier_policy
    return {
        "customer_id": assessment.customer_id,
        "as_of": format_moment(assessment.as_of),
        "score": risk.score if risk else None,
        "tier": risk.tier.value if risk else None,
        "probability": risk.probability if risk else None,
        "percentile": risk.percentile if risk else None,
        "scale": {"min": 0, "max": 100, "higher_means": "more_at_risk"},
        "churn_definition": provenance.churn.sentence,
        "horizon_days": provenance.churn.horizon_days,
        "tier_policy": {
            "version": policy.version,
            "high_from": policy.high_from,
            "medium_from": policy.medium_from,
        },
        "previous": _previous(previous),
        "trend": trend_of(risk, previous),
        "margin": risk.margin if risk else None,
        "base_margin": risk.base_margin if risk else None,
        "reasons": [reason_json(reason) for reason in assessment.reasons],
        "other_contributions": assessment.other_contributions,
        "segments": list(assessment.segments),
        "signals": [signal_json(signal) for signal in assessment.signals],
        "interventions": [intervention_json(i) for i in assessment.interventions],
        "data": {
            "last_activity_at": _moment_or_none(assessment.last_activity_at),
            "sufficient_history": assessment.sufficient_history,
            "stale": assessment.stale,
        },
        "bundle": {
            "id": provenance.bundle_id,
            "trained_until": format_moment(provenance.trained_until),
            "feature_hash": provenance.feature_hash,
        },
        "playbook": {
            "version": provenance.playbook_version,
            "sha256": provenance.playbook_sha256,
        },
    }


def trend_of(risk: Risk | None, before: Standing | None) -> str | None:
    """Return "worsening", "improving" or "steady"; None where there is nothing to compare.

    A change of tier is always a trend; within a tier, a move of at least `SCORE_STEP` points is.
    """
    if risk is None or before is None or before.score is None:
        return None
    moved = risk.score - before.score
    if risk.tier is before.tier and abs(moved) < SCORE_STEP:
        return "steady"
    return "worsening" if moved > 0 else "improving"


def reason_json(reason: Reason) -> dict[str, Any]:
    """Return a reason as plain data."""
    return {
        "feature": reason.feature,
        "direction": reason.direction,
        "value": reason.value,
        "usual": reason.usual,
        "contribution": reason.contribution,
        "text": reason.text,
    }


def signal_json(signal: Signal) -> dict[str, Any]:
    """Return a signal as plain data."""
    return {
        "signal": signal.signal,
        "severity": signal.severity,
        "kind": signal.kind,
        "owner": signal.owner,
        "respond_within_hours": signal.respond_within_hours,
        "since": format_moment(signal.since),
        "text": signal.text,
    }


def intervention_json(intervention: Intervention) -> dict[str, Any]:
    """Return an intervention as plain data."""
    return {
        "playbook": intervention.playbook,
        "reason": intervention.reason,
        "priority": intervention.priority,
        "owner": intervention.owner,
        "since": format_moment(intervention.since),
        "due_at": format_moment(intervention.due_at),
        "next_step": intervention.next_step,
        "steps": [
            {
                "channel": step.channel,
                "after_hours": step.after_hours,
                "until_hours": step.until_hours,
                "action": step.action,
            }
            for step in intervention.steps
        ],
    }


def _previous(previous: Standing | None) -> dict[str, Any] | None:
    if previous is None or previous.tier is None:
        return None
    return {
        "score": previous.score,
        "tier": previous.tier.value,
        "at": format_moment(previous.as_of),
    }


def _moment_or_none(moment: datetime | None) -> str | None:
    return None if moment is None else format_moment(moment)
