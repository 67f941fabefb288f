"""Behaviour segments that stand beside the tier (rows A4 to A6); rules are data, as for signals."""

from dataclasses import dataclass

from app.domain.conditions import Condition
from app.domain.names import check_name, check_text


@dataclass(frozen=True, slots=True)
class SegmentRule:
    """Which customers belong to a segment; a customer may belong to several, or to none."""

    name: str
    row: str  # of the requirements: A4, A5 or A6
    text: str
    when: Condition

    def __post_init__(self) -> None:
        check_name("segment", self.name)
        check_text("text", self.text)
