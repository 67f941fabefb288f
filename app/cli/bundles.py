"""`holdfast models`: the bundles on the shelf, and which one is in service."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from app.cli import output
from app.domain.moments import format_moment

if TYPE_CHECKING:  # opening a bundle loads kernels; help and listing need none
    from app.bundle.folder.reference import Reference
    from app.bundle.risk_bundle import RiskBundle
    from app.bundle.shelf import BundleListing

models = typer.Typer(
    help="List, promote and verify bundles (trained models).", no_args_is_help=True
)

ModelsFolder = Annotated[
    Path | None,
    typer.Option(
        "--models", help="Folder with the bundles. Default: HOLDFAST_MODELS, otherwise models."
    ),
]
BundleId = Annotated[str, typer.Argument(help="Id of the bundle, see `holdfast models list`.")]
BundleName = Annotated[
    str,
    typer.Argument(metavar="BUNDLE", help="Id of a bundle, or `promoted` for the one in service."),
]
BundleOption = Annotated[
    str | None, typer.Option(help="Id of a bundle. Default: the one in service.")
]
PROMOTED: Final = "promoted"


def shelf_of(folder: Path | None) -> Path:
    """Return the folder that an option names, otherwise that of the settings."""
    from app.settings import Settings

    return folder or Settings().models


def signing_key() -> bytes | None:
    """Return the key that bundles are signed with; None if the settings have none."""
    from app.settings import Settings

    secret = Settings().bundle_key
    return secret.get_secret_value().encode() if secret else None


def open_named(name: str, folder: Path | None) -> "RiskBundle":
    """Return the bundle with this id, or the promoted one, once it is verified."""
    from app.bundle.folder.bundle_id import validate_bundle_id
    from app.bundle.opening import open_bundle, open_promoted

    shelf, key = shelf_of(folder), signing_key()
    if name == PROMOTED:
        return open_promoted(shelf, key=key)
    return open_bundle(shelf / validate_bundle_id(name), key=key)


def reference_of(bundle: "RiskBundle", folder: Path | None) -> "Reference | None":
    """Return the population that a bundle was trained on; None if it came without one."""
    from app.bundle.folder.reference import read_reference

    return read_reference(shelf_of(folder) / bundle.id, bundle.manifest)


@models.command("list")
def list_(*, folder: ModelsFolder = None) -> None:
    """List all bundles, the one with the newest data first. * marks the one in service."""
    from app.use_cases.bundles.shelf import list_bundles

    shelf = shelf_of(folder)
    listings = list_bundles(shelf)
    if not listings:
        output.note(f"There is no bundle in {shelf}. Train one with `holdfast train`.")
        return
    headings = ("", "bundle", "trained until", "churn is", "problem")
    output.echo_table(headings, map(_cells, listings))


@models.command()
def promote(bundle_id: BundleId, *, folder: ModelsFolder = None) -> None:
    """Verify a bundle and put it into service. If it is refused, nothing changes."""
    from app.use_cases.bundles.shelf import promote_bundle

    found = promote_bundle(shelf_of(folder), bundle_id, key=signing_key())
    output.echo(f"Promoted {found.bundle_id}. A running service switches to it within seconds.")


@models.command()
def verify(bundle_id: BundleId, *, folder: ModelsFolder = None) -> None:
    """Check each byte of a bundle against its manifest, and its scores against LightGBM's."""
    from app.use_cases.bundles.shelf import verify_bundle

    found = verify_bundle(shelf_of(folder), bundle_id, key=signing_key())
    signature = "its signature is valid" if found.signed else "it is not signed"
    output.echo(
        f"Bundle {found.bundle_id} is intact: {found.n_files} files match the manifest, "
        f"{found.n_golden_rows} golden rows get the expected scores, and {signature}."
    )


def _cells(listing: "BundleListing") -> tuple[str, ...]:
    marker = "*" if listing.promoted else ""
    if listing.trained_until is None:
        return (marker, listing.bundle_id, "", "", listing.problem or "")
    return (
        marker,
        listing.bundle_id,
        format_moment(listing.trained_until),
        f"{listing.churn_definition} within {listing.horizon_days} days",
        "",
    )
