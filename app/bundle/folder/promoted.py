"""``models/serving.json``: the id of the bundle in service, and nothing else."""

from pathlib import Path
from typing import Final

from app.bundle.folder.durable import locked, replace_durably
from app.bundle.folder.reading import check_bundle_id
from app.bundle.json_fields import parse_object

SERVING_FILE: Final = "serving.json"


def promoted_id(models: Path) -> str | None:
    """Return the id of the bundle in service, or None where none was promoted.

    `BundleRefused` if ``serving.json`` is there but does not name a bundle.
    """
    path = models / SERVING_FILE
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    return check_bundle_id(parse_object(text, source=str(path)).only("bundle_id").text("bundle_id"))


def put_into_service(models: Path, bundle_id: str) -> None:
    """Name `bundle_id` as the one in service; a reader meets the old id or the new."""
    content = f'{{"bundle_id": "{check_bundle_id(bundle_id)}"}}\n'
    with locked(models):
        replace_durably(models / SERVING_FILE, content.encode())
