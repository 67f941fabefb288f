"""The shelf of bundles: list, promote, verify, and read a card."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.bundle import shelf
from app.bundle.folder.bundle_id import validate_bundle_id
from app.bundle.folder.reading import read_listed_file, read_manifest
from app.bundle.shelf import BundleListing, Verification
from app.domain.errors import BundleNotFound

CARD_FILE: Final = "card.md"
PAGE_FILE: Final = "card.html"
MAX_CARD_BYTES: Final = 8 * 1024 * 1024  # a real page has about 70 KB


@dataclass(frozen=True, slots=True)
class Card:
    """What a bundle says about itself to people; empty where it came without a card.

    `page` is a whole HTML document that loads nothing, None where the bundle is older than those.
    """

    markdown: str
    page: bytes | None


def list_bundles(models: Path) -> list[BundleListing]:
    """Return every bundle on the shelf, the newest data first."""
    return shelf.list_bundles(models)


def promote_bundle(models: Path, bundle_id: str, *, key: bytes | None = None) -> Verification:
    """Put a bundle into service once it is verified; on failure the one in service stays."""
    return shelf.promote(models, bundle_id, key=key)


def verify_bundle(models: Path, bundle_id: str, *, key: bytes | None = None) -> Verification:
    """Return what is sound about a bundle; whatever is not raises `BundleRefused`."""
    return shelf.verify(models / bundle_id, key=key)


def card_of(models: Path, bundle_id: str) -> Card:
    """Return the card of a bundle on the shelf, byte for byte what its manifest names.

    Raises
    ------
    BundleNotFound
        If no bundle of this id is on the shelf.
    BundleRefused
        If a file of the card was changed.
    """
    folder = models / validate_bundle_id(bundle_id)
    if not folder.is_dir():
        raise BundleNotFound(bundle_id)
    manifest = read_manifest(folder)
    found = {
        name: read_listed_file(folder, name, manifest, limit=MAX_CARD_BYTES)
        for name in (CARD_FILE, PAGE_FILE)
        if name in manifest.files
    }
    return Card(found.get(CARD_FILE, b"").decode(), found.get(PAGE_FILE))
