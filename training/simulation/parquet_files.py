"""Writing the three files chunk by chunk, aside, and putting them in place when all is done."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

FILES = ("activity.parquet", "customers.parquet", "truth.parquet")


class FrameWriter:
    """Appends frames to one Parquet file, a row group or more each."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None

    def append(self, frame: pl.DataFrame) -> None:
        """Write the rows of a frame; all frames have the columns of the first."""
        table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, table.schema, compression="zstd")
        self._writer.write_table(table)

    def close(self) -> None:
        """Complete the file."""
        if self._writer is not None:
            self._writer.close()


@contextmanager
def files_in(out: Path) -> Iterator[tuple[FrameWriter, ...]]:
    """Give a writer per file of FILES; `out` sees the files only if the block ends well.

    They are written into a hidden folder inside `out`. A killed run leaves at most that
    folder, which the next run clears away.
    """
    new_folder = not out.exists()
    aside = out / ".partial"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    try:
        with ExitStack() as stack:
            writers = tuple(FrameWriter(aside / name) for name in FILES)
            for writer in writers:
                stack.callback(writer.close)
            yield writers
        for name in FILES:
            (aside / name).replace(out / name)
    finally:
        shutil.rmtree(aside)
        if new_folder and not any(out.iterdir()):
            out.rmdir()
