"""The shape of the code: rules that a reviewer would otherwise have to remember."""

import ast
import re
import statistics
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).parents[2]
ROOTS = ("app", "training")
MOST_MODULES = 20  # side by side in one folder
# Lines of a function's body, docstring left out; migrations are lists of columns, not functions.
MEDIAN_LINES, P90_LINES, MOST_LINES = 6, 18, 40
EMPTY_NAMES = {"utils", "util", "common", "helpers", "core", "misc", "base", "tools"}


def modules() -> list[Path]:
    return sorted(path for root in ROOTS for path in (PROJECT / root).rglob("*.py"))


def name_of(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def lines_of_body(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    if not body:
        return 0
    return (body[-1].end_lineno or 0) - body[0].lineno + 1


def functions() -> Iterator[tuple[str, int]]:
    for path in modules():
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{name_of(path)}:{node.name}", lines_of_body(node)


def test_no_folder_has_more_modules_side_by_side_than_a_reader_takes_in():
    counted = defaultdict(int)
    for path in modules():
        counted[name_of(path.parent)] += path.name != "__init__.py"

    assert {folder: n for folder, n in counted.items() if n > MOST_MODULES} == {}


def test_no_function_is_longer_than_a_screen():
    assert [found for found in functions() if found[1] > MOST_LINES] == []


def test_most_functions_are_short():
    lengths = sorted(length for _, length in functions())

    assert statistics.median(lengths) <= MEDIAN_LINES
    assert lengths[int(0.9 * len(lengths))] <= P90_LINES


def test_no_two_public_classes_share_a_name():
    places = defaultdict(list)
    for path in modules():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(name_of(path))

    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_the_domain_speaks_in_types_not_in_dicts():
    loose = re.compile(r"\bdict\[str, (Any|object)\]|\bJson\b")
    offenders = [
        name_of(path)
        for path in (PROJECT / "app" / "domain").rglob("*.py")
        if loose.search(path.read_text(encoding="utf-8"))
    ]

    assert offenders == []


def test_rooms_are_named_after_what_they_mean():
    named = {part.removesuffix(".py") for path in modules() for part in path.parts}

    assert named & EMPTY_NAMES == set()


def test_every_package_says_what_it_holds():
    silent = [
        name_of(path)
        for path in modules()
        if path.name == "__init__.py"
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]

    assert silent == []
