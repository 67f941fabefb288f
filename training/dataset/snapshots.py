"""At which moments to look back: rolling snapshots whose label windows have closed."""

from dataclasses import dataclass

from app.domain.moments import MICROSECONDS_PER_DAY

# A snapshot needs a past to look at: a third of the horizon, at least four weeks. Longer leaves
# too few closed windows in logs of about a year, shorter makes the first snapshots of a new log
# look at customers whose rhythm cannot be known yet.
MIN_PAST_DAYS = 28
MIN_PAST_SHARE_OF_HORIZON = 1 / 3
# Neighbouring snapshots overlap in their label windows and teach little that is new.
MAX_SNAPSHOTS = 13
MIN_STEP_DAYS = 7
# Shares of the matched snapshot's age at which matched windows open.
AROUND = (0.77, 0.88, 1.0, 1.1, 1.21)


@dataclass(frozen=True, slots=True)
class Window:
    """One snapshot: features from before `as_of`, the label from ``[as_of, closes_at)``.

    Both in microseconds since the epoch (UTC).
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
        The first activity, and the moment that nothing at or after may be read. Microseconds.
    horizon_days : int
        Length of the label window.
    """
    horizon = horizon_days * MICROSECONDS_PER_DAY
    past_days = max(MIN_PAST_DAYS, int(horizon_days * MIN_PAST_SHARE_OF_HORIZON))
    newest = until - horizon
    room_days = (newest - first_at) // MICROSECONDS_PER_DAY - past_days
    if room_days < 0:
        return ()
    step_days = max(MIN_STEP_DAYS, -(-room_days // (MAX_SNAPSHOTS - 1)))
    days_back = range(0, int(room_days) + 1, int(step_days))
    moments = [newest - days * MICROSECONDS_PER_DAY for days in days_back]
    return tuple(Window(moment, moment + horizon) for moment in reversed(moments))


def matched_windows(*, first_at: int, until: int, horizon_days: int) -> tuple[Window, ...]:
    """Return windows that stand to their past about as the horizon stands to the whole history.

    All close at `until`, oldest first, of whole days; shorter than the horizon, so that some exist
    for any horizon. Empty where the log is younger than four weeks.
    """
    n_days = (until - first_at) // MICROSECONDS_PER_DAY
    if n_days < MIN_PAST_DAYS:
        return ()
    share = n_days / (n_days + horizon_days)
    lengths = {max(1, round(n_days * (1 - min(share * around, 0.95)))) for around in AROUND}
    return tuple(
        Window(until - days * MICROSECONDS_PER_DAY, until) for days in sorted(lengths, reverse=True)
    )
