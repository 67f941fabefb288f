"""Options that every verb with an activity file shares."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.option_values import pairs_of
from app.cli.progress import OnStage

if TYPE_CHECKING:  # the service's install has no Polars, and help needs none
    from app.files.file_reading import FileReading
    from app.use_cases.files.read_log import Log

ActivityPath = Annotated[
    Path,
    typer.Argument(
        metavar="ACTIVITY", exists=True, dir_okay=False, help="CSV, gzipped CSV or Parquet."
    ),
]
ActivityOption = Annotated[
    Path,
    typer.Option(
        "--activity", exists=True, dir_okay=False, help="The log: CSV, gzipped CSV or Parquet."
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        metavar="DATE",
        help="When it is asked; default: the newest moment whose window has closed in the log.",
    ),
]
OutFolder = Annotated[
    Path, typer.Option(metavar="FOLDER", file_okay=False, help="Folder for what is written.")
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
    from app.files.file_reading import FileReading

    return FileReading(
        mapping=pairs_of(maps or [], option="--map"),
        constants=pairs_of(sets or [], option="--set"),
        timezone=timezone,
    )


def log_of(
    on_stage: OnStage,
    activity: Path,
    customers: Path | None,
    reading: "FileReading",
    currency: str | None,
) -> "Log":
    """Return the log that the files hold, read up to now."""
    from app.use_cases.files.read_log import read_log

    on_stage("Reading the log", 0, 1)
    now = datetime.now(UTC)
    log = read_log(activity, customers, reading=reading, currency=currency, now=now)
    on_stage("Reading the log", 1, 1)
    return log
