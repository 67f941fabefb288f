"""Where the tiers begin, and how many customers change tier."""

from collections.abc import Mapping, Sequence
from typing import Final

from app.documents.document import Block, Paragraph, Section, Table, safe_name, table
from app.documents.formatting import NOT_DEFINED, format_percent
from app.domain.tier_policies import TierPolicy
from training.testing.tier_movement import DAYS_LESS, TierMovement

TIERS: Final = ("Low", "Medium", "High")


def tiers_section(
    policy: TierPolicy, shares: Mapping[str, float], movement: TierMovement | None
) -> Section:
    """Return the tiers with their shares (0 to 1) of the population, and what moves them."""
    text = f"Policy `{safe_name(policy.version)}`, cut on the population as of the cut-off."
    if policy.kind == "value":
        text += " Each customer has edges of their own; the table has those of the median customer."
    edges = policy.edges_of()
    rows = (
        ("High", _from(edges.high_from), format_percent(shares["high"])),
        ("Medium", _from(edges.medium_from), format_percent(shares["medium"])),
        ("Low", "below", format_percent(shares["low"])),
    )
    tiers = table("Tiers", ("tier", "probability", "share"), rows)
    return Section("Tiers", (Paragraph(text), tiers, *_movement(movement, policy)))


def movement_table(movement: TierMovement, *, first: str, second: str) -> Table:
    """Return where the customers of each tier go, the highest tier first."""
    rows: list[Sequence[str]] = []
    for code in (2, 1, 0):
        counts = movement.counts[code]
        total = int(counts.sum())
        stayed = format_percent(counts[code] / total) if total else NOT_DEFINED
        rows.append((TIERS[code], *(f"{counts[to]:,}" for to in (2, 1, 0)), stayed))
    header = (f"{first} ↓, {second} →", "High", "Medium", "Low", "unchanged")
    return table(f"Tiers by {first} and by {second}", header, rows)


def _from(edge: float | None) -> str:
    return "never" if edge is None else f"p ≥ {edge:.4f}"


def _movement(movement: TierMovement | None, policy: TierPolicy) -> tuple[Block, ...]:
    if movement is None:
        text = (
            "The history is too short to measure how many customers change tier because of one "
            "week of data."
        )
        return (Paragraph(text),)
    cut = "its own cut points" if policy.kind == "shares" else "the same costs and values"
    text = (
        f"A bundle that learns from {DAYS_LESS} days less, with {cut}, puts "
        f"**{format_percent(movement.share)}** of the same {movement.n:,} customers, with the same "
        f"features, into another tier; {format_percent(movement.share_across)} go from Low to High "
        f"or back. The probability changes by {movement.mean_shift:.4f} on average."
        f"{_with_memory(movement)}"
    )
    numbers = movement_table(movement, first="a week less", second="this bundle")
    return (Paragraph(text), numbers)


def _with_memory(movement: TierMovement) -> str:
    if movement.share_with_memory is None:
        return ""
    return (
        " In service, customers leave a tier a little later than they enter it; with that, "
        f"**{format_percent(movement.share_with_memory)}** move."
    )
