"""The service, for requests whose key has the scope: one annotation per scope."""

from typing import Annotated

from fastapi import Security

from app.api.keys.security import RequireScope
from app.api.service import Service
from app.domain.keys import Scope

ScoresRead = Annotated[Service, Security(RequireScope(Scope.SCORES_READ))]
CustomersRead = Annotated[Service, Security(RequireScope(Scope.CUSTOMERS_READ))]
CustomersWrite = Annotated[Service, Security(RequireScope(Scope.CUSTOMERS_WRITE))]
ActivityWrite = Annotated[Service, Security(RequireScope(Scope.ACTIVITY_WRITE))]
JobsRead = Annotated[Service, Security(RequireScope(Scope.JOBS_READ))]
JobsWrite = Annotated[Service, Security(RequireScope(Scope.JOBS_WRITE))]
ModelRead = Annotated[Service, Security(RequireScope(Scope.MODEL_READ))]
MetricsRead = Annotated[Service, Security(RequireScope(Scope.METRICS_READ))]
