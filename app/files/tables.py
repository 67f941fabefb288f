"""Tables as they stand in a file: every row with its line, fields not yet judged."""

import csv
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from app.domain.errors import UnreadableFile
from app.files.file_reading import FileReading
from app.files.formats import FileKind, header_of, kind_of, text_chunks

PARQUET_ROWS: Final = 150_000  # about so many are judged at a time, and never twice as many
_BYTES_PER_ROW: Final = 40  # of text: an id, a moment and a type
_OF_FILE: Final = "file: "  # before the file's own names, which may be any
LINE, ROW, BROKEN = "line", "row", "broken"  # beside the fields, in every table of this module


def read_tables(
    path: Path,
    *,
    fields: Collection[str],
    required: Collection[str],
    reading: FileReading,
) -> Iterator[pl.DataFrame]:
    """Yield the file in parts, as the columns that we know by our names.

    Every part has all `fields` (null where the file has none of it), `line` (int64, 1-based, the
    header of a text file is line 1; of Parquet the row), `row` (the raw text; null for Parquet)
    and `broken` (why the row is none; null = it is one). Fields of text files are stripped
    strings, null where empty; those of Parquet have the type that the file gives them.

    Raises
    ------
    UnreadableFile
        If the file is no table, or a required column is missing.
    """
    mapping, constants = reading.mapping, reading.constants
    for name in (*mapping.values(), *constants):
        if name not in fields:
            raise UnreadableFile(f"there is no field {name!r}; the fields are {', '.join(fields)}")
    kind = kind_of(path)
    parts = _parquet_parts(path) if kind is FileKind.PARQUET else _text_parts(path, kind)
    for part in parts:
        sources = _sources(path, part.columns, fields, mapping)
        _check_complete(path, part.columns, {*sources, *constants}, required)
        yield part.select(
            LINE,
            ROW,
            BROKEN,
            *(_field(name, sources, constants) for name in fields),
        )


def about_n_rows(path: Path) -> int:
    """Return how many rows a file has: exactly of Parquet, else by its size, rather more."""
    kind = kind_of(path)
    if kind is FileKind.PARQUET:
        try:
            return int(pl.scan_parquet(path).select(pl.len()).collect().item())
        except pl.exceptions.PolarsError:
            return 0  # who reads it says what is wrong with it
    n_bytes = path.stat().st_size * (8 if kind is FileKind.GZIPPED_TEXT else 1)
    return n_bytes // _BYTES_PER_ROW


def _field(name: str, sources: Mapping[str, str], constants: Mapping[str, str]) -> pl.Expr:
    if name in constants:
        return pl.lit(constants[name]).alias(name)
    if name in sources:
        return pl.col(sources[name]).alias(name)
    return pl.lit(None, pl.String).alias(name)


def _sources(
    path: Path, columns: Collection[str], fields: Collection[str], mapping: Mapping[str, str]
) -> dict[str, str]:
    """Return the column of the file that each field comes from; the mapping goes first."""
    found = [column.removeprefix(_OF_FILE) for column in columns if column.startswith(_OF_FILE)]
    for column in mapping:
        if column not in found:
            raise UnreadableFile(
                f"{path} has no column {column!r} to map; it has {', '.join(found)}"
            )
    own = {name: name for name in found if name in fields and name not in mapping}
    sources = own | {field: column for column, field in mapping.items()}
    return {field: _OF_FILE + column for field, column in sources.items()}


def _check_complete(
    path: Path, columns: Collection[str], present: Collection[str], required: Collection[str]
) -> None:
    missing = [name for name in required if name not in present]
    if missing:
        found = ", ".join(
            column.removeprefix(_OF_FILE) for column in columns if column.startswith(_OF_FILE)
        )
        raise UnreadableFile(
            f"{path} has no column {' and no column '.join(missing)}; it has {found}: "
            f"say which one it is with --map COLUMN={missing[0]}, or give all rows the same "
            f"with --set {missing[0]}=VALUE"
        )


