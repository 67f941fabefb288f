"""`holdfast monitor`: whether a bundle can still be trusted."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Final

import typer

from app.cli import output
from app.cli.bundles import BundleOption, ModelsFolder, shelf_of, signing_key
from app.cli.database import DatabaseUrl, open_database
from app.cli.option_values import moment_or_now
from app.cli.progress import progress_bar
from app.domain.checks import BundleCheck, ColumnDrift, MonthCheck, Verdict
from app.domain.moments import format_moment

N_SHOWN: Final = 10  # features; --json has all of them
# What stands beside a month or a feature; nothing stands beside one that is sound.
_REMARKS: Final = {
    Verdict.TOO_FEW: "too few",
    Verdict.MOVED: "moved",
    Verdict.DRIFTED: "drifted",
    Verdict.MISCALIBRATED: "miscalibrated",
}
_MONTH_HEADINGS: Final = (
    "month", "bundle", "customers", "predicted", "churned", "95% interval", "AUC", "error",
    "by chance", "",
)  # fmt: skip
_FEATURE_HEADINGS: Final = (
    "feature", "PSI", "by chance", "of reasons", "missing", "in training", "",
)  # fmt: skip


def monitor(
    *,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", metavar="DATE", help="Use what was known at this moment. Default: now."
        ),
    ] = None,
    bundle: BundleOption = None,
    database_url: DatabaseUrl = None,
    models: ModelsFolder = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the complete result as JSON.")
    ] = False,
) -> None:
    """Compare predictions with what happened, and today's customers with those of the training.

    The result is stored, and a running service adds its warnings to every answer.
    """
    from app.db.model_checks import json_of
    from app.use_cases.bundles.in_service import BundleInService
    from app.use_cases.monitoring.monitor import Monitor

    moment = moment_or_now(as_of, option="--as-of")
    bundles = BundleInService(shelf_of(models), key=signing_key())
    bundles.refresh()
    with (
        open_database(database_url) as database,
        progress_bar("Reading customers") as on_progress,
    ):
        monitor = Monitor(
            database.reader, database.readers, database.writers, bundles, lambda: datetime.now(UTC)
        )
        check = monitor.check(bundle or bundles.current().id, as_of=moment, on_progress=on_progress)
    if as_json:
        output.echo(json_of(check))
    else:
        _report(check)


def _report(check: BundleCheck) -> None:
    calibration, drift = check.calibration, check.drift
    output.echo(f"Bundle {check.bundle_id} as of {format_moment(check.as_of)}\n")
    output.echo(f"Calibration: {_words(calibration.verdict)}\n  {calibration.text}\n")
    if calibration.months:
        output.echo_table(_MONTH_HEADINGS, map(_month_cells, calibration.months))
        output.echo("")
    for reason in calibration.left_out:
        output.echo(f"  Not counted: {reason}\n")
    output.echo(f"Drift: {_words(drift.verdict)}\n  {drift.text}\n")
    if drift.risk is not None:
        shown = _shown(drift.risk, drift.features)
        output.echo_table(_FEATURE_HEADINGS, map(_feature_cells, shown))


def _words(verdict: Verdict) -> str:
    return verdict.value.replace("_", " ")


def _shown(risk: ColumnDrift, features: Iterable[ColumnDrift]) -> list[ColumnDrift]:
    return [risk, *features][: N_SHOWN + 1]


def _month_cells(month: MonthCheck) -> tuple[str, ...]:
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
        _REMARKS.get(month.verdict, ""),
    )


def _feature_cells(feature: ColumnDrift) -> tuple[str, ...]:
    return (
        feature.name,
        f"{feature.psi:.3f}",
        f"{feature.by_chance:.3f}",
        "" if feature.importance is None else f"{feature.importance:.1%}",
        f"{feature.missing_now:.0%}",
        f"{feature.missing_before:.0%}",
        _REMARKS.get(feature.verdict, ""),
    )
