"""Which triggers hold: the conditions of a playbook as a program that one kernel runs.

Conditions that call each other cost a customer 15 µs, a twentieth of an answer; as a program in
postfix notation they cost one call of a kernel, and each further customer a tenth of a microsecond.
"""

import operator
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.compiled.kernel import entry, part
from app.domain.conditions import AllOf, AnyOf, Comparison, Condition, Missing, RelativeComparison
from app.domain.playbooks import Playbook

Numbers = NDArray[np.float64]
Words = NDArray[np.int64]
Verdicts = NDArray[np.uint8]

_AT_LEAST, _ABOVE, _AT_MOST, _BELOW, _MISSING, _ALL, _ANY, _HOLDS = range(8)
_COMPARISONS: Final = {
    operator.ge: _AT_LEAST,
    operator.gt: _ABOVE,
    operator.le: _AT_MOST,
    operator.lt: _BELOW,
}
_NO_OTHER = -1


class _Program(NamedTuple):
    """Instructions in order, one per row.

    A word says what to do, with which column (or how many verdicts to combine, or which trigger),
    and which other column it is compared with. The numbers are ``times`` and ``plus``, or zero and
    the bound itself.
    """

    words: Words
    numbers: Numbers


def verdicts_of(playbook: Playbook, features: Numbers, usual: Numbers) -> list[bytes]:
    """Return for each customer a 1 or 0 per trigger of `playbook`: whether its condition holds.

    Parameters
    ----------
    features : float64 array of shape (n, n_features)
    usual : float64 array of shape (n_features,)
        Conditions see it as the columns after the features.
    """
    width = len(playbook.triggers)
    held = np.empty((len(features), width), np.uint8)
    program, most_waiting = _program(playbook)
    _judge(program, features, usual, held, np.empty(most_waiting, np.uint8))
    whole = held.tobytes()
    return [whole[first : first + width] for first in range(0, len(whole), width)]


def warm_up() -> None:
    """Have the kernel ready; called at start-up, never in a request."""
    nothing = _Program(np.empty((0, 3), np.int64), np.empty((0, 2)))
    held = np.empty((0, 0), np.uint8)
    _judge(nothing, np.empty((0, 0)), np.empty(0), held, np.empty(0, np.uint8))


@lru_cache(maxsize=8)
def _program(playbook: Playbook) -> tuple[_Program, int]:
    """Return the program, and how many verdicts wait for their combination at most."""
    steps = [
        step
        for number, trigger in enumerate(playbook.triggers)
        for step in (*_steps(trigger.when), (_HOLDS, number, _NO_OTHER, 0.0, 0.0))
    ]
    program = _Program(
        np.array([step[:3] for step in steps], np.int64),
        np.array([step[3:] for step in steps], np.float64),
    )
    return program, max(accumulate(map(_more_waiting, steps)))


def _steps(condition: Condition) -> Iterator[tuple[int, int, int, float, float]]:
    match condition:
        case Comparison(position, compare, bound):
            yield _COMPARISONS[compare], position, _NO_OTHER, 0.0, bound
        case RelativeComparison(position, compare, other, times, plus):
            yield _COMPARISONS[compare], position, other, times, plus
        case Missing(position):
            yield _MISSING, position, _NO_OTHER, 0.0, 0.0
        case AllOf(conditions) | AnyOf(conditions):
            for each in conditions:
                yield from _steps(each)
            how = _ALL if isinstance(condition, AllOf) else _ANY
            yield how, len(conditions), _NO_OTHER, 0.0, 0.0


def _more_waiting(step: tuple[int, int, int, float, float]) -> int:
    if step[0] == _HOLDS:
        return -1
    return 1 - step[1] if step[0] in {_ALL, _ANY} else 1


@entry
def _judge(
    program: _Program, features: Numbers, usual: Numbers, held: Verdicts, waiting: Verdicts
) -> None:
    words, numbers = program
    for row in range(len(features)):
        n_waiting = 0
        for i in range(len(words)):
            what, first = words[i, 0], words[i, 1]
            if what == _HOLDS:
                n_waiting -= 1
                held[row, first] = waiting[n_waiting]
                continue
            if what in (_ALL, _ANY):
                n_waiting -= first
                verdict = _combined(what, waiting[n_waiting : n_waiting + first])
            else:
                value = _column(features, usual, row, first)
                bound = numbers[i, 1]
                if words[i, 2] != _NO_OTHER:
                    bound += _column(features, usual, row, words[i, 2]) * numbers[i, 0]
                verdict = _compared(what, value, bound)
            waiting[n_waiting] = verdict
            n_waiting += 1


@part
def _column(features: Numbers, usual: Numbers, row: int, position: int) -> float:
    n_features = features.shape[1]
    value = features[row, position] if position < n_features else usual[position - n_features]
    return float(value)


@part
def _combined(how: int, verdicts: Verdicts) -> bool:
    for verdict in verdicts:
        if (verdict == 0) == (how == _ALL):
            return how == _ANY
    return how == _ALL


@part
def _compared(what: int, value: float, bound: float) -> bool:
    """Return whether a comparison holds; NaN on either side satisfies none."""
    if what == _MISSING:
        return bool(np.isnan(value))
    if what == _AT_LEAST:
        return value >= bound
    if what == _ABOVE:
        return value > bound
    if what == _AT_MOST:
        return value <= bound
    return value < bound
