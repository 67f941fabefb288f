"""The one way from a history to assessments: for one customer, a thousand, or all of them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.bundle.opened import RiskBundle
from app.domain.answers import Provenance
from app.domain.assessment import Assessment, Reason, Risk
from app.domain.findings import findings_of
from app.domain.moments import from_micros
from app.domain.playbooks import Playbook, Trigger
from app.domain.standing import Standing
from app.features.catalogue import CATALOGUE, FEATURE_NAMES
from app.features.history import NO_MOMENT, History
from app.features.sentences import Phrase, phrase
from app.use_cases.score_columns import ScoreColumns, score_columns

N_REASONS: Final = 5  # as many as a person reads
LEAST_CONTRIBUTION: Final = 0.001  # log-odds; it moves no probability by more than 0.03 points
CHUNK: Final = 2_048  # customers at a time: the matrices of one chunk stay in the processor's cache
# Base rates move with the season: half a year after its cut-off a bundle speaks of another one.
STALE_BUNDLE_DAYS: Final = 180
# Signals are checked daily and reviewed weekly (row B13): a week without any activity of anybody
# means that the feed has stopped, and silence says nothing about a customer.
STALE_LOG_DAYS: Final = 7

Told: TypeAlias = tuple[tuple[int, float], ...]  # the column of a feature, and its contribution


def assess(
    history: History,
    bundle: RiskBundle,
    playbook: Playbook,
    *,
    as_of: datetime,
    previous: Mapping[str, Standing] | None = None,
    n_reasons: int = N_REASONS,
    log_until: datetime | None = None,
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
            log_until=log_until,
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
    log_until: datetime | None = None,
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
        What was standing before: a signal or intervention that still stands keeps its `since`.
    n_reasons : int
        At most so many reasons, by the size of their contribution, whichever their direction.
    log_until : datetime, optional
        When the newest activity of the whole log was received. Then `stale` also says whether the
        log has been silent for `STALE_LOG_DAYS`; without it, only whether the bundle learned
        nothing of the last `STALE_BUNDLE_DAYS`.
    """
    as_of = as_of.astimezone(UTC)
    stale = is_stale(as_of, trained_until=bundle.manifest.facts.trained_until, log_until=log_until)
    usual, phrases = bundle.usual.tolist(), _phrases(bundle.usual.tobytes())
    for first in range(0, history.n_customers, CHUNK):
        part = history.part(first, min(first + CHUNK, history.n_customers))
        columns = score_columns(part, bundle, as_of=as_of)
        risks = _risks(columns, bundle, n_reasons=n_reasons)
        holding = _holding(playbook, columns.features, usual)
        for i, (risk, told) in enumerate(risks):
            customer_id = str(part.customer_ids[i])
            row = [*columns.features[i].tolist(), *usual]
            findings = findings_of(
                playbook,
                holding[i],
                row,
                tier=risk.tier if risk else None,
                as_of=as_of,
                previous=previous.get(customer_id) if previous else None,
            )
            last = int(columns.last_activity_at[i])
            yield Assessment(
                customer_id=customer_id,
                as_of=as_of,
                risk=risk,
                reasons=_reasons(row, told, phrases),
                signals=findings.signals,
                interventions=findings.interventions,
                last_activity_at=None if last == NO_MOMENT else from_micros(last),
                stale=stale,
                bundle_id=bundle.id,
                tier_policy=bundle.tier_policy,
                segments=findings.segments,
            )


def is_stale(as_of: datetime, *, trained_until: datetime, log_until: datetime | None) -> bool:
    """Return whether an answer as of a moment rests on what is too old to be trusted."""
    if as_of - trained_until > timedelta(days=STALE_BUNDLE_DAYS):
        return True
    return log_until is not None and as_of - log_until > timedelta(days=STALE_LOG_DAYS)


