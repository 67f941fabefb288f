"""The numbers of up to a thousand customers, as a list shows them: fast, because without words.

Fields have the names and, to the bit, the values that they have in whole answers (see
`app.domain.answers`). What is the same for all customers is said once.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from app.bundle.risk_bundle import RiskBundle
from app.db.connections.statements import Asked
from app.db.log import events
from app.db.log.events import KnownCustomers
from app.domain.answers import SCALE, trend_between
from app.domain.assessment import Json
from app.domain.moments import format_micros, to_micros
from app.use_cases.scores.assess import bundle_block, staleness_of, warning_blocks
from app.use_cases.scores.certainty import interval_blocks, out_of_distribution
from app.use_cases.scores.numbers import number_risks, score_numbers
from app.use_cases.scores.standing import Left
from app.use_cases.scores.tiers_and_value import values_at_risk


class ListedNumbers(NamedTuple):
    """What all answers share, and the numbers of those customers who exist, as plain data."""

    shared: Json
    by_customer: dict[str, Json]


def listing(
    bundle: RiskBundle, customer_ids: Sequence[str], *, as_of: datetime
) -> Asked[ListedNumbers]:
    """Return the question whose reply becomes the numbers that `scoring` puts words to."""
    asked = events.knowing(customer_ids, as_of=as_of, currency=bundle.currency)
    return asked.then(partial(_listed, bundle, as_of=as_of))


def _listed(bundle: RiskBundle, known: KnownCustomers, *, as_of: datetime) -> ListedNumbers:
    shared = shared_of(bundle, as_of=as_of, log_until=known.log_until)
    return ListedNumbers(shared, dict(numbers_each(bundle, known, as_of=as_of)))


def shared_of(bundle: RiskBundle, *, as_of: datetime, log_until: datetime | None) -> Json:
    """Return what the answers of a bundle share; see `staleness_of` for `log_until`."""
    facts, churn = bundle.manifest.facts, bundle.churn
    staleness = staleness_of(as_of, trained_until=facts.trained_until, log_until=log_until)
    return {
        "as_of": format_micros(to_micros(as_of)),
        "scale": SCALE,
        "churn_definition": churn.sentence,
        "horizon_days": churn.horizon_days,
        "basis": str(facts.basis),
        "currency": bundle.currency,
        "stale": staleness != (),
        "bundle": bundle_block(bundle),
        "warnings": warning_blocks(bundle, staleness, as_of=as_of),
    }


def numbers_each(
    bundle: RiskBundle, known: KnownCustomers, *, as_of: datetime
) -> Iterator[tuple[str, Json]]:
    """Yield each customer of whom something is known, and the numbers."""
    customer_ids, columns, before = score_numbers(known, bundle, as_of=as_of)
    for who, risk, left, interval, at_risk, unusual in zip(
        customer_ids,
        number_risks(columns),
        before,
        interval_blocks(columns, bundle),
        values_at_risk(columns),
        out_of_distribution(columns, bundle),
        strict=True,
    ):
        probability, score, percentile, tier = risk
        previous, trend = _compared(left, score, tier)
        numbers = {
            "score": score,
            "tier": tier,
            "probability": probability,
            "interval": interval,
            "percentile": percentile,
            "previous": previous,
            "trend": trend,
            "value_at_risk": at_risk,
            "sufficient_history": score is not None,
            "out_of_distribution": unusual,
        }
        yield who, numbers


def _compared(left: Left, score: int | None, tier: str | None) -> tuple[Json | None, str | None]:
    """Return `previous` and `trend`; both None where there is nothing to compare with."""
    as_of, score_before, tier_before, _ = left
    if score_before is None or tier_before is None:
        return None, None
    previous = {"score": score_before, "tier": tier_before, "at": as_of}
    if score is None or tier is None:
        return previous, None
    return previous, trend_between(score_before, tier_before, score, tier)
