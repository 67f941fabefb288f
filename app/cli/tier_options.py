"""Options of `holdfast train` that say how tiers are cut."""

from typing import Annotated, Final, Literal, TypeAlias

import typer

PolicyKind = Literal["shares", "value"]

TierPolicyOption = Annotated[
    PolicyKind,
    typer.Option(
        "--tier-policy",
        help="shares: 22 % of customers are High, 48 % Medium. value: who is worth contacting.",
    ),
]
OfferCost = Annotated[
    str | None,
    typer.Option(metavar="D[,D...]", help="What the offers of a contact cost, the weakest first."),
]
ContactCost = Annotated[
    float | None, typer.Option(metavar="F", help="What a contact itself costs.")
]
SaveRate = Annotated[
    float | None,
    typer.Option(metavar="SHARE", help="Share of leavers who stay when contacted, 0 to 1."),
]
CapacityPerWeek = Annotated[
    int | None,
    typer.Option(min=1, metavar="N", help="At most so many customers are High or Medium."),
]
# Contact cost, offer costs, save rate, and capacity per week.
AskedCosts: TypeAlias = tuple[float, tuple[float, ...], float, int | None]
_TOGETHER: Final = "--offer-cost, --contact-cost and --save-rate"


def costs_of(
    kind: PolicyKind,
    offer_cost: str | None,
    contact_cost: float | None,
    save_rate: float | None,
    capacity_per_week: int | None,
) -> AskedCosts | None:
    """Return what tiers by value are made of; None where tiers go by shares.

    Raises
    ------
    typer.BadParameter
        If an option is missing, cannot be read, or goes with the other kind of tiers.
    """
    given = (offer_cost, contact_cost, save_rate, capacity_per_week)
    if kind == "shares":
        if any(each is not None for each in given):
            raise typer.BadParameter(
                f"{_TOGETHER} and --capacity-per-week go with --tier-policy value"
            )
        return None
    if offer_cost is None or contact_cost is None or save_rate is None:
        raise typer.BadParameter(f"--tier-policy value needs {_TOGETHER}")
    return contact_cost, _amounts(offer_cost), save_rate, capacity_per_week


def _amounts(text: str) -> tuple[float, ...]:
    try:
        return tuple(sorted(float(part) for part in text.split(",")))
    except ValueError as error:
        raise typer.BadParameter(
            f"--offer-cost takes amounts such as 10 or 10,25, got {text!r}"
        ) from error
