"""Which rescorings count as predictions whose outcome is known."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from app.domain.churn import ChurnDefinition
from app.domain.moments import EARLIEST, format_moment
from app.domain.scores.stored import Rescoring

N_MONTHS: Final = 24  # the newest months with an outcome; older ones are not read
# If the log ended before a horizon did, "no order" could mean that the feed is late. A day without
# any activity is not yet a sign of that.
QUIET: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PredictionTerms:
    """What a bundle predicts, and the moment from which on it has seen no data."""

    churn: ChurnDefinition
    trained_until: datetime


@dataclass(frozen=True, slots=True)
class ResolvedPredictions:
    """Rescorings whose horizon has closed, oldest first, by month (UTC) and bundle id.

    `excluded` says which rescorings are no predictions, and why. `pending` says what to wait for if
    no prediction of the bundle asked about has a known outcome.
    """

    by_month: Mapping[tuple[str, str], tuple[Rescoring, ...]]
    excluded: tuple[str, ...]
    pending: str


def resolve_predictions(
    rescorings: Sequence[Rescoring],
    terms: Mapping[str, PredictionTerms],
    *,
    bundle_id: str,
    as_of: datetime,
    log_until: datetime | None,
) -> ResolvedPredictions:
    """Return the rescorings that can be compared with outcomes that were known at `as_of`.

    Parameters
    ----------
    rescorings : by moment, oldest first.
    terms : by bundle id, for the bundles that are still on the shelf.
    bundle_id : the bundle that `pending` is about.
    log_until : when the newest activity of the log was received; None: the log is empty.
    """
    known_until = EARLIEST if log_until is None else min(as_of, log_until + QUIET)
    predictions = [each for each in rescorings if _is_prediction(each, terms)]
    by_month: dict[tuple[str, str], list[Rescoring]] = {}
    for each in predictions:
        if _closes_at(each, terms) <= known_until:
            by_month.setdefault((_month(each), each.bundle_id), []).append(each)
    newest = sorted({month for month, _ in by_month}, reverse=True)[:N_MONTHS]
    own = [each for each in rescorings if each.bundle_id == bundle_id]
    horizons = [_closes_at(each, terms) for each in predictions if each.bundle_id == bundle_id]
    return ResolvedPredictions(
        {key: tuple(found) for key, found in by_month.items() if key[0] in newest},
        tuple(_exclusions(rescorings, terms)),
        _pending(own, horizons, as_of=as_of, known_until=known_until, log_until=log_until),
    )


def _is_prediction(rescoring: Rescoring, terms: Mapping[str, PredictionTerms]) -> bool:
    """Return whether the bundle had seen nothing of what it was asked about."""
    own = terms.get(rescoring.bundle_id)
    return own is not None and rescoring.as_of >= own.trained_until


def _closes_at(rescoring: Rescoring, terms: Mapping[str, PredictionTerms]) -> datetime:
    return rescoring.as_of + timedelta(days=terms[rescoring.bundle_id].churn.horizon_days)


def _month(rescoring: Rescoring) -> str:
    return f"{rescoring.as_of.astimezone(UTC):%Y-%m}"


def _exclusions(
    rescorings: Sequence[Rescoring], terms: Mapping[str, PredictionTerms]
) -> Iterable[str]:
    for bundle_id in dict.fromkeys(each.bundle_id for each in rescorings):
        own = [each for each in rescorings if each.bundle_id == bundle_id]
        if bundle_id not in terms:
            yield f"{_count(len(own))} with bundle {bundle_id}, which is no longer on the shelf"
        elif n := sum(not _is_prediction(each, terms) for each in own):
            until = format_moment(terms[bundle_id].trained_until)
            yield (
                f"{_count(n)} with bundle {bundle_id} as of moments before {until}: the bundle was "
                "trained on what happened until then, so these scores are not predictions"
            )


def _pending(
    rescorings: Sequence[Rescoring],
    horizons: Sequence[datetime],
    *,
    as_of: datetime,
    known_until: datetime,
    log_until: datetime | None,
) -> str:
    if not rescorings:
        return (
            "No scores of this bundle are stored. `holdfast rescore` stores them, and their "
            "outcomes are known once the horizon has passed."
        )
    if not horizons:
        return (
            "All stored scores of this bundle are as of moments before its cut-off, so they are "
            "not predictions. Rescore as of a later moment."
        )
    first = format_moment(min(horizons))
    if min(horizons) > as_of:
        return f"The first horizon of this bundle closes at {first}."
    if min(horizons) <= known_until:
        return "None of the customers whose horizon has closed had a score."
    end = "is empty" if log_until is None else f"ends at {format_moment(log_until)}"
    return (
        f"The log {end}, and the first horizon of this bundle closed at {first}. Import what has "
        "happened since."
    )


def _count(n: int) -> str:
    return "1 rescoring" if n == 1 else f"{n:,} rescorings"
