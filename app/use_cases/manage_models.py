"""The shelf of bundles: list, promote, verify, and read a card."""

from pathlib import Path

from app.bundle import shelf
from app.bundle.opened import RiskBundle
from app.bundle.shelf import BundleListing, Verification

CARD_FILE = "card.md"


def list_models(models: Path) -> list[BundleListing]:
    """Return every bundle on the shelf, the newest data first."""
    return shelf.list_bundles(models)


def promote_model(models: Path, bundle_id: str, *, key: bytes | None = None) -> Verification:
    """Put a bundle into service once it is verified; on failure the one in service stays."""
    return shelf.promote(models, bundle_id, key=key)


def verify_model(models: Path, bundle_id: str, *, key: bytes | None = None) -> Verification:
    """Return what is sound about a bundle; whatever is not raises `BundleRefused`."""
    return shelf.verify(models / bundle_id, key=key)


def card_of(models: Path, bundle: RiskBundle) -> str:
    """Return the card of an open bundle, Markdown; empty where it came without one."""
    try:
        return (models / bundle.id / CARD_FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
