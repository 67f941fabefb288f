"""What an API key may be allowed to do."""

from enum import StrEnum
from typing import Final


class Scope(StrEnum):
    """What a key may do; every route asks for exactly one."""

    SCORES_READ = "scores:read"
    CUSTOMERS_READ = "customers:read"
    CUSTOMERS_WRITE = "customers:write"
    ACTIVITY_WRITE = "activity:write"
    JOBS_READ = "jobs:read"
    JOBS_WRITE = "jobs:write"
    MODEL_READ = "model:read"
    METRICS_READ = "metrics:read"


ALL_SCOPES: Final = frozenset(scope.value for scope in Scope)
