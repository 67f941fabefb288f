"""A kept answer, read back as the assessment that the next one is compared with."""

from collections.abc import Mapping
from typing import Any

from app.domain.answers import intervention_from, signal_from
from app.domain.assessment import Assessment, Risk
from app.domain.moments import parse_moment
from app.domain.tiers import RiskTier, TierPolicy


def assessment_from(answer: Mapping[str, Any]) -> Assessment:
    """Return what a kept answer said: risk, and the signals and interventions that stood.

    Its reasons are left out, for nobody compares reasons.
    """
    policy, last = answer["tier_policy"], answer["data"]["last_activity_at"]
    return Assessment(
        customer_id=answer["customer_id"],
        as_of=parse_moment(answer["as_of"]),
        risk=_risk(answer),
        reasons=(),
        signals=tuple([signal_from(signal) for signal in answer["signals"]]),
        interventions=tuple([intervention_from(each) for each in answer["interventions"]]),
        last_activity_at=None if last is None else parse_moment(last),
        stale=answer["data"]["stale"],
        bundle_id=answer["bundle"]["id"],
        tier_policy=TierPolicy(
            version=policy["version"],
            medium_from=policy["medium_from"],
            high_from=policy["high_from"],
        ),
        segments=tuple(answer["segments"]),
    )


def _risk(answer: Mapping[str, Any]) -> Risk | None:
    if answer["score"] is None:
        return None
    return Risk(
        probability=answer["probability"],
        score=answer["score"],
        percentile=answer["percentile"],
        tier=RiskTier(answer["tier"]),
        margin=answer["margin"],
        base_margin=answer["base_margin"],
    )
