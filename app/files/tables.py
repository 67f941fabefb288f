"""Read a file as tables of unvalidated fields; every row knows its line in the file."""

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from app.domain.errors import UnreadableFile
from app.files.file_reading import FileReading
from app.files.formats import FileKind, header_of, kind_of, text_chunks

PARQUET_ROWS: Final = 150_000  # about this many per chunk, always less than twice as many
_BYTES_PER_ROW: Final = 40  # of a text file: an id, a moment and a type
_FILE_PREFIX: Final = "file: "  # keeps the file's own column names apart from ours
LINE, ROW, BROKEN = (
    "line",
    "row",
    "broken",
)  # columns beside the fields, in every table of this module


def read_tables(
    path: Path,
    *,
    fields: Collection[str],
    required: Collection[str],
    reading: FileReading,
) -> Iterator[pl.DataFrame]:
    """Yield the file in chunks, with its columns renamed to our fields.

    Every chunk has all `fields` (null where the file has no such column), `line` (int64, 1-based;
    the header of a text file is line 1, of a Parquet file it is the row number), `row` (the raw
    text; null for Parquet) and `broken` (why the line could not be split into fields; null = it
    could). Fields of text files are stripped strings, null where empty; fields of Parquet files
    have the type that the file gives them.

    Raises
    ------
    UnreadableFile
        If the file is not a table, or a required column is missing.
    """
    mapping, constants = reading.mapping, reading.constants
    _require_known_fields([*mapping.values(), *constants], fields)
    kind = kind_of(path)
    chunks = _parquet_chunks(path) if kind is FileKind.PARQUET else _text_chunks(path, kind)
    for chunk in chunks:
        sources = _sources(path, chunk.columns, fields, mapping)
        _require_columns(path, chunk.columns, {*sources, *constants}, required)
        columns = [_field(name, sources, constants) for name in fields]
        yield chunk.select(LINE, ROW, BROKEN, *columns)


def estimate_n_rows(path: Path) -> int:
    """Return the number of rows of a Parquet file, or an estimate, rather too high, by the size."""
    kind = kind_of(path)
    if kind is FileKind.PARQUET:
        try:
            return int(pl.scan_parquet(path).select(pl.len()).collect().item())
        except pl.exceptions.PolarsError:
            return 0  # reading the file will report what is wrong with it
    n_bytes = path.stat().st_size * (8 if kind is FileKind.GZIPPED_TEXT else 1)
    return n_bytes // _BYTES_PER_ROW


def _require_known_fields(names: Iterable[str], fields: Collection[str]) -> None:
    for name in names:
        if name not in fields:
            raise UnreadableFile(f"there is no field {name!r}; the fields are {', '.join(fields)}")


def _field(name: str, sources: Mapping[str, str], constants: Mapping[str, str]) -> pl.Expr:
    if name in constants:
        return pl.lit(constants[name]).alias(name)
    if name in sources:
        return pl.col(sources[name]).alias(name)
    return pl.lit(None, pl.String).alias(name)


def _sources(
    path: Path, columns: Collection[str], fields: Collection[str], mapping: Mapping[str, str]
) -> dict[str, str]:
    """Return the column of the file for each field; the mapping takes precedence."""
    found = _names_in_file(columns)
    for column in mapping:
        if column not in found:
            raise UnreadableFile(
                f"{path} has no column {column!r} to map; it has {', '.join(found)}"
            )
    own = {name: name for name in found if name in fields and name not in mapping}
    sources = own | {field: column for column, field in mapping.items()}
    return {field: _FILE_PREFIX + column for field, column in sources.items()}


def _require_columns(
    path: Path, columns: Collection[str], present: Collection[str], required: Collection[str]
) -> None:
    missing = [name for name in required if name not in present]
    if missing:
        found = ", ".join(_names_in_file(columns))
        raise UnreadableFile(
            f"{path} has no column {' and no column '.join(missing)}; it has {found}: "
            f"say which one it is with --map COLUMN={missing[0]}, or give all rows the same "
            f"with --set {missing[0]}=VALUE"
        )


def _names_in_file(columns: Iterable[str]) -> list[str]:
    return [name.removeprefix(_FILE_PREFIX) for name in columns if name.startswith(_FILE_PREFIX)]


def _parquet_chunks(path: Path) -> Iterator[pl.DataFrame]:
    """Yield whole row groups, and cut only long ones.

    Row groups are read on demand: validating rows takes longer than reading them, so that a reader
    that runs ahead would soon have most of the file in memory.
    """
    try:
        yield from _read_parquet(path)
    except (pl.exceptions.PolarsError, pa.ArrowException, OSError) as error:
        reason = _first_line(error)
        raise UnreadableFile(f"cannot read the Parquet file {path}: {reason}") from None


