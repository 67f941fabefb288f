"""An evaluation or a comparison as files."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.documents.document import Document
from app.documents.html import render_html
from app.documents.markdown import render_markdown


def write_files(
    folder: Path, *, name: str, document: Document, numbers: Mapping[str, Any]
) -> list[Path]:
    """Write ``name.md``, ``name.html`` and ``name.json`` into `folder`, and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = {
        "md": render_markdown(document),
        "html": render_html(document),
        "json": json.dumps(numbers, indent=2, ensure_ascii=False, allow_nan=False) + "\n",
    }
    paths = []
    for ending, text in contents.items():
        path = folder / f"{name}.{ending}"
        path.write_text(text, encoding="utf-8", newline="\n")
        paths.append(path)
    return paths
