"""How many customers change tier."""

from collections.abc import Sequence

from app.documents.document import Table, table
from app.documents.formatting import format_percent
from training.testing.tier_movement import TierMovement

TIERS = ("Low", "Medium", "High")


def movement_table(movement: TierMovement, *, first: str, second: str) -> Table:
    """Return where the customers of each tier go, the highest first."""
    rows: list[Sequence[str]] = []
    for code in (2, 1, 0):
        counts = movement.counts[code]
        total = int(counts.sum())
        stayed = format_percent(counts[code] / total) if total else "–"
        rows.append((TIERS[code], *(f"{counts[to]:,}" for to in (2, 1, 0)), stayed))
    header = (f"{first} ↓, {second} →", "High", "Medium", "Low", "unchanged")
    return table(f"Tiers by {first} and by {second}", header, rows)
