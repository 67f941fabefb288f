"""Reasons: why a risk is as high as it is."""

from typing import Literal, NamedTuple, TypeAlias

Direction: TypeAlias = Literal["raises", "lowers"]


class Reason(NamedTuple):
    """How much one feature moved the risk of a customer, and the sentence that says so."""

    feature: str
    value: float | None  # of this customer, in the unit of the feature; None where not defined
    usual: float | None  # the median of the reference population; None where not defined
    contribution: float  # log-odds
    text: str

    @property
    def direction(self) -> Direction:
        """Whether the feature raises the risk or lowers it."""
        return "raises" if self.contribution > 0 else "lowers"
