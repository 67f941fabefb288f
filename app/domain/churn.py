"""What "churned" means: the definition that a bundle learns and every answer states."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LONGEST_HORIZON_DAYS: Final = 3650  # ten years; nobody has labels for longer


class ChurnKind(StrEnum):
    """How a customer is recognised as lost."""

    ABSENCE = "absence"  # the event does not happen within the horizon
    CANCELLATION = "cancellation"  # the event happens within the horizon, or a renewal fails to


@dataclass(frozen=True, slots=True)
class ChurnDefinition:
    """Churn as of a moment T: the presence or absence of `event` in ``[T, T + horizon_days)``.

    Population as of T, for ABSENCE: customers with at least one `event` before T. For
    CANCELLATION: customers whose subscription is running at T (started, not cancelled, and not
    past its renewal date).
    """

    kind: ChurnKind
    event: str
    horizon_days: int

    def __post_init__(self) -> None:
        if not 1 <= self.horizon_days <= LONGEST_HORIZON_DAYS:
            raise ValueError(
                f"horizon_days must lie in 1 to {LONGEST_HORIZON_DAYS}, got {self.horizon_days}"
            )
        if not self.event:
            raise ValueError("a churn definition needs the name of an event, got an empty one")

    @property
    def sentence(self) -> str:
        """What a person reads as the definition: ``no order_placed``."""
        if self.kind is ChurnKind.ABSENCE:
            return f"no {self.event}"
        return f"{self.event} or no renewal"
