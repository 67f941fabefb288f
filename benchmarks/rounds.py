"""Contenders take turns, and what counts is the ratio within a round."""

import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times the other's figure ours is, over the rounds."""

    median: float
    least: float
    most: float
    rounds: int


def take_turns(
    contenders: Mapping[str, Callable[[], float]], *, rounds: int
) -> dict[str, list[float]]:
    """Return what each contender reached in each round.

    A machine that is slower for a while is slower for everybody in that round, so ratios within
    a round hold where the numbers themselves do not. The order is turned around every round.
    """
    reached: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds):
        names = list(contenders)
        for name in names if number % 2 == 0 else reversed(names):
            reached[name].append(contenders[name]())
        say(
            f"round {number + 1}/{rounds}: "
            + ", ".join(f"{n} {v[-1]:,.4g}" for n, v in reached.items())
        )
    return reached


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> Ratio:
    """Return median and spread of ours / theirs, round by round."""
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    return Ratio(
        *(_rounded(v) for v in (statistics.median(ratios), min(ratios), max(ratios))), len(ratios)
    )


def ratio_details(ours: Sequence[float], theirs: Sequence[float]) -> dict[str, object]:
    """Return a ratio and the medians that it comes from, for the results."""
    return {**asdict(ratio(ours, theirs)), "ours": middle(ours), "theirs": middle(theirs)}


def middle(values: Sequence[float]) -> float:
    """Return the median, with four significant digits."""
    return _rounded(statistics.median(values))


def say(text: str) -> None:
    """Tell whoever waits what happens."""
    print(f"  {text}", file=sys.stderr, flush=True)


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
