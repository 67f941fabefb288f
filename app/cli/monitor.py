"""`holdfast monitor`: whether a bundle is still to be trusted."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated

import typer

from app.cli import output
from app.cli.bundles import ModelsFolder, shelf_of, signing_key
from app.cli.database import DatabaseUrl, engine_of
from app.cli.option_values import moment_or_now
from app.cli.progress import progress_bar
from app.cli.scores import AsOf
from app.domain.checks import BundleCheck, ColumnDrift, MonthCheck, Verdict
from app.domain.moments import format_moment

N_SHOWN = 10  # features; --json has all
_SIGNS = {Verdict.DRIFTED: "drifted", Verdict.MOVED: "moved", Verdict.MISCALIBRATED: "off"}
_MONTHS = ("month", "bundle", "customers", "said", "happened", "95 %", "AUC", "error", "chance", "")
_FEATURES = ("feature", "PSI", "chance", "of reasons", "missing", "before", "")


def monitor(
    *,
    as_of: AsOf = None,
    bundle: Annotated[
        str | None, typer.Option(help="A bundle of the shelf; default: the promoted one.")
    ] = None,
    database: DatabaseUrl = None,
    models: ModelsFolder = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print everything that was found as JSON.")
    ] = False,
) -> None:
    """Hold a bundle against what happened since, and against today's customers; keep the result."""
    from app.db.connections.connect import session_factory, writer_factory
    from app.db.log.reading import Reader
    from app.use_cases.bundles.in_service import BundleInService
    from app.use_cases.monitoring.monitor import Monitor

    moment = moment_or_now(as_of, option="--as-of")
    bundles = BundleInService(shelf_of(models), key=signing_key())
    bundles.refresh()
    with engine_of(database) as engine, progress_bar("Reading customers") as on_progress:
        watch = Monitor(
            Reader(engine),
            session_factory(engine),
            writer_factory(engine),
            bundles,
            lambda: datetime.now(UTC),
        )
        found = watch.check(bundle or bundles.current().id, as_of=moment, on_progress=on_progress)
    if as_json:
        from app.db.model_checks import json_of

        output.echo(json_of(found))
    else:
        _say(found)


def _say(check: BundleCheck) -> None:
    calibration, drift = check.calibration, check.drift
    output.echo(f"Bundle {check.bundle_id} as of {format_moment(check.as_of)}\n")
    output.echo(f"Calibration: {_words(calibration.verdict)}\n  {calibration.text}\n")
    if calibration.months:
        output.echo_table(_MONTHS, map(_month, calibration.months))
        output.echo("")
    for each in calibration.left_out:
        output.echo(f"  not counted: {each}\n")
    output.echo(f"Drift: {_words(drift.verdict)}\n  {drift.text}\n")
    if drift.risk is not None:
        output.echo_table(_FEATURES, map(_column, _shown(drift.risk, drift.features)))


def _words(verdict: Verdict) -> str:
    return verdict.value.replace("_", " ")


def _shown(risk: ColumnDrift, features: Iterable[ColumnDrift]) -> list[ColumnDrift]:
    return [risk, *features][: N_SHOWN + 1]


def _month(month: MonthCheck) -> tuple[str, ...]:
    return (
        month.month,
        month.bundle_id,
        f"{month.n:,}",
        f"{month.mean_probability:.1%}",
        f"{month.observed_rate:.1%}",
        f"{month.observed_low:.1%} to {month.observed_high:.1%}",
        "" if month.auc is None else f"{month.auc:.3f}",
        f"{month.ece:.3f}",
        f"{month.ece_by_chance:.3f}",
        "too few" if month.verdict is Verdict.TOO_FEW else _SIGNS.get(month.verdict, ""),
    )


def _column(column: ColumnDrift) -> tuple[str, ...]:
    return (
        column.name,
        f"{column.psi:.3f}",
        f"{column.by_chance:.3f}",
        "" if column.importance is None else f"{column.importance:.1%}",
        f"{column.missing_now:.0%}",
        f"{column.missing_before:.0%}",
        _SIGNS.get(column.verdict, ""),
    )
