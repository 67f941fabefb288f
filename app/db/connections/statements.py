"""Statements for both databases, and queries: statements with a reader of their rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeAlias, TypeVar

# The service runs the same few statements all the time, so PostgreSQL need not plan each of them
# anew: planning takes longer than running, because the plan depends on a number of ids that is not
# known in advance. JIT is off for the same reason: a generic plan expects many rows of a large
# table, which makes compiling it look worthwhile every time.
GENERIC_PLANS: Final = (
    "SELECT set_config('plan_cache_mode', 'force_generic_plan', false), "
    "set_config('jit', 'off', false)"
)
Parameter: TypeAlias = str | int | list[str]
Row: TypeAlias = tuple[Any, ...]
T = TypeVar("T")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement in the dialects of both databases, with the same parameters in the same order.

    A parameter that is a list of texts becomes an array on PostgreSQL and JSON on SQLite.
    """

    sqlite: str
    postgresql: str


@dataclass(frozen=True, slots=True)
class Query(Generic[T]):
    """A statement with its parameters, and the function that makes a result of its rows."""

    statement: Statement
    parameters: tuple[Parameter, ...]
    read: Callable[[list[Row]], T]

    def then(self, make: Callable[[T], Made]) -> "Query[Made]":
        """Return the same query with the result that `make` makes of this query's result."""
        return Query(self.statement, self.parameters, lambda rows: make(self.read(rows)))
