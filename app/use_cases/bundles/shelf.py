"""The shelf of bundles: list, promote and verify them, and read their cards."""

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
    """What a bundle says about itself to people; empty if it came without a card.

    `page` is a whole HTML document that loads nothing. Older bundles have none.
    """

    markdown: str
    page: bytes | None


def list_bundles(models: Path) -> list[BundleListing]:
    """Return every bundle on the shelf, the one with the newest data first."""
    return shelf.list_bundles(models)


def promote_bundle(models: Path, bundle_id: str, *, key: bytes | None = None) -> Verification:
    """Put a bundle into service if it can be verified; otherwise the one in service stays."""
    return shelf.promote(models, bundle_id, key=key)


def verify_bundle(models: Path, bundle_id: str, *, key: bytes | None = None) -> Verification:
    """Return what was verified about a bundle; raises `BundleRefused` if anything is wrong."""
    return shelf.verify(models / bundle_id, key=key)


def card_of(models: Path, bundle_id: str) -> Card:
    """Return the card of a bundle on the shelf, byte for byte as its manifest names it.

    Raises
    ------
    BundleNotFound
        If no bundle with this id is on the shelf.
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
