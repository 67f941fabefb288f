"""What it costs to contact a customer, and how often it helps."""

from dataclasses import dataclass

from app.domain.tier_policies import validate_costs


@dataclass(frozen=True, slots=True)
class ContactCosts:
    """The assumptions that tiers by value are made of.

    Attributes
    ----------
    contact_cost, offer_costs : in the currency of the bundle; offers ascend.
    save_rate : share (0 to 1) of leavers who stay when they are contacted.
    capacity_per_week : at most this many customers are High or Medium; None = no limit.
    """

    contact_cost: float
    offer_costs: tuple[float, ...]
    save_rate: float
    capacity_per_week: int | None = None

    def __post_init__(self) -> None:
        validate_costs(self.contact_cost, self.offer_costs, self.save_rate)
        if self.capacity_per_week is not None and self.capacity_per_week < 0:
            raise ValueError(f"capacity must be 0 or more a week, got {self.capacity_per_week}")

    @property
    def version(self) -> str:
        """The name of the policy: ``value-d10+25-f1-g0.3-n500``."""
        offers = "+".join(f"{cost:g}" for cost in self.offer_costs)
        limit = "" if self.capacity_per_week is None else f"-n{self.capacity_per_week}"
        return f"value-d{offers}-f{self.contact_cost:g}-g{self.save_rate:g}{limit}"
