"""Options that every verb with an activity file shares."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import terminal

if TYPE_CHECKING:  # the service's install has no Polars, and help needs none
    from app.files.reading import FileReading

ActivityPath = Annotated[
    Path,
    typer.Argument(
        metavar="ACTIVITY", exists=True, dir_okay=False, help="CSV, gzipped CSV or Parquet."
    ),
]
CustomersPath = Annotated[
    Path | None,
    typer.Option("--customers", exists=True, dir_okay=False, help="What is known of customers."),
]
Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="COLUMN=FIELD",
        help="A column of the file is this field of ours, such as --map InvoiceDate=occurred_at.",
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help="All rows have this value, such as --set type=order_placed.",
    ),
]
Timezone = Annotated[
    str | None,
    typer.Option(help="Where moments without a zone were written, such as Europe/London."),
]
Currency = Annotated[
    str | None, typer.Option(help="Of the amounts that count; default: the most frequent one.")
]


def reading_of(
    maps: list[str] | None, sets: list[str] | None, timezone: str | None
) -> "FileReading":
    """Return how to understand the columns of a file, or end with what is wrong with an option."""
    from app.files.reading import FileReading

    return FileReading(
        mapping=terminal.pairs_of(maps or [], option="--map"),
        constants=terminal.pairs_of(sets or [], option="--set"),
        timezone=timezone,
    )
