"""Random numbers by customer and purpose, so that each customer can be simulated alone.

The generator is SplitMix64 (Steele, Lea and Flood, OOPSLA 2014, figure 2), with one 64-bit counter
for each stream. It does not depend on the version of a library, so the same seed gives the same
bytes next year.
"""

from math import cos, exp, log, pi, sqrt

import numpy as np
from numba import njit
from numpy.typing import NDArray

Stream = NDArray[np.uint64]  # shape (1,): the counter

TRAITS, LIFE, CONTINUATION, CALENDAR = 1, 2, 3, 4  # purposes, each with a stream of its own

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_UNIT = 2.0**-53  # 53 random bits fill the mantissa of a double


@njit
def mix(value: np.uint64) -> np.uint64:
    """Return 64 well mixed bits of a counter."""
    value = (value ^ (value >> np.uint64(30))) * _FIRST
    value = (value ^ (value >> np.uint64(27))) * _SECOND
    return value ^ (value >> np.uint64(31))


@njit
def stream_of(seed: int, customer: int, purpose: int) -> Stream:
    """Return the stream of one customer and purpose under a seed."""
    stream = np.empty(1, np.uint64)
    start = mix(np.uint64(seed) + _GOLDEN)
    start = mix(start ^ (np.uint64(customer) * _FIRST + np.uint64(purpose)))
    stream[0] = start
    return stream


@njit
def uniform(stream: Stream) -> float:
    """Return a number in (0, 1)."""
    stream[0] += _GOLDEN
    return (np.float64(mix(stream[0]) >> np.uint64(11)) + 0.5) * _UNIT


@njit
def normal(stream: Stream) -> float:
    """Return a standard normal number (Box and Muller 1958)."""
    radius = sqrt(-2.0 * log(uniform(stream)))
    return radius * cos(2.0 * pi * uniform(stream))


@njit
def exponential(stream: Stream, mean: float) -> float:
    """Return an exponential number of the given mean."""
    return -mean * log(uniform(stream))


@njit
def poisson(stream: Stream, rate: float) -> int:
    """Return a Poisson count by inversion, which suits rates up to a few hundred."""
    remaining = uniform(stream)
    probability = exp(-rate)
    count = 0
    while remaining > probability > 0.0:
        remaining -= probability
        count += 1
        probability *= rate / count
    return count


@njit
def pick(stream: Stream, weights: tuple[float, ...]) -> int:
    """Return a position of `weights` (which add up to 1) with that probability."""
    remaining = uniform(stream)
    for position in range(len(weights)):
        remaining -= weights[position]
        if remaining < 0.0:
            return position
    return len(weights) - 1
