"""API keys: who may call the service, and what each caller may do."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class Scope(StrEnum):
    """One thing that a key may be allowed to do; every route requires exactly one."""

    SCORES_READ = "scores:read"
    CUSTOMERS_READ = "customers:read"
    CUSTOMERS_WRITE = "customers:write"
    ACTIVITY_WRITE = "activity:write"
    JOBS_READ = "jobs:read"
    JOBS_WRITE = "jobs:write"
    MODEL_READ = "model:read"
    METRICS_READ = "metrics:read"


ALL_SCOPES: Final = frozenset(scope.value for scope in Scope)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of a key, without its secret; it is valid until `revoked_at` is set."""

    key_id: str
    name: str
    scopes: frozenset[str]
    created_at: datetime
    revoked_at: datetime | None = None
