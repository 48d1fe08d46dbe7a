"""Bytes to text, without changing a character of it.

Knows byte order marks, UTF-8, UTF-16 and UTF-32 with or without a mark,
Windows-1252, and UTF-8 with stray Windows-1252 bytes (two exports pasted into
one file). Line ends stay as they are; only a byte order mark is taken off, so
that offsets are those an editor shows. Refuses what is binary.
Invariant: text that is valid UTF-8 comes back as ``data.decode("utf-8")``.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from ..errors import InputError

BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
STRAY = "consilience-stray"
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
MAGIC = (
    b"%PDF-",
    b"PK\x03\x04",
    b"\x7fELF",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"\x1f\x8b",
    b"\xd0\xcf\x11\xe0",
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, the encoding it was in, and a note where bytes had to be guessed."""

    text: str
    encoding: str
    note: str = ""


def decode(data: bytes, *, declared: str | None = None) -> Decoded:
    """Decode a text file.

    >>> decode("Brücke".encode("utf-16")).text
    'Brücke'
    >>> decode(b"a \\x93quoted\\x94 word").text
    'a “quoted” word'

    :param declared: the encoding that a header or the file itself names; tried after marks and UTF-8.
    :raises InputError: when the bytes are no text.
    """
    for mark, encoding in BOMS:
        if data.startswith(mark):
            return _marked(data[len(mark) :], encoding)
    if data.startswith(MAGIC):
        raise InputError("is not a text file", todo="give the article as text, HTML, PDF, Word or JSON")
    wide = _wide(data)
    if wide:
        return _marked(data, wide)
    decoded = _narrow(data, declared)
    if len(CONTROL.findall(decoded.text[:20_000])) * 200 > min(len(decoded.text), 20_000):
        raise InputError("is binary, not text", todo="give the article as text, HTML, PDF, Word or JSON")
    return decoded


def _marked(data: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(data.decode(encoding), encoding)
    except UnicodeDecodeError as error:
        text = data.decode(encoding, "replace")
        return Decoded(
            text, encoding, f"byte {error.start} is not valid {encoding}; shown as \N{REPLACEMENT CHARACTER}"
        )


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: a zero byte beside nearly every space and line end."""
    sample = data[:4096]
    if b"\x00" not in sample or len(data) % 2:
        return None
    pairs = [sample[i : i + 2] for i in range(0, len(sample) - 1, 2)]
    for encoding, spaces in (("utf-16-le", (b" \x00", b"\n\x00")), ("utf-16-be", (b"\x00 ", b"\x00\n"))):
        if sum(pair in spaces for pair in pairs) * 40 >= len(pairs) and b"\x00\x00" not in pairs:
            return encoding
    return None


def _narrow(data: bytes, declared: str | None) -> Decoded:
    """UTF-8; else what is declared; else UTF-8 with strays, or Windows-1252."""
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        first = error.start
    if declared and _known(declared):
        try:
            return Decoded(data.decode(declared), declared.lower())
        except UnicodeDecodeError:
            pass
    proper = sum(map(len, SEQUENCE.findall(data)))
    stray = len(data.translate(None, bytes(range(128)))) - proper
    if proper * 10 >= stray:
        text = data.decode("utf-8", STRAY)
        return Decoded(text, "mixed", f"UTF-8 with stray Windows-1252 bytes, the first at byte {first}")
    return Decoded(data.decode("cp1252", STRAY), "windows-1252", "not UTF-8; read as Windows-1252")


def _known(name: str) -> bool:
    """Whether a declared name is a text encoding of ours ("hex" and the like are none)."""
    try:
        return codecs.lookup(name)._is_text_encoding
    except (LookupError, ValueError):
        return False


def _stray(error: UnicodeError) -> tuple[str, int]:
    """Read one stray byte as Windows-1252, or as browsers do where that assigns nothing."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    byte = error.object[error.start : error.start + 1]
    try:
        return byte.decode("cp1252"), error.start + 1
    except UnicodeDecodeError:
        return byte.decode("latin-1"), error.start + 1


codecs.register_error(STRAY, _stray)
