"""The description of one training run, which every stage of it reads."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.domain.churn import ChurnDefinition
from app.domain.moments import MICROSECONDS_PER_DAY, from_micros
from app.features.history import History
from training.dataset.history_slices import known_before
from training.dataset.snapshots import Window
from training.hyperparameters import Hyperparameters
from training.tiers.contact_costs import ContactCosts

OnProgress = Callable[[str, int, int], None]  # stage, steps done, steps in all


def silently(_stage: str, _done: int, _total: int) -> None:
    """Report no progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRun:
    """What to learn, from which history, up to which moment; what the stages find is elsewhere.

    Attributes
    ----------
    known : everything that was known at the cut-off. It must hold nothing that occurred or was
        received at or after it.
    cut_off : microseconds since the epoch (UTC).
    currency : of the amounts in `known`; None = not stated.
    costs : what contact costs, for tiers by value; None = tiers by shares.
    """

    known: History
    churn: ChurnDefinition
    cut_off: int
    currency: str | None = None
    costs: ContactCosts | None = None
    hyperparameters: Hyperparameters = field(default_factory=Hyperparameters)
    seed: int = 0
    on_progress: OnProgress = silently

    @property
    def until(self) -> datetime:
        """The cut-off as an aware datetime (UTC)."""
        return from_micros(self.cut_off)

    @property
    def first_activity_at(self) -> int:
        """When the first event of the history occurred (microseconds); there must be one."""
        return int(self.known.occurred_at.min())

    @property
    def horizon(self) -> int:
        """How far ahead churn is predicted, in microseconds."""
        return self.churn.horizon_days * MICROSECONDS_PER_DAY

    @property
    def window(self) -> Window:
        """The window that the bundle will make predictions about: one horizon from the cut-off."""
        return Window(self.cut_off, self.cut_off + self.horizon)

    def back_at(self, moment: int, *, horizon_days: int) -> "TrainingRun":
        """Return the run that was possible at an earlier `moment`, with what was known then."""
        return replace(
            self,
            known=known_before(self.known, moment=moment),
            cut_off=moment,
            churn=replace(self.churn, horizon_days=horizon_days),
        )
