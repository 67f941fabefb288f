"""The one way from a history to assessments: for one customer, a thousand, or all of them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.bundle.answers.reasons import Reasons
from app.bundle.answers.tier_columns import TIERS
from app.bundle.risk_bundle import RiskBundle
from app.domain.answers import Question
from app.domain.assessment import Assessment, Json, Risk
from app.domain.moments import format_micros, format_moment, to_micros
from app.domain.playbooks import Playbook
from app.domain.standing import Standing
from app.domain.warnings import BundleWarning
from app.features.history import NO_MOMENT, History
from app.use_cases.scores.certainty import interval_blocks, unusual_features
from app.use_cases.scores.columns import ScoreColumns, explained_columns
from app.use_cases.scores.tiers_and_value import policy_blocks, tiers_before, value_blocks
from app.use_cases.scores.wording import tell_each

N_REASONS: Final = 5  # as many as a person reads
CHUNK: Final = 2_048  # customers at a time: the matrices of one chunk stay in the processor's cache
# Base rates move with the season: half a year after its cut-off a bundle speaks of another one.
STALE_BUNDLE_DAYS: Final = 180
# Signals are checked daily and reviewed weekly (row B13): a week without any activity of anybody
# means that the feed has stopped, and silence says nothing about a customer.
STALE_LOG_DAYS: Final = 7


def assess(
    history: History,
    bundle: RiskBundle,
    playbook: Playbook,
    *,
    as_of: datetime,
    previous: Mapping[str, Standing] | None = None,
    n_reasons: int = N_REASONS,
) -> list[Assessment]:
    """Return the assessment of every customer of `history`, in its order.

    See `assess_each`, which yields the same one by one.
    """
    return list(
        assess_each(
            history,
            bundle,
            playbook,
            as_of=as_of,
            previous=previous,
            n_reasons=n_reasons,
        )
    )


def assess_each(
    history: History,
    bundle: RiskBundle,
    playbook: Playbook,
    *,
    as_of: datetime,
    previous: Mapping[str, Standing] | None = None,
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
    previous : mapping of customer id to Standing, optional
        What was standing before: a signal or intervention that still stands keeps its `since`, and
        the edges of the tiers keep a customer a little longer where they stood.
    n_reasons : int
        At most so many reasons, by the size of their contribution, whichever their direction.
    """
    moment = to_micros(as_of)
    horizon = bundle.churn.horizon_days
    for first in range(0, history.n_customers, CHUNK):
        part = history.part(first, min(first + CHUNK, history.n_customers))
        ids = texts_of(part.customer_ids)
        columns, reasons = explained_columns(
            part,
            bundle,
            as_of=as_of,
            n_reasons=n_reasons,
            before=tiers_before(ids, previous, as_of=moment),
        )
        told = tell_each(columns, reasons, bundle, playbook, ids, as_of=moment, previous=previous)
        for customer_id, risk, (
            own_reasons,
            findings,
        ), policy, value, interval, unusual, last in zip(
            ids,
            _risks(columns, reasons),
            told,
            policy_blocks(bundle.tier_policy, columns),
            value_blocks(columns, as_of=moment, horizon_days=horizon, currency=bundle.currency),
            interval_blocks(columns, bundle),
            unusual_features(columns, bundle),
            columns.last_activity_at.tolist(),
            strict=True,
        ):
            yield Assessment(
                customer_id,
                risk,
                own_reasons,
                findings,
                policy,
                value,
                interval,
                unusual,
                None if last == NO_MOMENT else last,
            )


def question_of(
    bundle: RiskBundle,
    playbook: Playbook,
    *,
    as_of: datetime,
    log_until: datetime | None = None,
) -> Question:
    """Return what the answers of this bundle and playbook share, for `answer_of`.

    `log_until` is when the newest activity of the whole log was received, see `is_stale`.
    """
    facts = bundle.manifest.facts
    staleness = staleness_of(as_of, trained_until=facts.trained_until, log_until=log_until)
    return Question(
        as_of=to_micros(as_of),
        stale=staleness != (),
        churn=bundle.churn,
        bundle=bundle_block(bundle),
        playbook={"version": playbook.version, "sha256": playbook.sha256},
        basis=facts.basis,
        warnings=warning_blocks(bundle, staleness, as_of=as_of),
    )


def bundle_block(bundle: RiskBundle) -> Json:
    """Return which bundle answers."""
    facts = bundle.manifest.facts
    return {
        "id": bundle.id,
        "trained_until": format_micros(to_micros(facts.trained_until)),  # remembered
        "feature_hash": facts.features.fingerprint,
    }


def warning_blocks(
    bundle: RiskBundle, staleness: Sequence[BundleWarning], *, as_of: datetime
) -> list[Json]:
    """Return the reasons to trust an answer as of a moment less; see `staleness_of`."""
    hindsight = hindsight_of(as_of, trained_until=bundle.manifest.facts.trained_until)
    return [
        {"code": each.code, "text": each.text}
        for each in (*bundle.warnings, *staleness, *hindsight)
    ]


def is_stale(as_of: datetime, *, trained_until: datetime, log_until: datetime | None) -> bool:
    """Return whether an answer as of a moment rests on what is too old to be trusted.

    Where `log_until` is None, nothing is known of the log, and only the age of the bundle counts.
    """
    return staleness_of(as_of, trained_until=trained_until, log_until=log_until) != ()


def staleness_of(
    as_of: datetime, *, trained_until: datetime, log_until: datetime | None
) -> tuple[BundleWarning, ...]:
    """Return what of an answer as of a moment is too old to be trusted; empty where nothing is."""
    found = []
    if as_of - trained_until > timedelta(days=STALE_BUNDLE_DAYS):
        found.append(
            f"The bundle learned nothing since {format_moment(trained_until)}, more than "
            f"{STALE_BUNDLE_DAYS} days before: train it again."
        )
    if log_until is not None and as_of - log_until > timedelta(days=STALE_LOG_DAYS):
        found.append(
            f"No activity of anybody was received since {format_moment(log_until)}, more than "
            f"{STALE_LOG_DAYS} days before: see whether the feed has stopped."
        )
    return tuple(BundleWarning("stale", text) for text in found)


def hindsight_of(as_of: datetime, *, trained_until: datetime) -> tuple[BundleWarning, ...]:
    """Return the warning about a moment that the bundle had seen the outcome of."""
    if as_of >= trained_until:
        return ()
    text = (
        f"The bundle learned from what happened until {format_moment(trained_until)}: as of a "
        "moment before, this is no prediction."
    )
    return (BundleWarning("hindsight", text),)


def texts_of(customer_ids: Sequence[str] | NDArray[np.str_] | NDArray[np.object_]) -> Sequence[str]:
    """Return ids as plain texts, which is what JSON takes."""
    texts: Sequence[str] = np.asarray(customer_ids, object).tolist()
    return texts


def _risks(columns: ScoreColumns, reasons: Reasons) -> Iterator[Risk | None]:
    """Yield the risk of each customer; None where it has none."""
    base = reasons.base_margin
    for sufficient, margin, probability, percentile, score, tier, others in zip(
        columns.sufficient.tolist(),
        columns.margins.tolist(),
        columns.probabilities.tolist(),
        columns.percentiles.tolist(),
        columns.scores.tolist(),
        columns.tiers.tolist(),
        reasons.other_contributions.tolist(),
        strict=True,
    ):
        if sufficient:
            yield Risk(probability, score, percentile, TIERS[tier], margin, base, others)
        else:
            yield None
