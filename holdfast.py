"""The `holdfast` command: the service's verbs, and training's beside them.

This is where the two halves meet: `app` never imports `training`, so neither could hold them all.
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

if TYPE_CHECKING:  # help is instant, and a verb imports what it needs when it runs
    from pydantic_core import ErrorDetails

    from app.documents.document import Document
    from app.use_cases.files.read_log import Log
    from training.tiers.cut_points import ContactCosts


def main() -> None:
    """Run the command line; what the product refuses ends with its reason and exit code 1."""
    try:
        root()
    except HoldfastError as error:
        output.fail(str(error))
    except ValueError as error:
        from pydantic import ValidationError

        if not isinstance(error, ValidationError):
            raise
        # Of the settings; nothing else is validated out here.
        output.fail("; ".join(_setting(problem) for problem in error.errors()))
    except ModuleNotFoundError as error:
        output.fail(
            f"this verb needs {error.name}, which the service's own install leaves out: "
            "install holdfast[training], or holdfast[files] for files alone"
        )


@root.command(rich_help_panel="Data")
def simulate(
    *,
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder for three Parquet files.")],
    customers: Annotated[int, typer.Option(min=1, max=100_000_000, help="How many.")] = 3_000,
    days: Annotated[int, typer.Option(min=1, max=3_650, help="Length of the history.")] = 540,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same company.")] = 0,
    end: Annotated[
        str | None, typer.Option(metavar="DATE", help="First day after the history; default today.")
    ] = None,
) -> None:
    """Write the activity of a made-up company, and each customer's true churn probability."""
    from training.simulation import simulate as run

    with progress_bar("Simulating customers") as on_progress:
        summary = run(
            n_customers=customers,
            n_days=days,
            seed=seed,
            end=moment_of(end, option="--end").date() if end else today(),
            out=out,
            on_progress=on_progress,
        )
    output.echo(
        f"{summary.n_customers:,} customers with {summary.n_events:,} events in {out}. Without an "
        f"order in the next 90 days: {summary.churn_share:.1%} of those who ever ordered."
    )
    output.echo(
        f"Log loss of saying the base rate {summary.base_log_loss:.4f}, of the truth "
        f"{summary.truth_log_loss:.4f}: what a model can reach lies between."
    )


@root.command(rich_help_panel="Train")
def train(
    activity: ActivityPath,
    *,
    until: Annotated[str, typer.Option(metavar="DATE", help="Nothing from then on is read.")],
    horizon_days: Annotated[
        int, typer.Option(min=1, max=3_650, help="How far ahead churn is foreseen.")
    ] = 90,
    churn_event: Annotated[
        str | None,
        typer.Option(metavar="TYPE", help="Churn is that this does not happen in the horizon."),
    ] = None,
    cancellation_event: Annotated[
        str | None,
        typer.Option(
            metavar="TYPE",
            help="Churn is that this happens in the horizon, or that a renewal does not come.",
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
    seed: Annotated[int, typer.Option(min=0, help="Same seed and data, same bundle.")] = 0,
    promote: Annotated[
        bool, typer.Option("--promote", help="Put the bundle into service.")
    ] = False,
) -> None:
    """Learn who churns from a log, write a bundle, and print how good it is."""
    from app.use_cases.bundles.shelf import promote_bundle
    from training.card.console import holdout_lines, profit_lines
    from training.train import train as run

    churn = _definition(churn_event, cancellation_event, horizon_days)
    asked = costs_of(tier_policy, offer_cost, contact_cost, save_rate, capacity_per_week)
    costs = _contact_costs(asked)
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
    for line in (*holdout_lines(result.metrics), *profit_lines(result.metrics)):
        output.echo(line)
    output.echo(f"bundle {result.bundle_id}, card {shelf / result.bundle_id / 'card.md'}")
    if promote:
        promote_bundle(shelf, result.bundle_id, key=key)
        output.echo("promoted")
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
    """Hold a bundle against what came after it: figures with intervals, plots, and what changed.

    It is asked as of a moment that it has not seen, with what was known then, and judged by what
    the log knows by now. Writes evaluation.md, .html and .json.
    """
    from training.card.console import evaluation_lines
    from training.evaluation.evaluate import document_of, verdict_of
    from training.evaluation.evaluate import evaluate as run

    opened = open_named(bundle, models)
    moment = moment_of(as_of, option="--as-of") if as_of else None
    with progress_bars() as on_stage:
        log = log_of(
            on_stage, activity, customers, reading_of(maps, sets, timezone), opened.currency
        )
        reference = reference_of(opened, models)
        found = run(log.history, opened, as_of=moment, reference=reference, on_progress=on_stage)
    _say_notes(log.notes)
    numbers = found.as_numbers()
    output.echo(f"Bundle {opened.id} as of {numbers['as_of']}, {found.tested.window.days} days on")
    for line in evaluation_lines(found.figures):
        output.echo(line)
    output.echo(verdict_of(found.changes))
    _write(out, "evaluation", document_of(found), numbers)
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
    """Hold two bundles against the same customers: which is better, and who changes tier.

    Both are asked as of a moment that neither has seen. Differences are B less A, by the paired
    bootstrap. Writes comparison.md, .html and .json.
    """
    from training.evaluation.compare import compare as run
    from training.evaluation.compare import document_of, figures_table, verdict_of

    opened = open_named(a, models), open_named(b, models)
    moment = moment_of(as_of, option="--as-of") if as_of else None
    with progress_bars() as on_stage:
        reading = reading_of(maps, sets, timezone)
        log = log_of(on_stage, activity, customers, reading, opened[0].currency)
        found = run(log.history, *opened, as_of=moment, on_progress=on_stage)
    _say_notes(log.notes)
    numbers, figures = found.as_numbers(), figures_table(found)
    output.echo(f"A {opened[0].id}, B {opened[1].id}, as of {numbers['as_of']}")
    output.echo_table(figures.header, figures.rows)
    output.echo(f"{found.movement.share:.1%} of {found.movement.n:,} customers change tier.")
    output.echo(verdict_of(found))
    _write(out, "comparison", document_of(found), numbers)
    _end_if_rejected(log)


def _say_notes(notes: Iterable[str]) -> None:
    for note in notes:
        output.note(f"note: {note}")


def _write(out: Path, name: str, document: "Document", numbers: Mapping[str, Any]) -> None:
    from training.evaluation.files import write_files

    files = write_files(out, name=name, document=document, numbers=numbers)
    output.echo(f"written: {', '.join(map(str, files))}")


def _end_if_rejected(log: "Log") -> None:
    """End with the exit code for work that was done but in part; the log's notes say the rest."""
    if log.n_rejected:
        raise typer.Exit(output.EXIT_PARTLY)


def _setting(problem: "ErrorDetails") -> str:
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
    from training.tiers.cut_points import ContactCosts as Costs

    if asked is None:
        return None
    try:
        return Costs(*asked)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
