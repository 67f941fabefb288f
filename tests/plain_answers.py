"""Answers as one would write them from the description: slow, plain, and on their own.

What the service answers is made for speed; here is what it has to be equal to, byte for byte once
both are JSON.
"""

from datetime import timedelta

import numpy as np

from app.domain.moments import format_moment, from_micros, to_micros
from app.domain.playbooks import LevelTrigger, Occasion, SegmentRule
from app.features.catalogue import CATALOGUE
from app.features.engine import features_of
from app.features.history import NO_MOMENT
from app.features.population import in_population, last_activity_at
from app.features.sentences import sentence
from app.use_cases.scores.context import hindsight_of, staleness_of


def plain_findings(playbook, row, *, tier, as_of, previous=None):
    """Return segments, signals and interventions as data; `row` as conditions take it."""
    before = previous if previous and previous.as_of < to_micros(as_of) else None
    holding = [trigger for trigger in playbook.triggers if trigger.when(row)]
    signals, calls = {}, []

    def since(name, kept):
        micros = getattr(before, kept).get(name) if before else None
        return as_of if micros is None else from_micros(micros)

    for trigger in holding:
        if isinstance(trigger, LevelTrigger) and trigger.rule.name not in signals:
            rule, level = trigger.rule, trigger.level
            standing = since(rule.name, "signals")
            signals[rule.name] = {
                "signal": rule.name,
                "severity": level.severity.value,
                "kind": rule.kind.value,
                "owner": rule.owner,
                "respond_within_hours": level.respond_within_hours,
                "since": format_moment(standing),
                "text": rule.text.fill(row),
            }
            hours = timedelta(hours=level.respond_within_hours)
            calls.append((rule.name, rule.intervention, standing, standing + hours))
    others = [t for t in holding if isinstance(t, Occasion)]
    named = [(t.name, t.intervention, t.respond_within_hours) for t in others]
    if tier is not None:
        default = playbook.tiers[tier]
        named.append((f"tier_{tier.value}", default.intervention, default.respond_within_hours))
    for name, intervention, hours in named:
        standing = since(name, "interventions")
        calls.append((name, intervention, standing, standing + timedelta(hours=hours)))
    return {
        "segments": [t.name for t in holding if isinstance(t, SegmentRule)],
        "signals": list(signals.values()),
        "interventions": _interventions(playbook, row, calls),
    }


def _interventions(playbook, row, calls):
    found = []
    for name, rule in playbook.interventions.items():
        mine = [call for call in calls if call[1] == name]
        if not mine:
            continue
        reason, _, since, due_at = min(mine, key=lambda call: call[3])
        steps = [each.step for each in rule.steps if each.when is None or each.when(row)]
        found.append((rule.priority, due_at, name, reason, since, rule, steps))
    return [
        {
            "playbook": name,
            "reason": reason,
            "priority": priority,
            "owner": rule.owner,
            "since": format_moment(since),
            "due_at": format_moment(due_at),
            "next_step": rule.next_step,
            "steps": [
                {
                    "channel": step.channel,
                    "after_hours": step.after_hours,
                    "until_hours": step.until_hours,
                    "action": step.action,
                }
                for step in steps
            ],
        }
        for priority, due_at, name, reason, since, rule, steps in sorted(
            found, key=lambda each: each[:3]
        )
    ]


def plain_reasons(bundle, features, *, n_reasons=5, least=0.001):
    """Return the reasons of one customer; `features` of shape (n_features,)."""
    contributions = bundle.contributions(features[np.newaxis])[0, :-1]
    ranked = sorted(range(len(CATALOGUE)), key=lambda i: (-abs(contributions[i]), i))
    return [
        {
            "feature": CATALOGUE[i].name,
            "direction": "raises" if contributions[i] > 0 else "lowers",
            "value": _known(features[i]),
            "usual": _known(bundle.usual[i]),
            "contribution": float(contributions[i]),
            "text": sentence(CATALOGUE[i], float(features[i]), float(bundle.usual[i])),
        }
        for i in ranked[:n_reasons]
        if abs(contributions[i]) >= least
    ]


