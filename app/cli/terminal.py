"""How the command line speaks: results to stdout, progress and problems to stderr.

Exit codes: 0 done; 1 refused, with the reason; 2 wrong usage; 3 done, but some rows were rejected.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from app.domain.moments import parse_moment

if TYPE_CHECKING:  # serving shows no bars, and starts without them
    from rich.console import Console

EXIT_REFUSED = 1
EXIT_PARTLY = 3
WIDEST_LINE = 400


OnProgress = Callable[[int, int], None]  # how much is done, and how much there is in all
OnStage = Callable[[str, int, int], None]  # the stage, and the same of it


def say(text: str) -> None:
    """Print a line of the result."""
    typer.echo(text)


def say_aside(text: str) -> None:
    """Print a line that is not the result, such as what happens next."""
    typer.echo(text, err=True)


def refuse(reason: str) -> NoReturn:
    """End with the reason on stderr and the exit code of a refusal."""
    typer.echo(f"holdfast: {reason}", err=True)
    raise SystemExit(EXIT_REFUSED)


def say_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; where stdout is no terminal, no line is broken."""
    from rich.console import Console
    from rich.table import Table

    table = Table(*headings, box=None)
    for row in rows:
        table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else WIDEST_LINE).print(table)


def say_unknown_types(types: Mapping[str, int]) -> None:
    """Tell of activity that was kept although no feature reads it."""
    if types:
        listed = ", ".join(f"{name} ({n:,})" for name, n in types.items())
        say_aside(f"note: types that no feature reads, kept and counted: {listed}")


def end_if_rejected(n_rejected: int, rejects: Iterable[Path | None]) -> None:
    """End with the exit code for work that was done but in part, and say where the rest is."""
    if not n_rejected:
        return
    files = ", ".join(str(path) for path in rejects if path is not None)
    rows = "1 row was" if n_rejected == 1 else f"{n_rejected:,} rows were"
    say_aside(f"note: {rows} rejected; {files} has the lines and reasons")
    raise typer.Exit(EXIT_PARTLY)


@contextmanager
def progress(title: str) -> Iterator[OnProgress]:
    """Give a callback that keeps a progress bar on stderr."""
    with stages() as on_stage:

        def advance(done: int, total: int) -> None:
            on_stage(title, done, total)

        yield advance


@contextmanager
def stages() -> Iterator[OnStage]:
    """Give a callback that keeps one progress bar per named stage on stderr.

    Where stderr is no terminal (a log file, CI), each stage says once that it is done.
    """
    from rich import progress as bar
    from rich.console import Console

    console = Console(file=sys.stderr)
    if not console.is_terminal:
        yield _say_when_done(console)
        return
    columns = (
        bar.SpinnerColumn(finished_text="✓"),
        bar.TextColumn("{task.description}"),
        bar.BarColumn(),
        bar.MofNCompleteColumn(),
        bar.TimeElapsedColumn(),
        bar.TimeRemainingColumn(),
    )
    with bar.Progress(*columns, console=console) as bars:
        tasks = {}

        def advance(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield advance


def moment_of(text: str, *, option: str) -> datetime:
    """Return the moment that an option names, or end with how to write it."""
    try:
        return parse_moment(text)
    except ValueError as error:
        raise typer.BadParameter(f"{option}: {error}") from None


def today() -> date:
    """Return the date in UTC; the command line is where the clock enters."""
    return datetime.now(UTC).date()


def pairs_of(texts: list[str], *, option: str) -> dict[str, str]:
    """Return ``{left: right}`` of options written ``LEFT=RIGHT``."""
    pairs = {}
    for text in texts:
        left, equals, right = text.partition("=")
        if not (left and equals and right):
            raise typer.BadParameter(f"{option}: expected LEFT=RIGHT, got {text!r}")
        pairs[left] = right
    return pairs


def _say_when_done(console: "Console") -> OnStage:
    said = set()

    def advance(stage: str, done: int, total: int) -> None:
        if done >= total and stage not in said:
            said.add(stage)
            console.print(f"{stage}: {total:,} done", highlight=False)

    return advance
