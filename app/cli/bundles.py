"""`holdfast models`: the shelf of bundles, and which one serves."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from app.cli import output
from app.domain.moments import format_moment

if TYPE_CHECKING:  # opening a bundle loads kernels; help and listing need none
    from app.bundle.folder.reference import Reference
    from app.bundle.risk_bundle import RiskBundle
    from app.bundle.shelf import BundleListing

models = typer.Typer(help="The shelf of bundles, and which one serves.", no_args_is_help=True)

ModelsFolder = Annotated[
    Path | None, typer.Option("--models", help="The shelf; default HOLDFAST_MODELS or models.")
]
BundleId = Annotated[str, typer.Argument(help="As `holdfast models list` shows it.")]

BundleName = Annotated[
    str,
    typer.Argument(metavar="BUNDLE", help="Its id, or `promoted` for the one that serves."),
]
PROMOTED: Final = "promoted"


def shelf_of(folder: Path | None) -> Path:
    """Return the shelf that an option names, or that of the settings."""
    from app.settings import Settings

    return folder or Settings().models


def signing_key() -> bytes | None:
    """Return the key that bundles are signed with, where the settings have one."""
    from app.settings import Settings

    secret = Settings().bundle_key
    return secret.get_secret_value().encode() if secret else None


def open_named(name: str, folder: Path | None) -> "RiskBundle":
    """Return the bundle of an id, or the promoted one, verified; else it is refused."""
    from app.bundle.folder.bundle_id import validate_bundle_id
    from app.bundle.opening import open_bundle, open_promoted

    shelf, key = shelf_of(folder), signing_key()
    if name == PROMOTED:
        return open_promoted(shelf, key=key)
    return open_bundle(shelf / validate_bundle_id(name), key=key)


def reference_of(bundle: "RiskBundle", folder: Path | None) -> "Reference | None":
    """Return the population that an opened bundle was trained on, where it came with one."""
    from app.bundle.folder.reference import read_reference

    return read_reference(shelf_of(folder) / bundle.id, bundle.manifest)


@models.command("list")
def list_(*, folder: ModelsFolder = None) -> None:
    """Print every bundle on the shelf, the newest data first; * marks the promoted one."""
    from app.use_cases.bundles.shelf import list_bundles

    shelf = shelf_of(folder)
    listings = list_bundles(shelf)
    if not listings:
        output.note(f"no bundle in {shelf}: `holdfast train` writes one")
        return
    headings = ("", "bundle", "trained until", "churn is", "problem")
    output.echo_table(headings, map(_cells, listings))


@models.command()
def promote(bundle_id: BundleId, *, folder: ModelsFolder = None) -> None:
    """Verify a bundle and put it into service; on failure the one in service stays."""
    from app.use_cases.bundles.shelf import promote_bundle

    found = promote_bundle(shelf_of(folder), bundle_id, key=signing_key())
    output.echo(f"{found.bundle_id} is promoted; a running service takes it within seconds")


@models.command()
def verify(bundle_id: BundleId, *, folder: ModelsFolder = None) -> None:
    """Check every byte of a bundle against its manifest, and its answers against LightGBM's."""
    from app.use_cases.bundles.shelf import verify_bundle

    found = verify_bundle(shelf_of(folder), bundle_id, key=signing_key())
    signature = "signature sound" if found.signed else "not signed"
    output.echo(
        f"{found.bundle_id} is sound: {found.n_files} files, {found.n_golden_rows} golden rows, "
        f"{signature}"
    )


def _cells(listing: "BundleListing") -> tuple[str, ...]:
    if listing.trained_until is None:
        return ("*" if listing.promoted else "", listing.bundle_id, "", "", listing.problem or "")
    return (
        "*" if listing.promoted else "",
        listing.bundle_id,
        format_moment(listing.trained_until),
        f"{listing.churn_definition} within {listing.horizon_days} days",
        "",
    )
