"""API keys: who may call the service, and what each caller may do."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of a key, without its secret; it is valid until `revoked_at` is set."""

    key_id: str
    name: str
    scopes: frozenset[str]
    created_at: datetime
    revoked_at: datetime | None = None
