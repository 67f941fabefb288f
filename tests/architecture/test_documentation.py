"""Links in the documentation lead somewhere, and the index knows every page."""

import re
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


def pages() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    )
    found = [PROJECT / line for line in listed.stdout.splitlines()]
    return [path for path in found if path.exists()]


def text_of(page: Path) -> str:
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors_of(page: Path) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    plain = [re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", heading) for heading in headings]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in plain}


def broken(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    linked = page if not path else (page.parent / path).resolve()
    if not linked.exists():
        return True
    return bool(anchor) and linked.suffix == ".md" and anchor not in anchors_of(linked)


def test_relative_links_lead_to_a_file_and_a_heading():
    found = [
        (str(page.relative_to(PROJECT)), target)
        for page in pages()
        for target in LINK.findall(text_of(page))
        if not re.match(r"[a-z]+:", target) and broken(page, target)
    ]

    assert found == []


@pytest.mark.parametrize("folder", ["docs", "docs/decisions"])
def test_the_index_of_a_folder_names_every_page_in_it(folder):
    index = PROJECT / folder / "README.md"
    linked = {(index.parent / target).resolve() for target in LINK.findall(text_of(index))}
    missing = [
        page.name
        for page in pages()
        if page.parent == index.parent and page != index and page not in linked
    ]

    assert missing == []


def test_paths_that_the_documentation_names_exist():
    path = re.compile(
        r"`((?:app|training|tests|benchmarks|openapi|docs)/[\w/.-]+?\.(?:py|md|yaml|json))`"
    )
    missing = [
        (str(page.relative_to(PROJECT)), name)
        for page in pages()
        if page.name not in {"CHANGELOG.md", "extending.md"}  # of the past, and of the reader
        for name in path.findall(page.read_text(encoding="utf-8"))
        if not (PROJECT / name).exists()
    ]

    assert missing == []
