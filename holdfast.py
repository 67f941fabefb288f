"""The `holdfast` command: the verbs of the service, and those of training.

The two halves meet here: `app` must never import `training`, so neither could hold all verbs.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import output
from app.cli.bundles import (
    BundleName,
    ModelsFolder,
    open_named,
    reference_of,
    shelf_of,
    signing_key,
)
from app.cli.file_options import (
    ActivityOption,
    ActivityPath,
    AsOf,
    Currency,
    CustomersPath,
    Map,
    OutFolder,
    Set,
    Timezone,
    log_of,
    reading_of,
)
from app.cli.option_values import moment_of, today
from app.cli.progress import progress_bar, progress_bars
from app.cli.root import root
from app.cli.tier_options import (
    AskedCosts,
    CapacityPerWeek,
    ContactCost,
    OfferCost,
    SaveRate,
    TierPolicyOption,
    costs_of,
)
from app.domain.churn import ChurnDefinition, ChurnKind
from app.domain.errors import HoldfastError

if TYPE_CHECKING:  # a verb imports what it needs when it runs, so that help is instant
    from pydantic_core import ErrorDetails

    from app.documents.document import Document
    from app.use_cases.files.read_log import Log
    from training.tiers.contact_costs import ContactCosts


def main() -> None:
    """Run the command line; a refusal prints its reason and ends with exit code 1."""
    try:
        root()
    except HoldfastError as error:
        output.fail(str(error))
    except ValueError as error:
        from pydantic import ValidationError

        if not isinstance(error, ValidationError):
            raise
        # Only the settings are validated outside the verbs.
        output.fail("; ".join(_setting_problem(problem) for problem in error.errors()))
    except ModuleNotFoundError as error:
        output.fail(
            f"this verb needs {error.name}, which the plain install leaves out: install "
            "holdfast[training], or holdfast[files] if you only read and score files"
        )


@root.command(rich_help_panel="Data")
def simulate(
    *,
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder for three Parquet files.")],
    customers: Annotated[
        int, typer.Option(min=1, max=100_000_000, help="Number of customers.")
    ] = 3_000,
    days: Annotated[int, typer.Option(min=1, max=3_650, help="Length of the history.")] = 540,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same company.")] = 0,
    end: Annotated[
        str | None, typer.Option(metavar="DATE", help="First day after the history; default today.")
    ] = None,
) -> None:
    """Write the activity of a made-up company, with each customer's true churn probability."""
    from training.simulation import simulate as run
    from training.simulation.console import simulation_lines

    last_day = moment_of(end, option="--end").date() if end else today()
    with progress_bar("Simulating customers") as on_progress:
        summary = run(
            n_customers=customers,
            n_days=days,
            seed=seed,
            end=last_day,
            out=out,
            on_progress=on_progress,
        )
    _say_lines(simulation_lines(summary, out))


@root.command(rich_help_panel="Train")
def train(
    activity: ActivityPath,
    *,
    until: Annotated[
        str, typer.Option(metavar="DATE", help="Learn from what was known before this day.")
    ],
    horizon_days: Annotated[
        int, typer.Option(min=1, max=3_650, help="How far ahead churn is predicted.")
    ] = 90,
    churn_event: Annotated[
        str | None,
        typer.Option(
            metavar="TYPE", help="Customers churn if this does not happen within the horizon."
        ),
    ] = None,
    cancellation_event: Annotated[
        str | None,
        typer.Option(
            metavar="TYPE",
            help="Customers churn if this happens within the horizon, or a renewal does not.",
        ),
    ] = None,
    customers: CustomersPath = None,
    maps: Map = None,
    sets: Set = None,
    timezone: Timezone = None,
    currency: Currency = None,
    models: ModelsFolder = None,
    tier_policy: TierPolicyOption = "shares",
    offer_cost: OfferCost = None,
    contact_cost: ContactCost = None,
    save_rate: SaveRate = None,
    capacity_per_week: CapacityPerWeek = None,
    seed: Annotated[
        int, typer.Option(min=0, help="The same seed and data make the same bundle.")
    ] = 0,
    promote: Annotated[
        bool, typer.Option("--promote", help="Put the bundle into service.")
    ] = False,
) -> None:
    """Learn who churns from a log, write a bundle, and print how good it is."""
    from app.use_cases.bundles.shelf import promote_bundle
    from training.console import training_lines
    from training.train import train as run

    churn = _definition(churn_event, cancellation_event, horizon_days)
    costs = _contact_costs(
        costs_of(tier_policy, offer_cost, contact_cost, save_rate, capacity_per_week)
    )
    moment = moment_of(until, option="--until")
    shelf, key = shelf_of(models), signing_key()
    with progress_bars() as on_stage:
        log = log_of(on_stage, activity, customers, reading_of(maps, sets, timezone), currency)
        result = run(
            log.history,
            churn=churn,
            until=moment,
            models=shelf,
            currency=log.currency,
            costs=costs,
            seed=seed,
            signing_key=key,
            on_progress=on_stage,
        )
    _say_notes((*log.notes, *result.warnings))
    _say_lines(training_lines(result, shelf, currency=log.currency))
    if promote:
        promote_bundle(shelf, result.bundle_id, key=key)
        output.echo("The bundle is promoted; a running service takes it up within seconds.")
    _end_if_rejected(log)


