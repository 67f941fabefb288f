"""Simulating a chunk of customers: traits, life and truth, each from a stream of its own."""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from training.simulation.company import Company
from training.simulation.life import live
from training.simulation.random_numbers import CONTINUATION, LIFE, TRAITS, stream_of
from training.simulation.records import (
    EVENT_FIELDS,
    OUTCOME_FIELDS,
    STATE_FIELDS,
    TODAY_FIELDS,
    TRAIT_FIELDS,
    Calendar,
    Scene,
)
from training.simulation.traits import draw_traits
from training.simulation.truth import compute_truth

_EVENTS_PER_CUSTOMER = 120  # capacity at first; a chunk with more events is simulated again


class Chunk(NamedTuple):
    """The simulated customers `first`, `first + 1`, ...; arrays have one element for each."""

    first: int
    traits: NDArray[np.void]  # TRAIT_FIELDS
    states: NDArray[np.void]  # STATE_FIELDS, as of the end of the log
    outcomes: NDArray[np.void]  # OUTCOME_FIELDS
    log: NDArray[np.void]  # EVENT_FIELDS


def simulate_chunk(
    company: Company, calendar: Calendar, *, seed: int, first: int, n_customers: int
) -> Chunk:
    """Return `n_customers` from `first` on, whatever other chunks there are."""
    capacity = _EVENTS_PER_CUSTOMER * n_customers
    while True:
        scene = _empty_scene(company, calendar, capacity)
        traits = np.zeros(n_customers, TRAIT_FIELDS)
        states = np.zeros((n_customers, 2), STATE_FIELDS)
        outcomes = np.zeros(n_customers, OUTCOME_FIELDS)
        _compiled(_fingerprint())(scene, seed, first, traits, states, outcomes)
        n_events = int(scene.n_events[0])
        if n_events <= capacity:
            return Chunk(first, traits, states[:, 0], outcomes, scene.log[:n_events])
        capacity = n_events


def _empty_scene(company: Company, calendar: Calendar, capacity: int) -> Scene:
    return Scene(
        company=company.as_record(),
        calendar=calendar,
        today=np.zeros(1, TODAY_FIELDS)[0],
        stream=np.zeros(1, np.uint64),
        customer=np.zeros(1, np.int64),
        n_events=np.zeros(1, np.int64),
        log=np.empty(capacity, EVENT_FIELDS),
    )


@cache
def _compiled(fingerprint: int) -> Callable[..., int]:
    """Return the compiled function that fills a chunk.

    Numba's cache on disk notices a change of the file of a function, but not of the functions that
    it calls. The fingerprint of all of them is part of the cache key because the function reads it.
    """

    @njit(cache=True)
    def fill(
        scene: Scene,
        seed: int,
        first: int,
        traits: NDArray[np.void],
        states: NDArray[np.void],
        outcomes: NDArray[np.void],
    ) -> int:
        company, calendar, stream = scene.company, scene.calendar, scene.stream
        for i in range(len(traits)):
            scene.customer[0] = i
            stream[:] = stream_of(seed, first + i, TRAITS)
            draw_traits(stream, traits[i], company, calendar.n_days)
            stream[:] = stream_of(seed, first + i, LIFE)
            live(scene, traits[i], states[i], outcomes[i])
            stream[:] = stream_of(seed, first + i, CONTINUATION)
            compute_truth(stream, company, calendar, traits[i], states[i], outcomes[i], scene.today)
        return fingerprint

    return fill


@cache
def _fingerprint() -> int:
    """Return a number that changes with the source of any function of the process."""
    digest = sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return int.from_bytes(digest.digest()[:7], "big")