def provenance_of(bundle: RiskBundle, playbook: Playbook) -> Provenance:
    """Return what answers of this bundle and playbook rest on, for `answer_of`."""
    facts = bundle.manifest.facts
    return Provenance(
        bundle_id=bundle.id,
        trained_until=facts.trained_until,
        feature_hash=facts.features.fingerprint,
        churn=bundle.churn,
        playbook_version=playbook.version,
        playbook_sha256=playbook.sha256,
    )


def _risks(
    columns: ScoreColumns, bundle: RiskBundle, *, n_reasons: int
) -> Iterator[tuple[Risk | None, Told]]:
    """Yield the risk of each customer and what moved it; None and nothing where it has none."""
    contributions = _contributions(columns, bundle)
    strongest = _strongest(contributions[:, :-1], n_reasons)
    moved = np.take_along_axis(contributions, strongest, axis=1)
    explained = zip(contributions[:, -1].tolist(), strongest.tolist(), moved.tolist(), strict=True)
    numbers = zip(
        columns.sufficient.tolist(),
        columns.margins.tolist(),
        columns.probabilities.tolist(),
        columns.percentiles.tolist(),
        strict=True,
    )
    policy = bundle.tier_policy
    for sufficient, margin, probability, percentile in numbers:
        if not sufficient:
            yield None, ()
            continue
        base_margin, positions, moves = next(explained)
        risk = Risk(
            probability=probability,
            score=policy.score_of(probability),
            percentile=percentile,
            tier=policy.tier_of(probability),
            margin=margin,
            base_margin=base_margin,
        )
        yield risk, tuple(zip(positions, moves, strict=True))


def _contributions(columns: ScoreColumns, bundle: RiskBundle) -> NDArray[np.float64]:
    """Return the contributions of those who have a risk; LightGBM refuses to explain nobody."""
    known = columns.features[columns.sufficient]
    if not len(known):
        return np.empty((0, known.shape[1] + 1))
    return bundle.contributions(known)


def _strongest(contributions: NDArray[np.float64], n: int) -> NDArray[np.int64]:
    """Return the columns of the `n` largest contributions of each row, largest first.

    Of equal ones the feature that comes first in the catalogue goes first.
    """
    return np.argsort(-np.abs(contributions), axis=1, kind="stable")[:, :n]


def _reasons(row: Sequence[float], told: Told, phrases: Sequence[Phrase]) -> tuple[Reason, ...]:
    return tuple([
        Reason(
            feature=FEATURE_NAMES[position],
            direction="raises" if contribution > 0 else "lowers",
            value=_none_if_missing(row[position]),
            usual=_none_if_missing(row[len(FEATURE_NAMES) + position]),
            contribution=contribution,
            text=phrases[position].of(row[position]),
        )
        for position, contribution in told
        if abs(contribution) >= LEAST_CONTRIBUTION
    ])


@lru_cache(maxsize=8)
def _phrases(usual: bytes) -> tuple[Phrase, ...]:
    """Return the sentence of each feature; `usual` holds the usual values as float64."""
    values = np.frombuffer(usual, np.float64).tolist()
    return tuple([phrase(f, value) for f, value in zip(CATALOGUE, values, strict=True)])


def _none_if_missing(value: float) -> float | None:
    return value if value == value else None  # noqa: PLR0124 - true for all but NaN


def _holding(
    playbook: Playbook, features: NDArray[np.float64], usual: Sequence[float]
) -> list[list[Trigger]]:
    """Return the triggers that hold for each customer.

    The conditions are the same; for one customer they compare floats, which is ten times as fast as
    arrays of length one, and for many they compare columns, a hundred times as fast as floats.
    """
    if len(features) == 1:
        row = [*features[0].tolist(), *usual]
        return [[trigger for trigger in playbook.triggers if trigger.when(row)]]
    columns = [*np.ascontiguousarray(features.T), *usual]
    verdicts = np.column_stack([trigger.when(columns) for trigger in playbook.triggers])
    holding: list[list[Trigger]] = [[] for _ in features]
    customers, triggers = np.nonzero(verdicts)
    for customer, trigger in zip(customers.tolist(), triggers.tolist(), strict=True):
        holding[customer].append(playbook.triggers[trigger])
    return holding
