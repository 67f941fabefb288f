"""The one way from a history to assessments: for one customer, a thousand, or all of them."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from app.bundle.risk_bundle import RiskBundle
from app.domain.moments import to_micros
from app.domain.playbooks import Playbook
from app.domain.scores.assessment import Assessment
from app.domain.scores.previous import PreviousAnswer
from app.domain.scores.risk import Risk
from app.domain.tiers import TIERS
from app.features.history import NO_MOMENT, History
from app.use_cases.scores.certainty import interval_of, unusual_features
from app.use_cases.scores.columns import CustomerNumbers, explained_columns, texts_of
from app.use_cases.scores.explanations import explain_each
from app.use_cases.scores.tiers import application_of, tier_codes_before
from app.use_cases.scores.value import values_each

N_REASONS: Final = 5  # as many as a person reads
CHUNK: Final = 2_048  # customers at a time: the matrices of one chunk stay in the processor's cache
NOTHING_BEFORE: Final[Mapping[str, PreviousAnswer]] = MappingProxyType({})


def assess(
    history: History,
    bundle: RiskBundle,
    playbook: Playbook,
    *,
    as_of: datetime,
    previous: Mapping[str, PreviousAnswer] = NOTHING_BEFORE,
    n_reasons: int = N_REASONS,
) -> list[Assessment]:
    """Return what `assess_each` yields, as a list."""
    each = assess_each(
        history, bundle, playbook, as_of=as_of, previous=previous, n_reasons=n_reasons
    )
    return list(each)


def assess_each(
    history: History,
    bundle: RiskBundle,
    playbook: Playbook,
    *,
    as_of: datetime,
    previous: Mapping[str, PreviousAnswer] = NOTHING_BEFORE,
    n_reasons: int = N_REASONS,
) -> Iterator[Assessment]:
    """Yield the assessment of every customer of `history`, in its order; memory holds one chunk.

    Pure: the same arguments give the same answers, and each customer's is the same whoever else is
    in the history.

    Parameters
    ----------
    history : History
        What the customers did; nothing at or after `as_of` is used.
    bundle : RiskBundle
        For the risk and its reasons. A customer outside its population has no risk, no reasons and
        no intervention of a tier, but still signals.
    playbook : Playbook
        For segments, signals and interventions.
    as_of : datetime
        The moment asked about, with a time zone.
    previous : mapping of customer id to PreviousAnswer
        A signal or intervention that is also in the previous answer keeps its `since`, and the
        edges of the tiers keep a customer a little longer in the previous tier.
    n_reasons : int
        At most so many reasons, by the size of their contribution, whichever their direction.
    """
    for first in range(0, history.n_customers, CHUNK):
        chunk = history.part(first, min(first + CHUNK, history.n_customers))
        yield from _assess_chunk(
            chunk, bundle, playbook, as_of=as_of, previous=previous, n_reasons=n_reasons
        )


def _assess_chunk(
    chunk: History,
    bundle: RiskBundle,
    playbook: Playbook,
    *,
    as_of: datetime,
    previous: Mapping[str, PreviousAnswer],
    n_reasons: int,
) -> Iterator[Assessment]:
    moment = to_micros(as_of)
    before = tier_codes_before(texts_of(chunk.customer_ids), previous, as_of=moment)
    columns, reasons = explained_columns(
        chunk, bundle, as_of=as_of, n_reasons=n_reasons, before=before
    )
    tier_policy = application_of(bundle.tier_policy)
    customers = list(columns.customers())
    for customer, features, other_contributions, explanation, value in zip(
        customers,
        columns.features,
        reasons.other_contributions.tolist(),
        explain_each(
            customers, columns, reasons, bundle, playbook, as_of=moment, previous=previous
        ),
        values_each(columns, as_of=moment),
        strict=True,
    ):
        last = customer.last_activity_at
        yield Assessment(
            customer_id=customer.customer_id,
            risk=_risk(customer, reasons.base_margin, other_contributions),
            reasons=explanation.reasons,
            findings=explanation.findings,
            tier_policy=tier_policy.to(customer),
            value=value,
            interval=interval_of(customer, columns.interval_level),
            unusual_features=unusual_features(customer, features, bundle.unusual_features),
            last_activity_at=None if last == NO_MOMENT else last,
        )


def _risk(customer: CustomerNumbers, base_margin: float, other_contributions: float) -> Risk | None:
    if not customer.sufficient:
        return None
    return Risk(
        customer.probability,
        customer.score,
        customer.percentile,
        TIERS[customer.tier],
        customer.margin,
        base_margin,
        other_contributions,
    )
