"""Archives: WARC, read record by record, and Parquet, read row group by row group.

Takes the pages and plain texts among the responses, resources and conversions of a WARC; the redirects,
repeats (revisits), pictures and requests among its records are counted, not read. Bounded in memory,
however large the file: no record is held beyond ``max_bytes``, packed or plain. Invariant: an archive that
is damaged gives the articles before the damage, and a ``Problem``.
"""

from __future__ import annotations

import io
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from ..errors import InputError
from ..model import Problem
from ..settings import Ingest
from .addresses import page_name
from .draft import Draft, Source, media_suffix
from .unpack import PackedError, TooLargeError, encodings, unpack

HEAD_BYTES, LINE_BYTES, CHUNK = 65_536, 16_384, 65_536
TODO = "check that the archive is whole"
LEFT = {
    "errors": "answers that are errors",
    "large": "larger than ingest.max_bytes",
    "media": "pictures, scripts, feeds and the like",
    "other": "requests, notes and metadata",
    "redirects": "redirects",
    "repeats": "repeats of other records",
    "packed": "packed in a way that cannot be unpacked",
}
"""Why records are left out, in words."""
HTTP = ["HTTP/1.0", "HTTP/1.1", "HTTP/2.0", "HTTP/2", "HTTP/3"]
TEXTS = frozenset({"response", "resource", "conversion"})
ROW_GROUP = 50
"""Largest row group of a Parquet file, in ``max_bytes``: one is held at a time."""


class DamagedError(Exception):
    """An archive that cannot be read any further."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a WARC: its type, header and block, which is None where it was passed over."""

    kind: str
    header: Any
    block: bytes | None


def read_warc(source: Source, settings: Ingest) -> Iterator[Draft | Problem]:
    """Yield the articles of a WARC, packed by gzip or not."""
    left: Counter[str] = Counter()
    number = 0
    with source.open() as stream:
        try:
            for number, record in enumerate(records(stream, settings.max_bytes), 1):
                found = _page(record, f"{source.where} record {number}", settings)
                if isinstance(found, str):
                    left[found] += 1
                else:
                    yield from _articles(found, record, settings)
        except DamagedError as error:
            yield Problem(f"is a damaged archive after record {number} ({error})", source.where, TODO)
    if left:
        what = "; ".join(f"{count:,} {LEFT[why]}" for why, count in sorted(left.items()))
        yield Problem(f"has records that hold no article: {what}", source.where)
    elif not number:
        yield Problem("holds no record", source.where, TODO)


def _articles(page: Source, record: Record, settings: Ingest) -> Iterator[Draft | Problem]:
    """Yield the article of one record; when it was fetched stands in the record."""
    from .manifest import clean
    from .readers import read_source

    fetched, _ = clean("published", record.header.get_header("WARC-Date"))
    try:
        for item in read_source(page, settings):
            yield item if isinstance(item, Problem) else replace(item, retrieved=fetched)
    except InputError as error:
        yield Problem(error.what, error.where or page.where, error.todo)


def records(stream: BinaryIO, most: int) -> Iterator[Record]:
    """Yield the records of a WARC; what cannot be an article, or is too large, is passed over.

    The headers are read by warcio, the frame of the records here: warcio itself holds lines and header
    lists of any length.

    :param most: largest block that is held, in bytes.
    :raises DamagedError: where the archive cannot be read any further.
    """
    from warcio.statusandheaders import StatusAndHeadersParser

    parser = StatusAndHeadersParser(["WARC/"])
    while (head := _head(stream)) is not None:
        header = parser.parse(io.BytesIO(head))
        kind = (header.get_header("WARC-Type") or "").casefold()
        stated = header.get_header("Content-Length") or ""
        if not (stated.isascii() and stated.isdigit() and len(stated) < 16):
            raise DamagedError("a record does not say how long it is")
        size = int(stated)
        if kind in TEXTS and size <= most:
            block = _read(stream, size)
            if len(block) < size:
                raise DamagedError("it ends too soon")
            yield Record(kind, header, block)
        else:
            while size and (chunk := _read(stream, min(size, CHUNK))):
                size -= len(chunk)
            if size:
                raise DamagedError("it ends too soon")
            yield Record(kind, header, None)


def _read(stream: BinaryIO, size: int, line: bool = False) -> bytes:
    """Read bytes, or a line of no more."""
    try:
        return stream.readline(size) if line else stream.read(size)
    except (EOFError, OSError, zlib.error) as error:
        raise DamagedError(" ".join(str(error).split())[:100] or "it ends too soon") from error


