"""The whole answer about one customer as plain data: the shape that HTTP and the database share.

Names are snake_case, moments ISO 8601 in UTC with a Z, and nothing known to be empty is left out:
it is null. What is not measured yet (an effect) is absent, never made up.

Adding a field costs everybody who asks: a bulk call has about 25 µs for all of a customer. What is
the same for all customers of a question belongs into `Question`, and is made once.
"""

from dataclasses import dataclass
from typing import Final

from app.domain.assessment import Assessment, Json, Risk
from app.domain.basis import Basis
from app.domain.churn import ChurnDefinition
from app.domain.moments import format_micros
from app.domain.standing import Standing

SCORE_STEP = 5  # points; a smaller move within a tier is noise to a person, not a trend
_NO_RISK: Final = (None,) * len(Risk._fields)
SCALE: Final = {"min": 0, "max": 100, "higher_means": "more_at_risk"}


@dataclass(frozen=True, slots=True)
class Question:
    """What the answers to one question share: its moment, and what they rest on.

    Moments are microseconds (UTC).
    """

    as_of: int
    stale: bool
    churn: ChurnDefinition
    bundle: Json  # id, trained_until, feature_hash
    playbook: Json  # version, sha256
    basis: Basis
    warnings: list[Json]  # code, text


def answer_of(
    assessment: Assessment, question: Question, *, previous: Standing | None = None
) -> Json:
    """Return the whole answer about one customer as plain data.

    `previous` is what the answer before this one leaves; it gives `previous` and `trend`, which are
    null without it, or where either has no risk.
    """
    customer_id, risk, reasons, findings, tier_policy, value, interval, unusual, last = assessment
    probability, score, percentile, tier, margin, base_margin, others = risk or _NO_RISK
    return {
        "customer_id": customer_id,
        "as_of": format_micros(question.as_of),
        "score": score,
        "tier": tier and str(tier),
        "probability": probability,
        "interval": interval,
        "percentile": percentile,
        "scale": SCALE,
        "churn_definition": question.churn.sentence,
        "horizon_days": question.churn.horizon_days,
        "basis": str(question.basis),
        "tier_policy": tier_policy,
        "previous": _previous(previous),
        "trend": trend_of(risk, previous),
        "margin": margin,
        "base_margin": base_margin,
        "reasons": reasons,
        "other_contributions": others,
        "value": value,
        "segments": findings.segments,
        "signals": findings.signals,
        "interventions": findings.interventions,
        "data": {
            "last_activity_at": None if last is None else format_micros(last),
            "sufficient_history": risk is not None,
            "stale": question.stale,
            "out_of_distribution": None if unusual is None else unusual != [],
            "unusual": unusual or [],
        },
        "bundle": question.bundle,
        "playbook": question.playbook,
        "warnings": question.warnings,
    }


def trend_of(risk: Risk | None, before: Standing | None) -> str | None:
    """Return "worsening", "improving" or "steady"; None where there is nothing to compare."""
    if risk is None or before is None or before.score is None or before.tier is None:
        return None
    return trend_between(before.score, before.tier, risk.score, risk.tier)


def trend_between(score_before: int, tier_before: str, score: int, tier: str) -> str:
    """Return the trend from one score, and the tier that it stands for, to a later one.

    A change of tier is always a trend; within a tier, a move of at least `SCORE_STEP` points is.
    """
    moved = score - score_before
    if tier == tier_before and abs(moved) < SCORE_STEP:
        return "steady"
    return "worsening" if moved > 0 else "improving"


def _previous(previous: Standing | None) -> Json | None:
    if previous is None or previous.tier is None:
        return None
    return {
        "score": previous.score,
        "tier": str(previous.tier),
        "at": format_micros(previous.as_of),
    }
