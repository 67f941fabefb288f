"""The customer's last answers to surveys."""

from functools import partial

import numpy as np

from app.compiled.kernel import part
from app.features.arrays import Numbers
from app.features.family import FeatureFamily, columns_of
from app.features.feature import ever
from app.features.kinds import CSAT, NPS, SURVEYS
from app.features.known import KnownCustomer, events_in
from app.features.windows import days_since_last
from app.features.workspace import Workspace

_ever = partial(ever, family="surveys")

FEATURES = (
    _ever("nps_last", "answered {value} when last asked for a recommendation (0 to 10)",
          unit="", riskier=False, missing="no answer to an NPS survey"),
    _ever("csat_last", "rated satisfaction {value} when last asked", unit="", riskier=False,
          missing="no answer to a CSAT survey"),
    _ever("days_since_survey", "{value} since the last survey answer", unit="days", riskier=None,
          missing="never answered a survey"),
)  # fmt: skip  # read as the table it is
COLUMNS = columns_of(FEATURES)


@part
def measure(customer: KnownCustomer, workspace: Workspace, row: Numbers) -> None:
    """Write the survey features of one customer.

    The detail of an event is the survey, its amount the answer (NaN = none given). Of answers at
    the same moment the highest counts as the last.
    """
    surveys = events_in(customer.events, SURVEYS)
    for i in range(len(surveys.amount)):
        survey, answer = surveys.detail[i], surveys.amount[i]
        if np.isnan(answer):
            continue
        if survey == NPS:
            row[COLUMNS.nps_last] = answer
        elif survey == CSAT:
            row[COLUMNS.csat_last] = answer
    row[COLUMNS.days_since_survey] = days_since_last(surveys.occurred_at, customer.as_of)


FAMILY = FeatureFamily(FEATURES, reads=(SURVEYS,), measure=measure)
