"""Correct the closed form by what it missed in past windows: a factor for each customer."""

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.bundle.value.closed_form import N_DESCRIPTORS
from app.compiled.kernel import entry, part

Floats = NDArray[np.float64]

# A customer unlike all that training knew must not be corrected by more than this factor.
_MAX_LOG_FACTOR: Final = math.log(5.0)


class Correction(NamedTuple):
    """``log factor = level + (weights · descriptors - centre)``, the bracket limited to log 5."""

    weights: tuple[float, ...]
    centre: float
    level: float


NO_CORRECTION: Final = Correction((0.0,) * N_DESCRIPTORS, 0.0, 0.0)


def validate_correction(correction: Correction) -> None:
    """Raise `ValueError` unless a correction has one finite weight per descriptor."""
    numbers = (*correction.weights, correction.centre, correction.level)
    if len(correction.weights) != N_DESCRIPTORS or not all(map(math.isfinite, numbers)):
        raise ValueError(
            f"a correction needs {N_DESCRIPTORS} finite weights, a centre and a level, "
            f"got {correction}"
        )


def log_factors(weights: tuple[float, ...], centre: float, descriptors: Floats) -> Floats:
    """Return the logarithm of each customer's factor without its level, shape (n,)."""
    out = np.empty(len(descriptors))
    _write_log_factors(weights, centre, np.ascontiguousarray(descriptors), out)
    return out


@entry
def _write_log_factors(
    weights: tuple[float, ...], centre: float, descriptors: Floats, out: Floats
) -> None:
    for i in range(len(descriptors)):
        out[i] = _log_factor(weights, centre, descriptors[i])


@part
def factor_of(correction: Correction, descriptors: Floats) -> float:
    """Return the factor by which a customer's expectation is multiplied."""
    log_factor = _log_factor(correction.weights, correction.centre, descriptors)
    return math.exp(correction.level + log_factor)


@part
def _log_factor(weights: tuple[float, ...], centre: float, descriptors: Floats) -> float:
    total = -centre
    for i in range(N_DESCRIPTORS):
        total += weights[i] * descriptors[i]
    return min(max(total, -_MAX_LOG_FACTOR), _MAX_LOG_FACTOR)
