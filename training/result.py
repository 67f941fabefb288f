"""What a training run gives back."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """A published bundle and how good it is; `metrics` as in the manifest."""

    bundle_id: str
    metrics: dict[str, Any]
    warnings: tuple[str, ...]
