"""Which window a bundle is held against: one that it has not seen, and that has closed."""

from datetime import datetime

from app.bundle.folder.manifest import BundleFacts
from app.domain.errors import EvaluationRefused
from app.domain.moments import MICROSECONDS_PER_DAY, format_moment, from_micros, to_micros
from app.features.history import History
from training.dataset.snapshots import Window


def window_of(history: History, facts: BundleFacts, *, as_of: datetime | None) -> Window:
    """Return the window after `as_of`, or the newest that has closed.

    A log is taken to be whole until the end of its last day (UTC).

    Raises
    ------
    EvaluationRefused
        If the bundle was trained on a part of the window, or the window has not closed in the log.
    """
    if not history.n_events:
        raise EvaluationRefused("the log holds no event to hold a bundle against")
    horizon = facts.churn.horizon_days * MICROSECONDS_PER_DAY
    trained = to_micros(facts.trained_until)
    ends_at = log_end(history)
    opens_at = ends_at - horizon if as_of is None else to_micros(as_of)
    if as_of is None and opens_at < trained:
        raise EvaluationRefused(
            f"no window has closed that the bundle has not seen: it was trained until "
            f"{_told(trained)}, so the first closes at {_told(trained + horizon)}, and the log "
            f"ends at {_told(ends_at)}: evaluate with a log that reaches so far"
        )
    if opens_at < trained:
        raise EvaluationRefused(
            f"the bundle was trained until {_told(trained)} and has seen what came after "
            f"{_told(opens_at)}: choose --as-of {_told(trained)[:10]} or later"
        )
    if opens_at + horizon > ends_at:
        newest = ends_at - horizon
        earlier = (
            f", or choose --as-of {_told(newest)[:10]} or earlier" if newest >= trained else ""
        )
        raise EvaluationRefused(
            f"the window of {facts.churn.horizon_days} days from {_told(opens_at)} closes at "
            f"{_told(opens_at + horizon)}, and the log ends at {_told(ends_at)}: evaluate with a "
            f"log that reaches so far{earlier}"
        )
    return Window(opens_at, opens_at + horizon)


def log_end(history: History) -> int:
    """Return the end (UTC, microseconds) of the last day on which anything happened."""
    newest = int(history.occurred_at.max())
    return (newest // MICROSECONDS_PER_DAY + 1) * MICROSECONDS_PER_DAY


def _told(micros: int) -> str:
    return format_moment(from_micros(micros))
