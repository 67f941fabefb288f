"""`holdfast score` and `holdfast rescore`: from file to file, and everybody in the database."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import output
from app.cli.bundles import (
    PROMOTED,
    BundleOption,
    ModelsFolder,
    open_named,
    shelf_of,
    signing_key,
)
from app.cli.database import DatabaseUrl, open_database
from app.cli.file_options import ActivityPath, CustomersPath, Map, Set, Timezone, reading_of
from app.cli.option_values import moment_of, moment_or_now
from app.cli.progress import progress_bar
from app.domain.jobs import Job, JobState, Keeps
from app.work.progress import OnProgress

if TYPE_CHECKING:  # help opens neither database nor bundle nor playbook
    from app.bundle.risk_bundle import RiskBundle
    from app.db.database import Database
    from app.domain.playbooks import Playbook
    from app.use_cases.files.score_file import ScoredFile

AsOfOrNow = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="Score as of this moment. Default: now."),
]


def score(
    activity: ActivityPath,
    *,
    out: Annotated[
        Path,
        typer.Option(dir_okay=False, help="The Parquet file to write, with a row per customer."),
    ],
    as_of: Annotated[
        str,
        typer.Option(
            "--as-of", metavar="DATE", help="Score as of this moment; later activity is ignored."
        ),
    ],
    customers: CustomersPath = None,
    maps: Map = None,
    sets: Set = None,
    timezone: Timezone = None,
    models: ModelsFolder = None,
    bundle: BundleOption = None,
    numbers_only: Annotated[
        bool,
        typer.Option(
            "--numbers-only", help="Leave out reasons, signals and interventions; much faster."
        ),
    ] = False,
) -> None:
    """Score every customer of an activity file into a Parquet file. Needs no database."""
    from app.use_cases.files.score_file import score_file
    from app.work.memory import collect_garbage_rarely

    moment = moment_of(as_of, option="--as-of")
    reading = reading_of(maps, sets, timezone)
    opened = open_named(bundle or PROMOTED, models)
    collect_garbage_rarely()
    with progress_bar("Scoring customers") as on_progress:
        done = score_file(
            activity,
            opened,
            None if numbers_only else _playbook(),
            as_of=moment,
            out=out,
            customers=customers,
            reading=reading,
            on_progress=on_progress,
        )
    _report(done, opened, out)
    output.exit_if_rejected(done.n_rejected, done.rejects_files)


def rescore(
    *,
    as_of: AsOfOrNow = None,
    database_url: DatabaseUrl = None,
    models: ModelsFolder = None,
    numbers_only: Annotated[
        bool,
        typer.Option(
            "--numbers-only",
            help="Store scores without reasons and signals; more than twice as fast.",
        ),
    ] = False,
) -> None:
    """Score everybody in the database and store the answers. If killed, it resumes where it was."""
    from app.work.memory import collect_garbage_rarely

    moment = moment_or_now(as_of, option="--as-of")
    keeps = Keeps.NUMBERS if numbers_only else Keeps.ANSWERS
    collect_garbage_rarely()
    with (
        open_database(database_url) as database,
        progress_bar("Scoring customers") as on_progress,
    ):
        job = _rescore(database, models, as_of=moment, keeps=keeps, on_progress=on_progress)
    _report_job(job)


def _rescore(
    database: "Database",
    models: Path | None,
    *,
    as_of: datetime,
    keeps: Keeps,
    on_progress: OnProgress,
) -> Job:
    from app.settings import Settings
    from app.use_cases.bundles.in_service import BundleInService
    from app.use_cases.monitoring.bundle_checker import BundleChecker
    from app.use_cases.monitoring.monitor import Monitor
    from app.use_cases.rescoring.rescore_now import rescore_now
    from app.use_cases.rescoring.rescorer import Rescorer
    from app.work.job_queue import JobQueue

    bundles = BundleInService(shelf_of(models), key=signing_key())
    bundles.refresh()
    reader, readers = database.reader, database.readers
    queue = JobQueue(database.writers, lambda: datetime.now(UTC))
    chunk_size = Settings().rescore_chunk_size
    rescorer = Rescorer(queue, reader, bundles, _playbook(), chunk_size=chunk_size)
    job = rescore_now(rescorer, readers, as_of=as_of, on_progress=on_progress, keeps=keeps)
    # Every rescoring queues a check when it ends. A running service may have taken it already.
    monitor = Monitor(reader, readers, queue.writers, bundles, queue.now)
    BundleChecker(queue, monitor).work()
    return job


def _playbook() -> "Playbook":
    from app.playbook.read import DEFAULT_PLAYBOOK, read_playbook
    from app.settings import Settings

    return read_playbook(Settings().playbook or DEFAULT_PLAYBOOK)


def _report(done: "ScoredFile", bundle: "RiskBundle", out: Path) -> None:
    from app.use_cases.files.score_file import INSUFFICIENT

    output.echo(f"{done.n_customers:,} customers scored with bundle {bundle.id} into {out}")
    n_without = done.tiers.get(INSUFFICIENT, 0)
    n_scored = done.n_customers - n_without
    for tier in ("high", "medium", "low"):
        n = done.tiers.get(tier, 0)
        output.echo(f"  {tier:7}{n:>12,}  {n / max(n_scored, 1):6.1%}")
    if n_without:
        output.echo(f"  {n_without:,} do not have enough history for a score")
    if done.n_foreign_amounts:
        output.note(
            f"note: {done.n_foreign_amounts:,} amounts are not in {bundle.currency}, the currency "
            "of the bundle, and count as missing"
        )
    output.note_unknown_types(done.unknown_types)


def _report_job(job: Job) -> None:
    if job.state is not JobState.COMPLETED:
        output.fail(f"job {job.job_id} is {job.state.value}: {job.error or 'no reason is known'}")
    output.echo(f"{job.done:,} customers scored with bundle {job.bundle_id}, {job.failed:,} failed")
    if job.failed:
        raise typer.Exit(output.EXIT_PARTLY)
