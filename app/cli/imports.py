"""`holdfast import`: activity and customers from files into the database."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from app.cli import output
from app.cli.database import DatabaseUrl, open_database
from app.cli.file_options import ActivityPath, Map, Set, Timezone, reading_of
from app.cli.progress import progress_bar

imports = typer.Typer(
    help="Import activity and customers from files into the database.", no_args_is_help=True
)

CustomersArgument = Annotated[
    Path,
    typer.Argument(
        metavar="CUSTOMERS",
        exists=True,
        dir_okay=False,
        help="The customers: CSV, gzipped CSV or Parquet.",
    ),
]


@imports.command()
def activity(
    path: ActivityPath,
    *,
    maps: Map = None,
    sets: Set = None,
    timezone: Timezone = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Record the events of a file. Importing a file again adds nothing."""
    from app.use_cases.files.import_files import import_activity

    reading = reading_of(maps, sets, timezone)
    with open_database(database_url) as database, progress_bar("Importing events") as on_progress:
        done = import_activity(
            database.writers,
            path,
            now=datetime.now(UTC),
            reading=reading,
            on_progress=on_progress,
        )
    output.echo(
        f"{done.n_accepted:,} events recorded, {done.n_duplicates:,} already known, "
        f"{done.n_rejected:,} rejected"
    )
    output.note_unknown_types(done.unknown_types)
    output.exit_if_rejected(done.n_rejected, [done.rejects_file])


@imports.command()
def customers(
    path: CustomersArgument,
    *,
    maps: Map = None,
    sets: Set = None,
    timezone: Timezone = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Store the customers of a file and their accounts. Importing a file again adds nothing."""
    from app.use_cases.files.import_files import import_customers

    reading = reading_of(maps, sets, timezone)
    with (
        open_database(database_url) as database,
        progress_bar("Importing customers") as on_progress,
    ):
        done = import_customers(
            database.writers,
            path,
            now=datetime.now(UTC),
            reading=reading,
            on_progress=on_progress,
        )
    output.echo(
        f"{done.n_customers:,} customers stored, {done.n_new:,} of them new, "
        f"{done.n_rejected:,} rows rejected"
    )
    output.exit_if_rejected(done.n_rejected, [done.rejects_file])
