"""Detect from its content whether a file is Parquet, gzipped text or text, and its delimiter."""

import csv
import gzip
import zlib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final, cast

from app.domain.errors import UnreadableFile

CHUNK_BYTES: Final = 64 * 2**20  # of text in memory at a time
MAX_LINE_BYTES: Final = 2**20  # a longer line means that the file is not a table
DELIMITERS: Final = (",", ";", "\t", "|")
_PARQUET, _GZIP = b"PAR1", b"\x1f\x8b"
_OTHERS: Final = {
    b"PK\x03\x04": "a ZIP archive or an Excel workbook: save the sheet as CSV",
    b"\xff\xfe": "UTF-16 text: save it as UTF-8",
    b"\xfe\xff": "UTF-16 text: save it as UTF-8",
    b"\x28\xb5\x2f\xfd": "compressed by zstd: decompress it first",
    b"BZh": "compressed by bzip2: decompress it first",
    b"SQLite format 3": "a SQLite database: export the table as CSV",
}


class FileKind(StrEnum):
    """How a file has to be read."""

    PARQUET = "parquet"
    TEXT = "text"
    GZIPPED_TEXT = "gzipped text"


def kind_of(path: Path) -> FileKind:
    """Return the kind of a file from its first and last bytes; its name does not matter.

    Raises
    ------
    UnreadableFile
        If the file is missing, empty, or of a kind that we cannot read a table from.
    """
    try:
        with path.open("rb") as file:
            head = file.read(16)
            file.seek(-min(4, len(head)), 2)
            tail = file.read(4)
    except OSError as error:
        raise UnreadableFile(f"cannot read {path}: {error.strerror}") from None
    if not head:
        raise UnreadableFile(f"{path} is empty")
    if head.startswith(_PARQUET) and tail == _PARQUET:
        return FileKind.PARQUET
    if head.startswith(_PARQUET):
        raise UnreadableFile(f"{path} is a Parquet file without its end: it was cut off")
    for magic, what in _OTHERS.items():
        if head.startswith(magic):
            raise UnreadableFile(f"{path} is {what}")
    if path.suffix == ".parquet":
        raise UnreadableFile(f"{path} is named like a Parquet file but is not one")
    return FileKind.GZIPPED_TEXT if head.startswith(_GZIP) else FileKind.TEXT


def text_chunks(path: Path, kind: FileKind) -> Iterator[bytes]:
    """Yield the bytes of a text file in chunks of whole lines, without a byte order mark.

    Raises
    ------
    UnreadableFile
        If the file cannot be decompressed, or a line is too long for a table.
    """
    rest = b""
    try:
        with _opened(path, kind) as file:
            while block := file.read(CHUNK_BYTES):
                block = rest + block
                cut = block.rfind(b"\n") + 1
                if cut == 0 and len(block) > MAX_LINE_BYTES:
                    raise UnreadableFile(f"{path} is not a table: a line is longer than 1 MB")
                rest = block[cut:]
                if cut:
                    yield block[:cut]
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableFile(f"cannot read {path}: {error}") from None
    if rest:
        yield rest


def header_of(line: str, path: Path) -> tuple[str, list[str]]:
    """Return the delimiter and the column names of a header line.

    The delimiter is the one of ``, ; tab |`` that yields the most columns.

    Raises
    ------
    UnreadableFile
        If two columns have the same name.
    """
    found = {delimiter: _fields(line, delimiter) for delimiter in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda one: len(found[one]))
    names = [name.strip() for name in found[delimiter]]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UnreadableFile(f"{path} has the column {twice[0]!r} more than once")
    return delimiter, names


def _fields(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter), [])


def _opened(path: Path, kind: FileKind) -> BinaryIO:
    if kind is FileKind.GZIPPED_TEXT:
        return cast("BinaryIO", gzip.open(path, "rb"))
    return path.open("rb")
