"""How the command line reports: results on stdout, everything else on stderr.

Exit codes: 0 done; 1 refused, with the reason; 2 wrong usage; 3 done, but some rows were rejected.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, NoReturn

import typer

EXIT_REFUSED: Final = 1
EXIT_PARTLY: Final = 3
WIDEST_LINE: Final = 400  # of a table that goes into a file or a pipe


def echo(text: str) -> None:
    """Print a line of the result."""
    typer.echo(text)


def echo_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; unless stdout is a terminal, no line of it is wrapped."""
    from rich.console import Console
    from rich.table import Table

    table = Table(*headings, box=None)
    for row in rows:
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else WIDEST_LINE).print(table)


def note(text: str) -> None:
    """Print a line on stderr that is not part of the result."""
    typer.echo(text, err=True)


def note_unknown_types(types: Mapping[str, int]) -> None:
    """Name the types of activity that were stored although no feature reads them."""
    if types:
        listed = ", ".join(f"{name} ({n:,})" for name, n in types.items())
        note(f"note: no feature reads these types, which are stored all the same: {listed}")


def fail(reason: str) -> NoReturn:
    """Print the reason on stderr and exit with the code of a refusal."""
    typer.echo(f"holdfast: {reason}", err=True)
    raise SystemExit(EXIT_REFUSED)


def exit_if_rejected(n_rejected: int, rejects_files: Iterable[Path | None]) -> None:
    """If rows were rejected, name the files that list them, and exit with the code for that."""
    if not n_rejected:
        return
    files = ", ".join(str(path) for path in rejects_files if path is not None)
    rows = "1 row was" if n_rejected == 1 else f"{n_rejected:,} rows were"
    note(f"note: {rows} rejected; see {files} for the lines and the reasons")
    raise typer.Exit(EXIT_PARTLY)
