"""Onboarding: how far the customer came, and how fast to a first use or order."""

from functools import partial

import numpy as np

from app.compiled.kernel import part
from app.features.arrays import Moments, Numbers, Refs
from app.features.feature import ever
from app.features.refs import NO_REF, Room, number_refs
from app.features.windows import days_between, days_since_last, ratio

_ever = partial(ever, family="onboarding")

FEATURES = (
    _ever("onboarding_steps_done", "{value} of the onboarding done", unit="steps", riskier=False),
    _ever("onboarding_share", "{value} of the onboarding done", unit="share", riskier=False),
    _ever("onboarding_days_to_first_value", "{value} from sign-up to the first use or order",
          unit="days", riskier=True, missing="no first use or order yet"),
    _ever("days_since_onboarding_step", "{value} since the last onboarding step", unit="days",
          riskier=None, missing="no onboarding step done"),
)  # fmt: skip  # read as the table it is

DEFAULT_STEPS = 5  # where the log does not say how many there are: row C9 of the requirements


@part
def measure_onboarding(
    occurred_at: Moments,
    ref: Refs,
    steps_in_all: Numbers,
    joined_at: int,
    first_value_at: int,
    as_of: int,
    room: Room,
    row: Numbers,
) -> None:
    """Write the onboarding features of one customer into `row`, in the order of `FEATURES`.

    Parameters
    ----------
    occurred_at, ref, steps_in_all
        The steps completed, ascending, all before `as_of`: moment (microseconds, UTC), step (0 =
        not said: each counts), number of steps there are (NaN = not said; the last one said holds).
    joined_at, first_value_at
        When the customer joined, and first used a feature or ordered; not before `as_of` = not yet.
    as_of
        The moment of the snapshot.
    room
        Working space for as many events.
    row
        Receives the features; NaN as the catalogue says.
    """
    done = number_refs(ref, room)
    in_all = float(DEFAULT_STEPS)
    for i in range(len(ref)):
        done += room.codes[i] == NO_REF
        if not np.isnan(steps_in_all[i]):
            in_all = steps_in_all[i]
    row[0] = done
    row[1] = min(1.0, ratio(done, in_all)) if in_all > 0 else 1.0
    row[2] = np.nan
    if first_value_at < as_of:
        row[2] = max(0.0, days_between(joined_at, first_value_at))
    row[3] = days_since_last(occurred_at, as_of)
