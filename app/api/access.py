"""The service, for a request whose key has the scope: one annotation per scope."""

from typing import Annotated

from fastapi import Path, Security

from app.api.contract.fields import Text
from app.api.keys.security import Allowed
from app.api.service import Service
from app.domain.scopes import Scope

ScoresRead = Annotated[Service, Security(Allowed(Scope.SCORES_READ))]
CustomersRead = Annotated[Service, Security(Allowed(Scope.CUSTOMERS_READ))]
CustomersWrite = Annotated[Service, Security(Allowed(Scope.CUSTOMERS_WRITE))]
ActivityWrite = Annotated[Service, Security(Allowed(Scope.ACTIVITY_WRITE))]
JobsRead = Annotated[Service, Security(Allowed(Scope.JOBS_READ))]
JobsWrite = Annotated[Service, Security(Allowed(Scope.JOBS_WRITE))]
ModelRead = Annotated[Service, Security(Allowed(Scope.MODEL_READ))]
MetricsRead = Annotated[Service, Security(Allowed(Scope.METRICS_READ))]
CustomerId = Annotated[
    Text,
    Path(
        description="The customer, as your systems name it (percent-encoded; an id with a slash "
        "can be asked for with POST /v1/scores)",
        examples=["c-1042"],
    ),
]
