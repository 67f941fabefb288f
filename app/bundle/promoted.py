"""``models/serving.json``: the id of the bundle in service."""

from pathlib import Path
from typing import Final

from app.bundle.folder.bundle_id import validate_bundle_id
from app.bundle.folder.durable import locked, replace_durably
from app.bundle.json_object import parse_json_object

SERVING_FILE: Final = "serving.json"


def promoted_id(models: Path) -> str | None:
    """Return the id of the bundle in service, or None if none was promoted.

    Raises
    ------
    BundleRefused
        If ``serving.json`` exists but does not name a bundle.
    """
    path = models / SERVING_FILE
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    serving = parse_json_object(text, source=str(path)).allow_only("bundle_id")
    return validate_bundle_id(serving.string("bundle_id"))


def put_into_service(models: Path, bundle_id: str) -> None:
    """Record `bundle_id` as the bundle in service; readers find the old id or the new one."""
    content = f'{{"bundle_id": "{validate_bundle_id(bundle_id)}"}}\n'
    with locked(models):
        replace_durably(models / SERVING_FILE, content.encode())
