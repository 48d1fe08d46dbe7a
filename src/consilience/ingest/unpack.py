"""Packed bytes to plain ones: gzip, deflate, brotli and zstd, also one inside another, within a bound.

Works piece by piece, so that a bomb is noticed after the bound and not after the memory. Holds
no layer's output but one piece. Does not guess an encoding. Invariant: no layer hands on more
than the limit, and what ends before its proper end is an error, never a shorter text.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator

import brotli
import zstandard

PIECE = 65_536
NESTED = 3
"""Most encodings one inside another ("gzip, br"); a server has reason for one, a proxy for two."""
WINDOW = 8 * 2**20
"""Memory that zstd may ask for: what RFC 9659 allows for content sent over HTTP."""
SLICE = 256
"""Bytes given to zstd at once: four of them may stand for 128 kB, and it unpacks all it is given."""


class PackedError(ValueError):
    """Packed bytes that cannot be unpacked; ``str`` says why."""


class TooLargeError(PackedError):
    """More than the limit."""


class BrokenOffError(PackedError):
    """They end before their proper end."""


def encodings(header: str | None) -> tuple[str, ...]:
    """The encodings of a Content-Encoding header, the first applied first.

    >>> encodings("gzip, BR"), encodings("identity"), encodings(None)
    (('gzip', 'br'), (), ())

    :raises PackedError: when one is unknown, or there are too many.
    """
    names = tuple(name.strip().casefold() for name in (header or "").split(","))
    found = tuple(name for name in names if name not in ("", "identity"))
    for name in found:
        if name not in LAYERS:
            raise PackedError(f"is packed as {name[:40]!r}, which was not asked for")
    if len(found) > NESTED:
        raise PackedError(f"is packed {len(found)} times over, more than the {NESTED} allowed")
    return found


def unpacked(chunks: Iterable[bytes], names: Iterable[str], limit: int) -> Iterator[bytes]:
    """Yield the plain bytes of packed ones, piece by piece.

    >>> b"".join(unpacked([zlib.compress(b"ferry")], ["deflate"], 100))
    b'ferry'

    :param names: as ``encodings`` gives them; the last one is taken off first.
    :param limit: most bytes that any layer may hand on.
    :raises PackedError: when they are damaged, broken off or too large.
    """
    stream = iter(chunks)
    for name in reversed(tuple(names)):
        stream = _bounded(LAYERS[name](stream), limit)
    return _bounded(stream, limit)


def unpack(data: bytes, names: Iterable[str], limit: int) -> bytes:
    """The plain bytes of packed ones.

    :raises PackedError: as ``unpacked``.
    """
    return b"".join(unpacked([data], names, limit))


def _bounded(chunks: Iterator[bytes], limit: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise TooLargeError(f"has more than {limit:,} bytes")
        yield chunk


def _gzip(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """One member after another; zeros or a stray end behind the last are left alone."""
    yield from _inflate(chunks, lambda _: zlib.decompressobj(31), many=True)


def _deflate(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Servers send it with the header of zlib or without."""

    def tool(head: bytes) -> zlib._Decompress:
        wrapped = len(head) > 1 and head[0] & 0x0F == 8 and (head[0] * 256 + head[1]) % 31 == 0
        return zlib.decompressobj(15 if wrapped else -15)

    yield from _inflate(chunks, tool)


def _inflate(
    chunks: Iterator[bytes], make: Callable[[bytes], zlib._Decompress], *, many: bool = False
) -> Iterator[bytes]:
    tool: zlib._Decompress | None = None
    held, ended = b"", False
    for chunk in chunks:
        rest = held + chunk
        held = b""
        while rest and not ended:
            if tool is None and len(rest) < 2:
                held = rest
                break
            tool = tool or make(rest)
            try:
                out = tool.decompress(rest, PIECE)
            except zlib.error as error:
                raise PackedError(f"cannot be unpacked ({error})") from error
            yield out
            rest = tool.unconsumed_tail
            while not rest and not tool.eof and len(out) == PIECE:
                out = tool.decompress(b"", PIECE)
                yield out
            if tool.eof:
                rest = tool.unused_data
                ended = not (many and rest.startswith(b"\x1f\x8b"))
                tool = None
    if tool is not None or held:
        raise BrokenOffError("broke off before its end")


def _brotli(chunks: Iterator[bytes]) -> Iterator[bytes]:
    tool, begun = brotli.Decompressor(), False
    try:
        for chunk in chunks:
            begun = begun or bool(chunk)
            while not tool.is_finished():
                out = tool.process(chunk, output_buffer_limit=PIECE)
                yield out
                chunk = b""
                if not out and tool.can_accept_more_data():
                    break
    except brotli.error as error:
        raise PackedError("cannot be unpacked (not brotli)") from error
    if begun and not tool.is_finished():
        raise BrokenOffError("broke off before its end")


def _zstd(chunks: Iterator[bytes]) -> Iterator[bytes]:
    opener = zstandard.ZstdDecompressor(max_window_size=WINDOW)
    tool = None
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                tool = tool or opener.decompressobj()
                piece, rest = rest[:SLICE], rest[SLICE:]
                yield tool.decompress(piece)
                if tool.eof:
                    rest, tool = tool.unused_data + rest, None
    except zstandard.ZstdError as error:
        raise PackedError(f"cannot be unpacked ({error})") from error
    if tool is not None:
        raise BrokenOffError("broke off before its end")


LAYERS: dict[str, Callable[[Iterator[bytes]], Iterator[bytes]]] = {
    "gzip": _gzip, "x-gzip": _gzip, "deflate": _deflate, "br": _brotli, "zstd": _zstd,
}  # fmt: skip