def _read_parquet(path: Path) -> Iterator[pl.DataFrame]:
    scan = pl.scan_parquet(path)
    groups = pq.read_metadata(path)
    n_rows = [groups.row_group(number).num_rows for number in range(groups.num_row_groups)]
    for first, n in _merge_row_groups(n_rows):
        table = scan.slice(first, n).collect(engine="streaming")
        rows_per_chunk = -(-n // max(1, n // PARQUET_ROWS))
        for row in range(0, n, rows_per_chunk):
            yield _with_lines(table.slice(row, rows_per_chunk), first=first + row + 1)
    if not sum(n_rows):
        yield _with_lines(pl.DataFrame(schema=scan.collect_schema()), first=1)


def _merge_row_groups(lengths: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first row and the length of runs of whole groups with up to `PARQUET_ROWS` rows."""
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
        *(pl.col(name).alias(_FILE_PREFIX + name) for name in table.columns),
    )


def _text_chunks(path: Path, kind: FileKind) -> Iterator[pl.DataFrame]:
    header: tuple[str, list[str]] | None = None
    line = 1
    for chunk in text_chunks(path, kind):
        data = chunk.removeprefix(b"\xef\xbb\xbf") if line == 1 else chunk
        lines = _split_lines(data, first=line)
        if header is None:
            header = header_of(_header_text(path, lines), path)
            lines = lines.filter(pl.col(LINE) > 1)
        line += data.count(b"\n")
        yield _split_fields(lines.filter(pl.col(ROW) != ""), *header)


def _header_text(path: Path, lines: pl.DataFrame) -> str:
    if lines[BROKEN][0] is not None:
        raise UnreadableFile(f"{path} is not a text table: in its header, {lines[BROKEN][0]}")
    header = str(lines[ROW][0])
    if not header.strip():
        raise UnreadableFile(f"the first line of {path} is empty; it must name the columns")
    return header


def _split_lines(data: bytes, *, first: int) -> pl.DataFrame:
    """Return number, text and what is wrong with the bytes, for each line of `data`."""
    text, broken = _decode(data)
    rows = pl.Series(ROW, [text.removesuffix("\n")]).str.split("\n").explode()
    table = pl.DataFrame({ROW: rows.str.strip_chars_end("\r")})
    table = table.with_columns(pl.int_range(first, first + pl.len(), dtype=pl.Int64).alias(LINE))
    return table.with_columns(
        pl
        .when(pl.col(LINE).is_in([first + number for number in broken]))
        .then(pl.lit("the line is not UTF-8 text"))
        .when(pl.col(ROW).str.contains("\x00", literal=True))
        .then(pl.lit("the line contains a NUL byte"))
        .alias(BROKEN)
    )


def _decode(data: bytes) -> tuple[str, list[int]]:
    """Return the text, and which of its lines, from 0, are not UTF-8."""
    try:
        return data.decode(), []
    except UnicodeDecodeError:
        lines = enumerate(data.split(b"\n"))
        broken = [number for number, line in lines if not _is_utf8(line)]
        return data.decode(errors="replace"), broken


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _split_fields(lines: pl.DataFrame, delimiter: str, names: list[str]) -> pl.DataFrame:
    """Return the fields of each line; a line is a row, so that a stray quote breaks one row only.

    Lines without quotes, which are nearly all, are split by Polars.
    """
    has_quotes = pl.col(ROW).str.contains('"', literal=True)
    table = _split_plain(lines.filter(~has_quotes), delimiter, names)
    if table.height < lines.height:
        quoted = _split_quoted(lines.filter(has_quotes), delimiter, names)
        table = pl.concat([table, quoted]).sort(LINE)
    wrong = pl.col("n_fields") != len(names)
    reason = pl.format(f"the line has {{}} fields, the header has {len(names)}", "n_fields")
    columns = [pl.col(_FILE_PREFIX + name).str.strip_chars() for name in names]
    return table.with_columns(
        pl.coalesce(BROKEN, pl.when(wrong).then(reason)).alias(BROKEN),
        *(pl.when(column != "").then(column) for column in columns),
    ).drop("n_fields")


def _split_plain(lines: pl.DataFrame, delimiter: str, names: list[str]) -> pl.DataFrame:
    """Return `lines` with their fields and `n_fields`, where no line has quotes."""
    split = pl.col(ROW).str.split_exact(delimiter, len(names) - 1)
    n_delimiters = pl.col(ROW).str.count_matches(delimiter, literal=True)
    fields = lines.select(
        split.struct.rename_fields([_FILE_PREFIX + name for name in names]).alias("fields"),
        (n_delimiters + 1).alias("n_fields"),
    )
    return pl.concat([lines, fields], how="horizontal").unnest("fields")


def _split_quoted(lines: pl.DataFrame, delimiter: str, names: list[str]) -> pl.DataFrame:
    """Return the same for lines with quotes; the standard library reads them one by one."""
    broken: list[str | None] = lines[BROKEN].to_list()
    rows: list[list[str | None]] = []
    n_fields: list[int] = []
    for number, line in enumerate(lines[ROW]):
        fields = _read_quoted(line, delimiter)
        if fields is None:
            broken[number] = broken[number] or "a quote is not closed on its line, or misplaced"
        n_fields.append(len(names) if fields is None else len(fields))
        rows.append([*(fields or []), *[None] * len(names)][: len(names)])
    schema = [_FILE_PREFIX + name for name in names]
    return lines.with_columns(
        pl.Series(BROKEN, broken, pl.String),
        *pl.DataFrame(rows, schema=dict.fromkeys(schema, pl.String), orient="row"),
        pl.Series("n_fields", n_fields, pl.UInt32),
    )


def _read_quoted(line: str, delimiter: str) -> list[str] | None:
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True))
    except csv.Error:
        return None


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