@root.command(rich_help_panel="Train")
def evaluate(
    bundle: BundleName,
    *,
    activity: ActivityOption,
    out: OutFolder,
    as_of: AsOf = None,
    customers: CustomersPath = None,
    maps: Map = None,
    sets: Set = None,
    timezone: Timezone = None,
    models: ModelsFolder = None,
) -> None:
    """Compare what a bundle predicted with what happened: metrics, intervals and plots.

    The bundle makes predictions as of a moment that it has not seen, from what was known then. They
    are compared with what the log knows by now, and with the bundle's card. Writes evaluation.md,
    .html and .json.
    """
    from training.evaluation.console import evaluation_lines
    from training.evaluation.evaluate import evaluate as run
    from training.evaluation.evaluation_document import document_of

    opened = open_named(bundle, models)
    moment = moment_of(as_of, option="--as-of") if as_of else None
    with progress_bars() as on_stage:
        reading = reading_of(maps, sets, timezone)
        log = log_of(on_stage, activity, customers, reading, opened.currency)
        reference = reference_of(opened, models)
        found = run(log.history, opened, as_of=moment, reference=reference, on_progress=on_stage)
    _say_notes(log.notes)
    _say_lines(evaluation_lines(found))
    _write(out, "evaluation", document_of(found), found.as_numbers())
    _end_if_rejected(log)


@root.command(rich_help_panel="Train")
def compare(
    a: BundleName,
    b: BundleName,
    *,
    activity: ActivityOption,
    out: OutFolder,
    as_of: AsOf = None,
    customers: CustomersPath = None,
    maps: Map = None,
    sets: Set = None,
    timezone: Timezone = None,
    models: ModelsFolder = None,
) -> None:
    """Compare two bundles on the same customers: which is better, and who changes tier.

    Both make predictions as of a moment that neither has seen. Differences are B minus A, with
    intervals from the paired bootstrap. Writes comparison.md, .html and .json.
    """
    from training.evaluation.compare import compare as run
    from training.evaluation.comparison_document import document_of, metrics_table
    from training.evaluation.console import comparison_lines, comparison_title

    opened = open_named(a, models), open_named(b, models)
    moment = moment_of(as_of, option="--as-of") if as_of else None
    with progress_bars() as on_stage:
        reading = reading_of(maps, sets, timezone)
        log = log_of(on_stage, activity, customers, reading, opened[0].currency)
        found = run(log.history, *opened, as_of=moment, on_progress=on_stage)
    _say_notes(log.notes)
    metrics = metrics_table(found)
    output.echo(comparison_title(found))
    output.echo_table(metrics.header, metrics.rows)
    _say_lines(comparison_lines(found))
    _write(out, "comparison", document_of(found), found.as_numbers())
    _end_if_rejected(log)


def _say_lines(lines: Iterable[str]) -> None:
    for line in lines:
        output.echo(line)


def _say_notes(notes: Iterable[str]) -> None:
    for note in notes:
        output.note(f"note: {note}")


def _write(out: Path, name: str, document: "Document", numbers: Mapping[str, Any]) -> None:
    from training.evaluation.files import write_files

    files = write_files(out, name=name, document=document, numbers=numbers)
    output.echo(f"Written: {', '.join(map(str, files))}")


def _end_if_rejected(log: "Log") -> None:
    """End with the exit code for partly done work; the notes about the log say what is missing."""
    if log.n_rejected:
        raise typer.Exit(output.EXIT_PARTLY)


def _setting_problem(problem: "ErrorDetails") -> str:
    name = "_".join(str(part) for part in problem["loc"]).upper()
    return f"HOLDFAST_{name}: {problem['msg']}, got {problem['input']!r}"


def _definition(
    churn_event: str | None, cancellation_event: str | None, horizon_days: int
) -> ChurnDefinition:
    if (churn_event is None) == (cancellation_event is None):
        raise typer.BadParameter(
            "say what churn is: either --churn-event TYPE, such as order_placed, or "
            "--cancellation-event TYPE, such as subscription_cancelled"
        )
    if churn_event is not None:
        return ChurnDefinition(ChurnKind.ABSENCE, churn_event, horizon_days)
    return ChurnDefinition(ChurnKind.CANCELLATION, str(cancellation_event), horizon_days)


def _contact_costs(asked: AskedCosts | None) -> "ContactCosts | None":
    from training.tiers.contact_costs import ContactCosts as Costs

    if asked is None:
        return None
    try:
        return Costs(*asked)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
