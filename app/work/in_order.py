"""Work of several threads or processes at once, with results in the order of what was given."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


def in_order(
    executor: Executor, make: Callable[[Given], Made], given: Iterable[Given], *, ahead: int
) -> Iterator[Made]:
    """Yield ``make(each)`` of all that is `given`, in its order.

    At most `ahead` results are made, or being made, before somebody asks for them: that, and not
    how much is given, decides about memory.
    """
    waiting: deque[Future[Made]] = deque()
    try:
        for each in given:
            waiting.append(executor.submit(make, each))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