def _head(stream: BinaryIO) -> bytes | None:
    """The header lines of the next record; None at the end."""
    passed = 0
    while not (line := _read(stream, LINE_BYTES, line=True)).strip():
        passed += len(line)
        if not line:
            return None
        if passed > HEAD_BYTES:
            raise DamagedError("there are only blank lines")
    if not line.startswith(b"WARC/"):
        raise DamagedError("no record begins where one should")
    lines, size = [line], 0
    while (line := _read(stream, LINE_BYTES, line=True)).strip():
        lines.append(line)
        size += len(line)
        if size > HEAD_BYTES:
            raise DamagedError("the header of a record is too long")
    if not line:
        raise DamagedError("it ends too soon")
    return b"".join([*lines, b"\r\n"])


def _page(record: Record, where: str, settings: Ingest) -> Source | str:
    """The page of a record, or why it holds none."""
    if record.kind == "revisit":
        return "repeats"
    if record.kind not in TEXTS:
        return "other"
    if record.block is None:
        return "large"
    address = (record.header.get_header("WARC-Target-URI") or "").strip("<> ")
    stated = record.header.get_header("Content-Type") or ""
    data = record.block
    if record.kind == "response" and data.startswith(b"HTTP/"):
        answer = _answer(data, settings.max_bytes)
        if isinstance(answer, str):
            return answer
        stated, data = answer
    kind, _, rest = stated.partition(";")
    wanted = ".txt" if record.kind == "conversion" else ".html"
    if media_suffix(kind.strip().casefold()) != wanted:
        return "media"
    charset = rest.partition("charset=")[2].strip("\"' ;") if "charset=" in rest else None
    web = address if address.startswith(("http://", "https://")) else None
    return Source(page_name(address), where, wanted, data, web, charset=charset)


def _answer(block: bytes, most: int) -> tuple[str, bytes] | str:
    """Content type and plain body of an HTTP answer, or why it has none."""
    from warcio.statusandheaders import StatusAndHeadersParser, StatusAndHeadersParserException

    end = block.find(b"\r\n\r\n", 0, HEAD_BYTES) + 4
    if end < 4:
        return "errors"
    try:
        header = StatusAndHeadersParser(HTTP).parse(io.BytesIO(block[:end]))
    except StatusAndHeadersParserException:
        return "errors"
    status = header.get_statuscode() or ""
    if status.startswith("3"):
        return "redirects"
    if status != "200":
        return "errors"
    body = _body(header, block[end:], most)
    return body if isinstance(body, str) else (header.get_header("Content-Type") or "", body)


def _body(header: Any, body: bytes, most: int) -> bytes | str:
    """The plain body of an answer, or why it cannot be had."""
    from warcio.bufferedreaders import ChunkedDataReader

    if (header.get_header("Transfer-Encoding") or "").casefold().strip() == "chunked":
        body = ChunkedDataReader(io.BytesIO(body)).read()
    try:
        return unpack(body, encodings(header.get_header("Content-Encoding")), most)
    except TooLargeError:
        return "large"
    except PackedError:  # archived unpacked, with the header left as it was
        return body if body.lstrip()[:1] == b"<" else "packed"


# -- Parquet --


def read_parquet(source: Source, settings: Ingest) -> Iterator[Draft | Problem]:
    """Yield an article or a problem for each row of a Parquet file.

    :raises InputError: when it cannot be read, or pyarrow is not installed.
    """
    from .records import article

    for number, row in enumerate(_rows(source, settings), 1):
        where = f"{source.where} row {number}"
        if isinstance(row, Problem):
            yield row
        else:
            yield article(row, number, where, source)


def _rows(source: Source, settings: Ingest) -> Iterator[Mapping[str, Any] | Problem]:
    """Yield the rows of a Parquet file, of one row group at a time."""
    try:
        from pyarrow import ArrowException, parquet
    except ImportError as error:
        what = "is Parquet, which needs pyarrow"
        raise InputError(what, todo="pip install 'consilience[parquet]'") from error
    try:
        with parquet.ParquetFile(
            str(source.path) if source.path else io.BytesIO(source.data),
            pre_buffer=False, thrift_string_size_limit=1_000_000, thrift_container_size_limit=1_000_000,
        ) as file:  # fmt: skip
            for n in range(file.metadata.num_row_groups):
                size = file.metadata.row_group(n).total_byte_size
                if size > ROW_GROUP * settings.max_bytes:
                    what = f"has a row group of {size:,} bytes, more than is read at once"
                    yield Problem(what, source.where, "write it with smaller row groups")
                    continue
                for batch in file.iter_batches(batch_size=64, row_groups=[n]):
                    yield from batch.to_pylist()
    except (ArrowException, OSError, ValueError, TypeError, OverflowError) as error:
        first = " ".join(str(error).split())[:120]
        raise InputError(f"is a damaged Parquet file ({first})", todo="check that it is whole") from error
