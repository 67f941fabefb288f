"""How long work reports how far it is."""

from collections.abc import Callable
from typing import TypeAlias

OnProgress: TypeAlias = Callable[[int, int], None]
"""Called with how much of the work is done, and how much there is in total."""


def ignore_progress(_done: int, _total: int) -> None:
    """Report nothing."""
