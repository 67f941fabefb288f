"""Progress bars on stderr, or one line per stage where stderr is not a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.work.progress import OnProgress

if TYPE_CHECKING:  # help and serving show no bars, and start without loading them
    from rich.console import Console

OnStage = Callable[[str, int, int], None]  # the stage, and the same for this stage


@contextmanager
def progress_bar(title: str) -> Iterator[OnProgress]:
    """Give a callback that moves one progress bar."""
    with progress_bars() as on_stage:

        def advance(done: int, total: int) -> None:
            on_stage(title, done, total)

        yield advance


@contextmanager
def progress_bars() -> Iterator[OnStage]:
    """Give a callback that moves one progress bar per stage.

    Where stderr is not a terminal (a log file, CI), each stage prints one line when it is done.
    """
    from rich import progress as bar
    from rich.console import Console

    console = Console(file=sys.stderr)
    if not console.is_terminal:
        yield _print_when_done(console)
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


def _print_when_done(console: "Console") -> OnStage:
    printed = set()

    def advance(stage: str, done: int, total: int) -> None:
        if done >= total and stage not in printed:
            printed.add(stage)
            console.print(f"{stage}: {total:,} done", highlight=False)

    return advance
