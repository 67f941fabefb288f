"""Which kept answers count as predictions whose outcome is known."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from app.domain.churn import ChurnDefinition
from app.domain.moments import EARLIEST, format_moment
from app.domain.stored_scores import Rescoring

N_MONTHS: Final = 24  # newest months that are looked at
# An event may be missing only because the feed is late: a window counts once the log reaches its
# end, but for a quiet day.
QUIET: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Promise:
    """What a bundle says of itself: what it foresees, and from when on it had seen nothing."""

    churn: ChurnDefinition
    trained_until: datetime


@dataclass(frozen=True, slots=True)
class Matured:
    """Rescorings whose horizon has closed, oldest first, by month (UTC) and bundle id.

    `left_out` says what was not counted and why, `waiting` what is waited for where nothing of
    the bundle asked about has closed.
    """

    by_month: Mapping[tuple[str, str], tuple[Rescoring, ...]]
    left_out: tuple[str, ...]
    waiting: str


def matured(
    rescorings: Sequence[Rescoring],
    promises: Mapping[str, Promise],
    *,
    bundle_id: str,
    as_of: datetime,
    log_until: datetime | None,
) -> Matured:
    """Return what can be held against outcomes that were known at `as_of`.

    Parameters
    ----------
    rescorings : by moment, oldest first.
    promises : by bundle id; those of bundles that are no longer on the shelf are missing.
    bundle_id : whom `waiting` is about.
    log_until : when the newest activity of the log was received; None: there is none.
    """
    reached = EARLIEST if log_until is None else min(as_of, log_until + QUIET)
    honest = [each for each in rescorings if _is_prediction(each, promises)]
    closed = [each for each in honest if _closes_at(each, promises) <= reached]
    by_month: dict[tuple[str, str], list[Rescoring]] = {}
    for each in closed:
        month = f"{each.as_of.astimezone(UTC):%Y-%m}"
        by_month.setdefault((month, each.bundle_id), []).append(each)
    newest = set(sorted({month for month, _ in by_month}, reverse=True)[:N_MONTHS])
    return Matured(
        {key: tuple(found) for key, found in by_month.items() if key[0] in newest},
        tuple(_left_out(rescorings, promises)),
        _waiting(rescorings, honest, promises, bundle_id, as_of, reached, log_until),
    )


def _is_prediction(rescoring: Rescoring, promises: Mapping[str, Promise]) -> bool:
    """Return whether the bundle had seen nothing of what it was asked about."""
    promise = promises.get(rescoring.bundle_id)
    return promise is not None and rescoring.as_of >= promise.trained_until


def _closes_at(rescoring: Rescoring, promises: Mapping[str, Promise]) -> datetime:
    return rescoring.as_of + timedelta(days=promises[rescoring.bundle_id].churn.horizon_days)


def _left_out(rescorings: Sequence[Rescoring], promises: Mapping[str, Promise]) -> Iterable[str]:
    for bundle_id in dict.fromkeys(each.bundle_id for each in rescorings):
        own = [each for each in rescorings if each.bundle_id == bundle_id]
        if bundle_id not in promises:
            yield f"{_times(len(own))} with {bundle_id}, which is not to be found on the shelf"
        elif n := sum(not _is_prediction(each, promises) for each in own):
            until = format_moment(promises[bundle_id].trained_until)
            yield (
                f"{_times(n)} with {bundle_id} as of moments before {until}: it was trained on "
                "what happened then, so these are no predictions"
            )


def _waiting(
    rescorings: Sequence[Rescoring],
    honest: Sequence[Rescoring],
    promises: Mapping[str, Promise],
    bundle_id: str,
    as_of: datetime,
    reached: datetime,
    log_until: datetime | None,
) -> str:
    own = [_closes_at(each, promises) for each in honest if each.bundle_id == bundle_id]
    if not own and any(each.bundle_id == bundle_id for each in rescorings):
        return (
            "not measured yet: all answers that were kept of this bundle are as of moments before "
            "its cut-off, and so no predictions; rescore as of a later moment"
        )
    if not own:
        return (
            "not measured yet: no answer of this bundle is kept; `holdfast rescore` keeps them, "
            "and their outcomes are known once the horizon has passed"
        )
    first = format_moment(min(own))
    if min(own) > as_of:
        return f"not measured yet: the first horizon of this bundle closes {first}"
    if min(own) <= reached:
        return "not measured: nobody whose horizon has closed had a score"
    ends = "is empty" if log_until is None else f"ends {format_moment(log_until)}"
    return (
        f"not measured yet: the log {ends}, and the first horizon of this bundle closed {first}; "
        "import what has happened since"
    )


def _times(n: int) -> str:
    return "1 rescoring" if n == 1 else f"{n:,} rescorings"
