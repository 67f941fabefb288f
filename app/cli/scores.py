"""`holdfast score` and `holdfast rescore`: file to file, and everybody in the database."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import output
from app.cli.bundles import ModelsFolder, shelf_of, signing_key
from app.cli.database import DatabaseUrl, engine_of
from app.cli.file_options import ActivityPath, CustomersPath, Map, Set, Timezone, reading_of
from app.cli.option_values import moment_of, moment_or_now
from app.cli.progress import progress_bar

if TYPE_CHECKING:  # help reads no playbook
    from app.domain.playbooks import Playbook

AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="The moment asked about; default now."),
]


def score(
    activity: ActivityPath,
    *,
    out: Annotated[Path, typer.Option(dir_okay=False, help="Parquet, one row per customer.")],
    as_of: Annotated[
        str, typer.Option("--as-of", metavar="DATE", help="Nothing from then on is used.")
    ],
    customers: CustomersPath = None,
    maps: Map = None,
    sets: Set = None,
    timezone: Timezone = None,
    models: ModelsFolder = None,
    bundle: Annotated[
        str | None, typer.Option(help="A bundle of the shelf; default: the promoted one.")
    ] = None,
    numbers_only: Annotated[
        bool,
        typer.Option(
            "--numbers-only", help="Leave reasons, signals and interventions out; much faster."
        ),
    ] = False,
) -> None:
    """Score every customer of an activity file into a Parquet file; needs no database."""
    from app.bundle.opening import open_bundle, open_promoted
    from app.use_cases.files.score_file import INSUFFICIENT, score_file
    from app.work.memory import spare_the_collector

    moment = moment_of(as_of, option="--as-of")
    reading = reading_of(maps, sets, timezone)
    shelf, key = shelf_of(models), signing_key()
    opened = open_bundle(shelf / bundle, key=key) if bundle else open_promoted(shelf, key=key)
    spare_the_collector()
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
    output.echo(f"{done.n_customers:,} customers scored by {opened.id} into {out}")
    n_scored = done.n_customers - done.tiers.get(INSUFFICIENT, 0)
    for tier in ("high", "medium", "low"):
        n = done.tiers.get(tier, 0)
        output.echo(f"  {tier:7}{n:>12,}  {n / max(n_scored, 1):6.1%}")
    if n_without := done.tiers.get(INSUFFICIENT, 0):
        output.echo(f"  {n_without:,} have not enough history for a score")
    if done.n_foreign_amounts:
        output.note(
            f"note: {done.n_foreign_amounts:,} amounts are not in {opened.currency}, the currency "
            "of the bundle, and count as missing"
        )
    output.note_unknown_types(done.unknown_types)
    output.exit_if_rejected(done.n_rejected, done.rejects_files)


def rescore(
    *,
    as_of: AsOf = None,
    database: DatabaseUrl = None,
    models: ModelsFolder = None,
    numbers_only: Annotated[
        bool,
        typer.Option(
            "--numbers-only",
            help="Keep scores without reasons and signals; more than twice as fast.",
        ),
    ] = False,
) -> None:
    """Score everybody in the database and keep the answers; killed, it goes on where it was."""
    from app.db.connections.connect import session_factory, writer_factory
    from app.db.log.reading import Reader
    from app.domain.jobs import JobState, Keeps
    from app.settings import Settings
    from app.use_cases.bundles.in_service import BundleInService
    from app.use_cases.monitoring.bundle_checker import BundleChecker
    from app.use_cases.monitoring.monitor import Monitor
    from app.use_cases.rescoring.rescore_now import rescore_now
    from app.use_cases.rescoring.rescorer import Rescorer
    from app.work.job_queue import JobQueue
    from app.work.memory import spare_the_collector

    moment = moment_or_now(as_of, option="--as-of")
    bundles = BundleInService(shelf_of(models), key=signing_key())
    bundles.refresh()
    spare_the_collector()
    with engine_of(database) as engine, progress_bar("Scoring customers") as on_progress:
        reader, readers = Reader(engine), session_factory(engine)
        queue = JobQueue(writer_factory(engine), lambda: datetime.now(UTC))
        rescorer = Rescorer(
            queue, reader, bundles, _playbook(), chunk_size=Settings().rescore_chunk_size
        )
        keeps = Keeps.NUMBERS if numbers_only else Keeps.ANSWERS
        job = rescore_now(rescorer, readers, as_of=moment, on_progress=on_progress, keeps=keeps)
        # The check that the rescoring queued; where a service is running, it may have done it.
        monitor = Monitor(reader, readers, queue.writers, bundles, queue.now)
        BundleChecker(queue, monitor).work()
    if job.state is not JobState.COMPLETED:
        output.fail(f"job {job.job_id} is {job.state.value}: {job.error or 'no reason is kept'}")
    output.echo(f"{job.done:,} customers scored by {job.bundle_id}, {job.failed:,} failed")
    if job.failed:
        raise typer.Exit(output.EXIT_PARTLY)


def _playbook() -> "Playbook":
    from app.playbook.read import DEFAULT_PLAYBOOK, read_playbook
    from app.settings import Settings

    return read_playbook(Settings().playbook or DEFAULT_PLAYBOOK)
