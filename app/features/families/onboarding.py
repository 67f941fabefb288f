"""Onboarding: how far the customer came, and how soon a first use or order followed."""

from functools import partial

import numpy as np

from app.compiled.kernel import part
from app.features.arrays import Numbers
from app.features.family import FeatureFamily, columns_of
from app.features.feature import ever
from app.features.kinds import ORDERS, STEPS, USAGE
from app.features.known import KnownCustomer, events_in
from app.features.refs import NO_REF, number_refs
from app.features.windows import days_between, days_since_last, ratio
from app.features.workspace import Workspace

_ever = partial(ever, family="onboarding")

FEATURES = (
    _ever("onboarding_steps_done", "{value} of the onboarding done", unit="steps", riskier=False),
    _ever("onboarding_share", "{value} of the onboarding done", unit="share", riskier=False),
    _ever("onboarding_days_to_first_value", "{value} from sign-up to the first use or order",
          unit="days", riskier=True, missing="no first use or order yet"),
    _ever("days_since_onboarding_step", "{value} since the last onboarding step", unit="days",
          riskier=None, missing="no onboarding step done"),
)  # fmt: skip  # read as the table it is
COLUMNS = columns_of(FEATURES)

DEFAULT_STEPS = 5  # where the log does not say how many there are: requirement C9


@part
def measure(customer: KnownCustomer, workspace: Workspace, row: Numbers) -> None:
    """Write the onboarding features of one customer.

    The ref of an event is the step (0 = not stated: each counts as a step of its own), its amount
    the number of steps that there are (NaN = not stated). The last number stated holds.
    """
    steps = events_in(customer.events, STEPS)
    n_done, n_steps = number_refs(steps.ref, workspace), float(DEFAULT_STEPS)
    for i in range(len(steps.ref)):
        n_done += workspace.ref_codes[i] == NO_REF
        if not np.isnan(steps.amount[i]):
            n_steps = steps.amount[i]
    row[COLUMNS.onboarding_steps_done] = n_done
    row[COLUMNS.onboarding_share] = min(1.0, ratio(n_done, n_steps)) if n_steps > 0 else 1.0
    first_value_at = _first_value_at(customer)
    if first_value_at < customer.as_of:
        days = days_between(customer.joined_at, first_value_at)
        row[COLUMNS.onboarding_days_to_first_value] = max(0.0, days)
    row[COLUMNS.days_since_onboarding_step] = days_since_last(steps.occurred_at, customer.as_of)


@part
def _first_value_at(customer: KnownCustomer) -> int:
    """Return the moment of the first use or order, `as_of` where there is neither."""
    used_at = events_in(customer.events, USAGE).occurred_at
    ordered_at = events_in(customer.events, ORDERS).occurred_at
    first = customer.as_of
    if len(used_at):
        first = used_at[0]
    if len(ordered_at):
        first = min(first, ordered_at[0])
    return first


FAMILY = FeatureFamily(FEATURES, reads=(STEPS, USAGE, ORDERS), measure=measure)
