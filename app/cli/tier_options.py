"""Options of `holdfast train` that say how customers are divided into tiers."""

from typing import Annotated, Final, Literal, TypeAlias

import typer

PolicyKind = Literal["shares", "value"]

TierPolicyOption = Annotated[
    PolicyKind,
    typer.Option(
        "--tier-policy",
        help="shares: the riskiest 22% of customers are High, the next 48% Medium. "
        "value: customers are High or Medium if contacting them pays.",
    ),
]
OfferCost = Annotated[
    str | None,
    typer.Option(
        metavar="COST[,COST...]",
        help="What each offer costs that a contact can make, for example 10 or 10,25.",
    ),
]
ContactCost = Annotated[
    float | None, typer.Option(metavar="COST", help="What a contact itself costs.")
]
SaveRate = Annotated[
    float | None,
    typer.Option(metavar="SHARE", help="Share of leaving customers who stay if contacted, 0 to 1."),
]
CapacityPerWeek = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="N",
        help="How many customers you can contact per week: the most that are High or Medium.",
    ),
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
    """Return the costs that tiers by value depend on; None for tiers by shares.

    Raises
    ------
    typer.BadParameter
        If an option is missing, cannot be read, or belongs to the other kind of tiers.
    """
    given = (offer_cost, contact_cost, save_rate, capacity_per_week)
    if kind == "shares":
        if any(each is not None for each in given):
            raise typer.BadParameter(
                f"{_TOGETHER} and --capacity-per-week need --tier-policy value"
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