def plain_answer(history, bundle, playbook, *, as_of, previous=None):
    """Return the answer about the only customer of a history."""
    moment = to_micros(as_of)
    features = features_of(history, as_of=moment)
    last = int(last_activity_at(history, as_of=moment)[0])
    row = [*features[0].tolist(), *bundle.usual.tolist()]
    policy, facts = bundle.tier_policy, bundle.manifest.facts
    numbers = dict.fromkeys((
        "score",
        "tier",
        "probability",
        "percentile",
        "margin",
        "base_margin",
        "other",
    ))
    tier, reasons, value = None, [], None
    stood = previous.tier if previous and previous.as_of < moment else None
    edges, basis, offer = policy.edges_of(before=stood), None, None
    if policy.kind == "value":
        basis = policy.basis_of(None)
    if in_population(history, bundle.churn, as_of=moment)[0]:
        probability = float(bundle.probabilities(features)[0])
        worth = _worth(bundle, features, probability)
        value = worth and _value(worth, bundle, moment)
        mine = worth["revenue_12m_if_kept"] if worth else None
        if policy.kind == "value":
            edges = policy.edges_of(value=mine, before=stood)
            basis = policy.basis_of(mine)
            offer = policy.offer_of(probability, value=mine, before=stood)
        tier = edges.tier_of(probability)
        reasons = plain_reasons(bundle, features[0])
        margin = float(bundle.margins(features)[0])
        base = float(bundle.contributions(features)[0, -1])
        numbers = {
            "score": edges.score_of(probability),
            "tier": tier.value,
            "probability": probability,
            "percentile": min(int(np.searchsorted(bundle.percentile_knots, probability)), 100),
            "margin": margin,
            "base_margin": base,
            "other": _rest(margin - base, reasons),
        }
    found = plain_findings(playbook, row, tier=tier, as_of=as_of, previous=previous)
    return {
        "customer_id": str(history.customer_ids[0]),
        "as_of": format_moment(as_of),
        "score": numbers["score"],
        "tier": numbers["tier"],
        "probability": numbers["probability"],
        "interval": _interval(bundle, features) if tier else None,
        "percentile": numbers["percentile"],
        "scale": {"min": 0, "max": 100, "higher_means": "more_at_risk"},
        "churn_definition": bundle.churn.sentence,
        "horizon_days": bundle.churn.horizon_days,
        "basis": facts.basis.value,
        "tier_policy": {
            "kind": policy.kind,
            "version": policy.version,
            "high_from": edges.high_from,
            "medium_from": edges.medium_from,
            "value_basis": basis,
            "offer_cost": offer,
        },
        "previous": previous
        and previous.tier
        and {
            "score": previous.score,
            "tier": previous.tier.value,
            "at": format_moment(from_micros(previous.as_of)),
        },
        "trend": _trend(numbers["score"], tier, previous),
        "margin": numbers["margin"],
        "base_margin": numbers["base_margin"],
        "reasons": reasons,
        "other_contributions": numbers["other"],
        "value": value,
        "segments": found["segments"],
        "signals": found["signals"],
        "interventions": found["interventions"],
        "data": {
            "last_activity_at": None if last == NO_MOMENT else format_moment(from_micros(last)),
            "sufficient_history": tier is not None,
            "stale": as_of - facts.trained_until > timedelta(days=180),
            **_unusual(bundle, features[0] if tier else None),
        },
        "bundle": {
            "id": bundle.id,
            "trained_until": format_moment(facts.trained_until),
            "feature_hash": facts.features.fingerprint,
        },
        "playbook": {"version": playbook.version, "sha256": playbook.sha256},
        "warnings": [
            {"code": each.code, "text": each.text}
            for each in (
                *bundle.warnings,
                *staleness_of(as_of, trained_until=facts.trained_until, log_until=None),
                *hindsight_of(as_of, trained_until=facts.trained_until),
            )
        ],
    }


def _interval(bundle, features):
    if bundle.intervals is None:
        return None
    margins = bundle.margins(features)
    low, high = bundle.intervals.around(bundle.probabilities(features), margins, features)
    return {"low": float(low[0]), "high": float(high[0]), "level": bundle.intervals.coverage}


def _unusual(bundle, row):
    if bundle.unusual_features is None or row is None:
        return {"out_of_distribution": None, "unusual": []}
    names = list(bundle.unusual_features.names_in(row))
    return {"out_of_distribution": names != [], "unusual": names}


def _rest(total, reasons):
    for reason in reasons:
        total -= reason["contribution"]
    return total


def _trend(score, tier, previous):
    if tier is None or previous is None or previous.score is None:
        return None
    if tier is previous.tier and abs(score - previous.score) < 5:  # SCORE_STEP
        return "steady"
    return "worsening" if score > previous.score else "improving"


def _known(value):
    return None if np.isnan(value) else float(value)


def _worth(bundle, features, probability):
    """Return what one customer is expected to bring, by name; None where nothing is known."""
    if bundle.value is None:
        return None
    said = bundle.value.estimate(features, np.array([probability]))
    numbers = {name: _known(float(column[0])) for name, column in said._asdict().items()}
    return numbers if any(each is not None for each in numbers.values()) else None


def _value(worth, bundle, moment):
    later = worth["next_order_days"]
    at = None if later is None else moment + int(later * 86_400_000_000)
    return {
        "currency": bundle.currency,
        "horizon_days": bundle.churn.horizon_days,
        "expected_orders": worth["orders"],
        "expected_revenue": worth["revenue"],
        "expected_orders_12m": worth["orders_12m"],
        "expected_revenue_12m": worth["revenue_12m"],
        "revenue_12m_if_kept": worth["revenue_12m_if_kept"],
        "next_order_expected_at": at and format_moment(from_micros(at // 1_000_000 * 1_000_000)),
        "value_at_risk": worth["at_risk"],
    }
