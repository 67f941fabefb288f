"""Work of several threads or processes at once, with the results in the order of the input."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


def in_order(
    executor: Executor, make: Callable[[Given], Made], given: Iterable[Given], *, ahead: int
) -> Iterator[Made]:
    """Yield ``make(each)`` of everything that is `given`, in its order.

    At most `ahead` results are made, or being made, before the caller asks for them. So `ahead`
    bounds the memory, however much is given.
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


def prefetch(executor: Executor, items: Iterator[Made]) -> Iterator[Made]:
    """Yield the `items` while the executor already fetches the next one; none of them is None.

    The executor must have one thread, since an iterator serves one at a time.
    """
    fetched = executor.submit(next, items, None)
    while (item := fetched.result()) is not None:
        fetched = executor.submit(next, items, None)
        yield item