def _parquet_parts(path: Path) -> Iterator[pl.DataFrame]:
    """Yield whole row groups, cut only where they are long.

    They are read when they are asked for. Whoever reads all of them at once, as they come, has most
    of the file in memory: to judge rows takes longer than to read them.
    """
    try:
        scan = pl.scan_parquet(path)
        groups = pq.read_metadata(path)
        n_rows = [groups.row_group(number).num_rows for number in range(groups.num_row_groups)]
        for first, n in _stretches(n_rows):
            table = scan.slice(first, n).collect(engine="streaming")
            at_once = -(-n // max(1, n // PARQUET_ROWS))
            for row in range(0, n, at_once):
                yield _with_lines(table.slice(row, at_once), first=first + row + 1)
        if not sum(n_rows):
            yield _with_lines(pl.DataFrame(schema=scan.collect_schema()), first=1)
    except (pl.exceptions.PolarsError, pa.ArrowException, OSError) as error:
        raise UnreadableFile(f"cannot read the Parquet file {path}: {_first(error)}") from None


def _stretches(lengths: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield first row and length of stretches of whole groups, as many as `PARQUET_ROWS` take."""
    first = n = 0
    for length in lengths:
        if n and n + length > PARQUET_ROWS:
            yield first, n
            first, n = first + n, 0
        n += length
    if n:
        yield first, n


def _with_lines(table: pl.DataFrame, *, first: int) -> pl.DataFrame:
    return table.select(
        pl.int_range(first, first + pl.len(), dtype=pl.Int64).alias(LINE),
        pl.lit(None, pl.String).alias(ROW),
        pl.lit(None, pl.String).alias(BROKEN),
        *(pl.col(name).alias(_OF_FILE + name) for name in table.columns),
    )


def _text_parts(path: Path, kind: FileKind) -> Iterator[pl.DataFrame]:
    header: tuple[str, list[str]] | None = None
    line = 1
    for chunk in text_chunks(path, kind):
        data = chunk.removeprefix(b"\xef\xbb\xbf") if line == 1 else chunk
        lines = _lines(data, first=line)
        if header is None:
            header = header_of(_header_text(path, lines), path)
            lines = lines.filter(pl.col(LINE) > 1)
        line += data.count(b"\n")
        yield _split(lines.filter(pl.col(ROW) != ""), *header)


def _header_text(path: Path, lines: pl.DataFrame) -> str:
    if lines[BROKEN][0] is not None:
        raise UnreadableFile(f"{path} is no text table: at its start {lines[BROKEN][0]}")
    header = str(lines[ROW][0])
    if not header.strip():
        raise UnreadableFile(f"the first line of {path} is empty; it must name the columns")
    return header


def _lines(data: bytes, *, first: int) -> pl.DataFrame:
    """Return line number, text and what is wrong with the bytes, for each line of `data`."""
    broken: dict[int, str] = {}
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode(errors="replace")
        for number, line in enumerate(data.split(b"\n")):
            if not _is_utf8(line):
                broken[first + number] = "the line is not UTF-8 text"
    rows = pl.Series(ROW, [text.removesuffix("\n")]).str.split("\n").explode()
    table = pl.DataFrame({ROW: rows.str.strip_chars_end("\r")})
    table = table.with_columns(pl.int_range(first, first + pl.len(), dtype=pl.Int64).alias(LINE))
    return table.with_columns(
        pl
        .when(pl.col(LINE).is_in(list(broken)))
        .then(pl.lit("the line is not UTF-8 text"))
        .when(pl.col(ROW).str.contains("\x00", literal=True))
        .then(pl.lit("the line contains a NUL byte"))
        .alias(BROKEN)
    )


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _split(lines: pl.DataFrame, delimiter: str, names: list[str]) -> pl.DataFrame:
    """Return the fields of each line; one line is one row, so a stray quote breaks one row only."""
    quoted = pl.col(ROW).str.contains('"', literal=True)
    plain = lines.filter(~quoted)
    parts = plain.select(
        pl
        .col(ROW)
        .str.split_exact(delimiter, len(names) - 1)
        .struct.rename_fields([_OF_FILE + name for name in names])
        .alias("fields"),
        (pl.col(ROW).str.count_matches(delimiter, literal=True) + 1).alias("n_fields"),
    )
    table = pl.concat([plain, parts], how="horizontal").unnest("fields")
    if plain.height < lines.height:
        table = pl.concat([table, _split_quoted(lines.filter(quoted), delimiter, names)])
        table = table.sort(LINE)
    wrong = pl.col("n_fields") != len(names)
    reason = pl.format(f"the line has {{}} fields, the header has {len(names)}", "n_fields")
    columns = [pl.col(_OF_FILE + name).str.strip_chars() for name in names]
    return table.with_columns(
        pl.coalesce(BROKEN, pl.when(wrong).then(reason)).alias(BROKEN),
        *(pl.when(column != "").then(column) for column in columns),
    ).drop("n_fields")


def _split_quoted(lines: pl.DataFrame, delimiter: str, names: list[str]) -> pl.DataFrame:
    """Return the fields of lines with quotes, read by the standard library, line by line."""
    broken: list[str | None] = lines[BROKEN].to_list()
    columns: list[list[str | None]] = [[] for _ in names]
    n_fields: list[int] = []
    for number, line in enumerate(lines[ROW]):
        fields: list[str | None] = []
        try:
            fields.extend(next(csv.reader([line], delimiter=delimiter, strict=True)))
            n_fields.append(len(fields))
        except csv.Error:
            broken[number] = broken[number] or "a quote is not closed on its line, or misplaced"
            n_fields.append(len(names))
        for column, value in zip(columns, fields + [None] * len(names), strict=False):
            column.append(value)
    return lines.with_columns(
        pl.Series(BROKEN, broken, pl.String),
        *(
            pl.Series(_OF_FILE + name, values, pl.String)
            for name, values in zip(names, columns, strict=True)
        ),
        pl.Series("n_fields", n_fields, pl.UInt32),
    )


def _first(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
