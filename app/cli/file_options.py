"""Options that all commands with an activity file share."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.option_values import pairs_of
from app.cli.progress import OnStage

if TYPE_CHECKING:  # an installation of the service alone has no Polars, and help needs none
    from app.files.file_reading import FileReading
    from app.use_cases.files.read_log import Log

ActivityPath = Annotated[
    Path,
    typer.Argument(
        metavar="ACTIVITY",
        exists=True,
        dir_okay=False,
        help="The activity log: CSV, gzipped CSV or Parquet.",
    ),
]
ActivityOption = Annotated[
    Path,
    typer.Option(
        "--activity",
        exists=True,
        dir_okay=False,
        help="The activity log: CSV, gzipped CSV or Parquet.",
    ),
]
AsOf = Annotated[
    str | None,
    typer.Option(
        metavar="DATE",
        help="Score as of this moment. Default: the latest one whose horizon the log covers.",
    ),
]
OutFolder = Annotated[
    Path, typer.Option(metavar="FOLDER", file_okay=False, help="Folder to write the report to.")
]
CustomersPath = Annotated[
    Path | None,
    typer.Option(
        "--customers",
        exists=True,
        dir_okay=False,
        help="The customers: CSV, gzipped CSV or Parquet.",
    ),
]
Map = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="COLUMN=FIELD",
        help="Read a column of the file as one of our fields, for example "
        "--map InvoiceDate=occurred_at. Can be repeated.",
    ),
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help="Give a field the same value in all rows, for example --set type=order_placed. "
        "Can be repeated.",
    ),
]
Timezone = Annotated[
    str | None,
    typer.Option(help="Time zone of moments that have none, for example Europe/London."),
]
Currency = Annotated[
    str | None,
    typer.Option(help="Currency of the amounts to use. Default: the most frequent one."),
]


def reading_of(
    maps: list[str] | None, sets: list[str] | None, timezone: str | None
) -> "FileReading":
    """Return how the columns of a file are to be read."""
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
    """Return the log that the files hold."""
    from app.use_cases.files.read_log import read_log

    on_stage("Reading the log", 0, 1)
    now = datetime.now(UTC)
    log = read_log(activity, customers, reading=reading, currency=currency, now=now)
    on_stage("Reading the log", 1, 1)
    return log
