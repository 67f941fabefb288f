"""Encode answers as JSON, in the shape that HTTP, the database and score files share.

Only this module knows that shape. It is not part of the domain, because its names are a promise to
clients. It is not part of the API either, because a rescoring and score files write the same JSON.
Names are snake_case, and moments are ISO 8601 in UTC with a Z. What is known to be empty is null
and never left out; what is not measured yet (an effect) is absent and never made up.

Every answer pays for an additional field: a bulk call has about 25 µs for all of one customer. What
all answers of a call share is therefore encoded once, by `AnswerEncoder`.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

import orjson

from app.domain.bundles import BundleIdentity, BundleWarning
from app.domain.interventions import Intervention, InterventionStep
from app.domain.moments import format_micros, from_micros, to_micros
from app.domain.playbooks import PlaybookIdentity
from app.domain.scores.assessment import AnswerContext, Assessment
from app.domain.scores.previous import PreviousAnswer, trend_between, trend_of
from app.domain.scores.reasons import Reason
from app.domain.scores.risk import Interval, Risk
from app.domain.scores.value import ExpectedValue
from app.domain.signals import Signal
from app.domain.tier_policies import AppliedTierPolicy
from app.use_cases.scores.columns import TIER_NAMES, CustomerNumbers
from app.use_cases.scores.numbers import NumbersAnswer
from app.use_cases.scores.previous_answers import PreviousNumbers
from app.use_cases.scores.value import values_at_risk

Json: TypeAlias = dict[str, Any]

SCALE: Final = {"min": 0, "max": 100, "higher_means": "more_at_risk"}
_NO_RISK: Final = (None,) * len(Risk._fields)


class AnswerEncoder:
    """Encodes the answers of one call, one customer at a time."""

    def __init__(self, context: AnswerContext) -> None:
        self._context = context
        self._as_of = format_micros(context.as_of)
        self._churn = context.churn.sentence
        self._bundle = encode_bundle(context.bundle)
        self._playbook = _encode_playbook(context.playbook)
        self._warnings = encode_warnings(context.warnings)

    def encode(self, assessment: Assessment, previous: PreviousAnswer | None = None) -> bytes:
        """Return the whole answer about one customer as JSON.

        Its `previous` and `trend` come from the previous answer. Both are null if there is none, or
        if it has no risk; `trend` also if this answer has none.
        """
        context, findings, risk = self._context, assessment.findings, assessment.risk
        probability, score, percentile, tier, margin, base_margin, others = risk or _NO_RISK
        return orjson.dumps(
            {
                "customer_id": assessment.customer_id,
                "as_of": self._as_of,
                "score": score,
                "tier": tier and str(tier),
                "probability": probability,
                "interval": encode_interval(assessment.interval),
                "percentile": percentile,
                "scale": SCALE,
                "churn_definition": self._churn,
                "horizon_days": context.churn.horizon_days,
                "basis": context.basis.value,
                "tier_policy": encode_tier_policy(assessment.tier_policy),
                "previous": _encode_previous(previous),
                "trend": trend_of(risk, previous),
                "margin": margin,
                "base_margin": base_margin,
                "reasons": encode_reasons(assessment.reasons),
                "other_contributions": others,
                "value": self._encode_value(assessment.value),
                "segments": findings.segments,
                "signals": encode_signals(findings.signals),
                "interventions": encode_interventions(findings.interventions),
                "data": _encode_data(assessment, stale=context.stale),
                "bundle": self._bundle,
                "playbook": self._playbook,
                "warnings": self._warnings,
            },
            option=orjson.OPT_UTC_Z,
        )

    def _encode_value(self, value: ExpectedValue | None) -> Json | None:
        if value is None:
            return None
        orders, revenue, orders_12m, revenue_12m, if_kept, next_order_at, at_risk = value
        return {
            "currency": self._context.currency,
            "horizon_days": self._context.churn.horizon_days,
            "expected_orders": orders,
            "expected_revenue": revenue,
            "expected_orders_12m": orders_12m,
            "expected_revenue_12m": revenue_12m,
            "revenue_12m_if_kept": if_kept,
            "next_order_expected_at": None if next_order_at is None else from_micros(next_order_at),
            "value_at_risk": at_risk,
        }


def encode_numbers(answer: NumbersAnswer) -> dict[str, Json]:
    """Return the numbers of each customer by id, each as the whole answer states it."""
    columns, previous = answer.numbers
    level = columns.interval_level
    return {
        customer.customer_id: _encode_numbers_of(customer, before, at_risk, level)
        for customer, before, at_risk in zip(
            columns.customers(), previous, values_at_risk(columns), strict=True
        )
    }


def _encode_numbers_of(
    customer: CustomerNumbers, before: PreviousNumbers, at_risk: float | None, level: float | None
) -> Json:
    at, score_before, tier_before, _ = before
    previous = None
    if score_before is not None:
        previous = {"score": score_before, "tier": tier_before, "at": at}
    if not customer.sufficient:
        return {**_NO_NUMBERS, "previous": previous}
    score, tier = customer.score, TIER_NAMES[customer.tier]
    trend = None
    if score_before is not None and tier_before is not None:
        trend = trend_between(score_before, tier_before, score, tier)
    interval = {"low": customer.low, "high": customer.high, "level": level}
    return {
        "score": score,
        "tier": tier,
        "probability": customer.probability,
        "interval": None if level is None else interval,
        "percentile": customer.percentile,
        "previous": previous,
        "trend": trend,
        "value_at_risk": at_risk,
        "sufficient_history": True,
        "out_of_distribution": customer.unusual,
    }


# The numbers of a customer whose history is not sufficient, in the same order as above.
_NO_NUMBERS: Final[Json] = {
    "score": None,
    "tier": None,
    "probability": None,
    "interval": None,
    "percentile": None,
    "previous": None,
    "trend": None,
    "value_at_risk": None,
    "sufficient_history": False,
    "out_of_distribution": None,
}


def encode_shared(context: AnswerContext) -> Json:
    """Return what the numbers of many customers share; it is stated once, in front of them."""
    return {
        "as_of": format_micros(context.as_of),
        "scale": SCALE,
        "churn_definition": context.churn.sentence,
        "horizon_days": context.churn.horizon_days,
        "basis": context.basis.value,
        "currency": context.currency,
        "stale": context.stale,
        "bundle": encode_bundle(context.bundle),
        "warnings": encode_warnings(context.warnings),
    }


def encode_bundle(bundle: BundleIdentity) -> Json:
    """Return which bundle answers."""
    return {
        "id": bundle.id,
        "trained_until": format_micros(to_micros(bundle.trained_until)),  # which remembers it
        "feature_hash": bundle.feature_hash,
    }


def encode_warnings(warnings: Iterable[BundleWarning]) -> list[Json]:
    """Return the reasons to trust an answer less."""
    return [{"code": each.code, "text": each.text} for each in warnings]


def encode_tier_policy(policy: AppliedTierPolicy) -> Json:
    """Return where the tiers begin for a customer."""
    kind, version, high_from, medium_from, value_basis, offer_cost = policy
    return {
        "kind": kind,
        "version": version,
        "high_from": high_from,
        "medium_from": medium_from,
        "value_basis": value_basis,
        "offer_cost": offer_cost,
    }


def encode_interval(interval: Interval | None) -> Json | None:
    """Return the interval around a probability; None where it is not known."""
    if interval is None:
        return None
    low, high, level = interval
    return {"low": low, "high": high, "level": level}


def encode_reasons(reasons: Sequence[Reason]) -> list[Json]:
    """Return the reasons of one customer."""
    return [
        {
            "feature": reason.feature,
            "direction": reason.direction,
            "value": reason.value,
            "usual": reason.usual,
            "contribution": reason.contribution,
            "text": reason.text,
        }
        for reason in reasons
    ]


def encode_signals(signals: Sequence[Signal]) -> list[Json]:
    """Return the signals of one customer."""
    return [
        {
            "signal": name,
            "severity": str(severity),
            "kind": str(kind),
            "owner": owner,
            "respond_within_hours": respond_within_hours,
            "since": format_micros(since),
            "text": text,
        }
        for name, severity, kind, owner, respond_within_hours, since, text in signals
    ]


def encode_interventions(interventions: Sequence[Intervention]) -> list[Json]:
    """Return the interventions for one customer."""
    return [
        {
            "playbook": name,
            "reason": reason,
            "priority": priority,
            "owner": owner,
            "since": format_micros(since),
            "due_at": format_micros(due_at),
            "next_step": next_step,
            "steps": _encode_steps(steps),
        }
        for name, reason, priority, owner, since, due_at, next_step, steps in interventions
    ]


# A playbook has a few dozen lists of steps, and every intervention has one of them.
@lru_cache(maxsize=1024)
def _encode_steps(steps: tuple[InterventionStep, ...]) -> list[Json]:
    return [step._asdict() for step in steps]


def _encode_playbook(playbook: PlaybookIdentity | None) -> Json | None:
    if playbook is None:
        return None
    return {"version": playbook.version, "sha256": playbook.sha256}


def _encode_data(assessment: Assessment, *, stale: bool) -> Json:
    """Return what the answer rests on."""
    last, unusual = assessment.last_activity_at, assessment.unusual_features
    return {
        "last_activity_at": None if last is None else from_micros(last),
        "sufficient_history": assessment.risk is not None,
        "stale": stale,
        "out_of_distribution": None if unusual is None else bool(unusual),
        "unusual": unusual or (),
    }


def _encode_previous(previous: PreviousAnswer | None) -> Json | None:
    if previous is None or previous.tier is None:
        return None
    return {
        "score": previous.score,
        "tier": str(previous.tier),
        "at": format_micros(previous.as_of),
    }
