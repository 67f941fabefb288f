"""Jobs: work that is requested now and done in the background, by one worker at a time.

A worker holds a lease on its job and renews it while the job gets on. A job whose lease has run out
is taken over by another worker. A job that breaks off again and again without getting on is given
up.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from app.domain.errors import JobConflict

# Several chunks long. A worker that dies delays its job by this.
LEASE: Final = timedelta(seconds=60)
# In a row, with nothing done between them: what fails three times is no accident.
MAX_ATTEMPTS: Final = 3


class LeaseLost(JobConflict):
    """The worker no longer holds the job: another took it over, or it was cancelled or ended."""


class JobKind(StrEnum):
    """What a job does."""

    RESCORE = "rescore"  # scores every customer
    MONITOR = "monitor"  # compares a bundle with what happened; it counts no customers


class Keeps(StrEnum):
    """What a rescoring stores of each customer."""

    ANSWERS = "answers"  # scores, and the whole answers that they come from
    NUMBERS = "numbers"  # scores alone


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def has_ended(self) -> bool:
        """Whether the job has come to its end: no other state may follow."""
        return not _FOLLOWERS[self]

    def may_become(self, later: "JobState") -> bool:
        """Return whether a job may pass from this state to `later` in one step."""
        return later in _FOLLOWERS[self]


_FOLLOWERS: Final = {
    JobState.QUEUED: frozenset({JobState.IN_PROGRESS, JobState.CANCELLED}),
    # A job in progress that another worker takes over stays in progress.
    JobState.IN_PROGRESS: frozenset({
        JobState.IN_PROGRESS,
        JobState.COMPLETED,
        JobState.FAILED,
        JobState.CANCELLED,
    }),
    JobState.COMPLETED: frozenset[JobState](),
    JobState.FAILED: frozenset[JobState](),
    JobState.CANCELLED: frozenset[JobState](),
}


def states_before(state: JobState) -> tuple[JobState, ...]:
    """Return the states that a job may have when it passes to `state`."""
    return tuple(each for each in JobState if each.may_become(state))


@dataclass(frozen=True, slots=True)
class Job:
    """Work with one bundle, as of one moment.

    Attributes
    ----------
    total, done, failed
        Customers: how many there were when the job was requested, how many are done, and how many
        could not be done. All are 0 where the job does not count customers.
    cursor
        The last customer that is done, in bytewise order of their ids; None: nobody is.
    attempts
        How often in a row the job broke off at this cursor.
    error
        Why the job failed as a whole; None where it did not.
    """

    job_id: str
    kind: JobKind
    keeps: Keeps
    state: JobState
    as_of: datetime
    bundle_id: str
    total: int
    done: int
    failed: int
    cursor: str | None
    attempts: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    error: str | None

    @property
    def progress(self) -> float:
        """The share of the customers that the job has been through, 0 to 1."""
        if self.state is JobState.COMPLETED:
            return 1.0
        return min(1.0, (self.done + self.failed) / max(1, self.total))


@dataclass(frozen=True, slots=True)
class JobCount:
    """How many jobs of a kind are in a state, and how many customers they have been through."""

    kind: str
    state: str
    n_jobs: int
    n_done: int
    n_failed: int


def is_given_up(*, attempts: int) -> bool:
    """Return whether a job that broke off so often in a row must fail instead of being retried."""
    return attempts >= MAX_ATTEMPTS


def given_up_because(how_it_ended: str) -> str:
    """Return the error of a job that is given up; `how_it_ended` continues "the last of which"."""
    return (
        f"given up after {MAX_ATTEMPTS} attempts in a row that got nothing done, the last of which "
        f"{how_it_ended}; remove the cause and ask for a new job"
    )
