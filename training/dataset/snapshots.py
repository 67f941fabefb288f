"""The moments to learn from: rolling snapshots whose label windows have closed."""

from dataclasses import dataclass

from app.domain.moments import MICROSECONDS_PER_DAY

# A snapshot needs history before it: a third of the horizon, at least four weeks. More would leave
# too few closed windows in logs of about a year; with less, the first snapshots of a new log would
# look at customers whose rhythm cannot be known yet.
MIN_HISTORY_DAYS = 28
MIN_HISTORY_SHARE_OF_HORIZON = 1 / 3
# Label windows of neighbouring snapshots overlap, so more snapshots teach little that is new.
MAX_SNAPSHOTS = 13
MIN_STEP_DAYS = 7
# When matched windows open, as factors on the age of the log at the matched snapshot.
FACTORS_OF_AGE = (0.77, 0.88, 1.0, 1.1, 1.21)


@dataclass(frozen=True, slots=True)
class Window:
    """One snapshot: features from before `as_of`, the label from ``[as_of, closes_at)``.

    Both are microseconds since the epoch (UTC).
    """

    as_of: int
    closes_at: int

    def __post_init__(self) -> None:
        if self.as_of >= self.closes_at:
            raise ValueError(
                f"a window must end after it begins, got {self.as_of} to {self.closes_at}"
            )

    @property
    def days(self) -> int:
        """Length of the label window in whole days."""
        return max(1, round((self.closes_at - self.as_of) / MICROSECONDS_PER_DAY))


def closed_windows(*, first_at: int, until: int, horizon_days: int) -> tuple[Window, ...]:
    """Return the snapshots to learn from, oldest first; empty where the history is too short.

    The newest closes exactly at `until`; the others lie a whole number of days apart before it.

    Parameters
    ----------
    first_at, until : int
        The first activity, and the moment from which on nothing may be read. Microseconds.
    horizon_days : int
        Length of the label window.
    """
    horizon = horizon_days * MICROSECONDS_PER_DAY
    history_days = max(MIN_HISTORY_DAYS, int(horizon_days * MIN_HISTORY_SHARE_OF_HORIZON))
    newest = until - horizon
    span_days = int((newest - first_at) // MICROSECONDS_PER_DAY - history_days)
    if span_days < 0:
        return ()
    step_days = max(MIN_STEP_DAYS, -(-span_days // (MAX_SNAPSHOTS - 1)))
    days_back = range(0, span_days + 1, step_days)
    moments = [newest - days * MICROSECONDS_PER_DAY for days in days_back]
    return tuple(Window(moment, moment + horizon) for moment in reversed(moments))


def matched_windows(*, first_at: int, until: int, horizon_days: int) -> tuple[Window, ...]:
    """Return windows that are about as long, compared with the history before them, as the horizon.

    Nobody can wait for a horizon that is longer than the log. These windows are shorter than the
    horizon in the same proportion as the history before them is shorter than the whole, so what
    they teach carries over. All of them close at `until`, oldest first, and last whole days. Empty
    where the log is younger than four weeks.
    """
    n_days = (until - first_at) // MICROSECONDS_PER_DAY
    if n_days < MIN_HISTORY_DAYS:
        return ()
    share = n_days / (n_days + horizon_days)
    lengths = {max(1, round(n_days * (1 - min(share * factor, 0.95)))) for factor in FACTORS_OF_AGE}
    return tuple(
        Window(until - days * MICROSECONDS_PER_DAY, until) for days in sorted(lengths, reverse=True)
    )
