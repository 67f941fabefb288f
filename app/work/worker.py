"""What every kind of background work looks like to the loop that runs it."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

IsStopping: TypeAlias = Callable[[], bool]


class Worker(Protocol):
    """Does one kind of work, a piece at a time. Add it to the list in `app.main`, and it runs."""

    def work(self, is_stopping: IsStopping) -> bool:
        """Do one piece of work if there is any, and return whether there was.

        Where a piece may take longer than a few seconds, ask `is_stopping` between its steps and
        return early when it says so; what remains must then be found again by the next call, in
        this process or in another.
        """
        ...


def never() -> bool:
    """Return False, for work that nobody stops."""
    return False
