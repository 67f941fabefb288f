"""Which window a bundle is compared with: one that it has not seen, and that has closed."""

from datetime import datetime

from app.bundle.folder.manifest import BundleFacts
from app.domain.errors import EvaluationRefused
from app.domain.moments import MICROSECONDS_PER_DAY, format_moment, from_micros, to_micros
from app.features.history import History
from training.dataset.snapshots import Window


def window_of(history: History, facts: BundleFacts, *, as_of: datetime | None) -> Window:
    """Return the window after `as_of`, or the newest that has closed.

    A log is taken to be complete until the end of its last day (UTC).

    Raises
    ------
    EvaluationRefused
        If the bundle was trained on a part of the window, or the window has not closed in the log.
    """
    if not history.n_events:
        raise EvaluationRefused("the log holds no event to compare predictions with")
    horizon = facts.churn.horizon_days * MICROSECONDS_PER_DAY
    trained_until, ends_at = to_micros(facts.trained_until), log_end(history)
    if as_of is None:
        newest = ends_at - horizon
        if newest < trained_until:
            raise _nothing_unseen(trained_until, horizon, ends_at)
        return Window(newest, ends_at)
    opens_at = to_micros(as_of)
    if opens_at < trained_until:
        raise _already_seen(opens_at, trained_until)
    if opens_at + horizon > ends_at:
        raise _still_open(Window(opens_at, opens_at + horizon), trained_until, ends_at)
    return Window(opens_at, opens_at + horizon)


def log_end(history: History) -> int:
    """Return the end (UTC, microseconds) of the last day on which anything happened."""
    newest = int(history.occurred_at.max())
    return (newest // MICROSECONDS_PER_DAY + 1) * MICROSECONDS_PER_DAY


def _nothing_unseen(trained_until: int, horizon: int, ends_at: int) -> EvaluationRefused:
    return EvaluationRefused(
        "no window that the bundle has not seen has closed yet: it was trained until "
        f"{_moment(trained_until)}, so the first closes at {_moment(trained_until + horizon)}, and "
        f"the log ends at {_moment(ends_at)}: evaluate with a log that reaches that far"
    )


def _already_seen(opens_at: int, trained_until: int) -> EvaluationRefused:
    return EvaluationRefused(
        f"the bundle was trained until {_moment(trained_until)} and has seen what came after "
        f"{_moment(opens_at)}: choose --as-of {_date(trained_until)} or later"
    )


def _still_open(window: Window, trained_until: int, ends_at: int) -> EvaluationRefused:
    newest = ends_at - (window.closes_at - window.as_of)
    earlier = f", or choose --as-of {_date(newest)} or earlier" if newest >= trained_until else ""
    return EvaluationRefused(
        f"the window of {window.days} days from {_moment(window.as_of)} closes at "
        f"{_moment(window.closes_at)}, and the log ends at {_moment(ends_at)}: evaluate with a log "
        f"that reaches that far{earlier}"
    )


def _moment(micros: int) -> str:
    return format_moment(from_micros(micros))


def _date(micros: int) -> str:
    return _moment(micros)[:10]
