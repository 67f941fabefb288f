"""Statements in the words of both databases, with what their rows mean."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeAlias, TypeVar

N_PIPELINES: Final = 4  # to PostgreSQL: a question that waits for the disk keeps a quarter waiting
# Questions are the same ones all the time: PostgreSQL would think again about each of them, which
# takes longer than answering, because it cannot know how many ids are asked for. Nor does such a
# plan know how few rows of a large table are asked for: it would look worth compiling each time.
GENERIC_PLANS: Final = (
    "SELECT set_config('plan_cache_mode', 'force_generic_plan', false), "
    "set_config('jit', 'off', false)"
)
Parameter: TypeAlias = str | int | list[str]
Row: TypeAlias = tuple[Any, ...]
T = TypeVar("T")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Question:
    """One statement in the words of both databases, with the same parameters in the same order.

    A parameter that is a list of texts is an array for PostgreSQL, and JSON for SQLite. Where the
    answer `has_recent`, its rows on SQLite are what `RecentActivity.added_to` takes; what it makes
    of their last two columns is the last column of PostgreSQL's.
    """

    sqlite: str
    postgresql: str
    has_recent: bool = False


@dataclass(frozen=True, slots=True)
class Asked(Generic[T]):
    """A question with its parameters, and what its rows mean."""

    question: Question
    parameters: tuple[Parameter, ...]
    read: Callable[[list[Row]], T]

    def then(self, make: Callable[[T], Made]) -> "Asked[Made]":
        """Return the same question with what `make` makes of its answer."""
        return Asked(self.question, self.parameters, lambda rows: make(self.read(rows)))
