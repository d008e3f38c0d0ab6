"""What a file is written in: its format, its encoding, what separates its cells. Found out over the whole file.

Where two fit, nothing is guessed: the file is refused, and whoever sends it says which it is.
"""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from resolvers.faults import invalid
from resolvers.imports.letters import likelihood
from resolvers.transfer.tables import Format

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PIECE: Final = 262_144
SEPARATORS: Final = {",": ",", ";": ";", "tab": "\t", "\t": "\t"}
ENCODINGS: Final = {
    "utf-8": "utf-8-sig",  # with a mark or without
    "utf-8-sig": "utf-8-sig",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "windows-1251": "cp1251",
    "cp1251": "cp1251",
    "koi8-r": "koi8-r",
    "cp866": "cp866",
}
"""How an encoding may be named, and what Python calls it. Those after Windows-1251 are only taken if they are named."""
SURE: Final = 12.0
"""How much likelier, in natural logarithms, an encoding must be than any other."""
HEADING_BYTES: Final = 1_048_576
"""The heading must be in as many bytes."""


@dataclass(frozen=True, slots=True)
class Written:
    """How a file is written; encoding and separator are those of text."""

    form: Format
    encoding: str = ""
    separator: str = ""


def sniffed(path: Path, known: Callable[[list[str]], int], encoding: str | None, separator: str | None) -> Written:
    """What the file is, as far as it was not said; `known` counts the headings that mean something.

    Raises `Invalid`, naming `file`, `encoding` or `separator`.
    """
    with path.open("rb") as file:
        head = file.read(PIECE)
    if head.startswith(b"PK\x03\x04"):
        return Written(Format.XLSX)
    if head.startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"{\\rtf", b"\x1f\x8b")):
        raise invalid("file", "file_of_unknown_kind")
    spelling = _encoding(path, head, encoding)
    _require_readable(path, spelling)
    text = _first_lines(path, spelling)
    if text.lstrip().startswith("{"):
        return Written(Format.NDJSON, spelling)
    return Written(Format.CSV, spelling, _separator(text, known, separator))


def _encoding(path: Path, head: bytes, named: str | None) -> str:
    if named is not None:
        spelling = ENCODINGS.get(named.lower())
        if spelling is None:
            raise invalid("encoding", "not_a_choice", value=named, choices=", ".join(ENCODINGS))
        return spelling
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\x00" in head:
        return _utf16(head)
    if _fits(path, "utf-8"):
        return "utf-8"
    return _of_letters(path)


def _utf16(head: bytes) -> str:
    """Without a mark: the high bytes of Latin letters and digits are all zero."""
    odd, even = head[1::2].count(0), head[::2].count(0)
    if odd > 2 * even:
        return "utf-16-le"
    if even > 2 * odd:
        return "utf-16-be"
    raise invalid("encoding", "encoding_unclear", fitting="utf-16-le, utf-16-be")


def _fits(path: Path, encoding: str) -> bool:
    try:
        for _ in decoded(path, encoding):
            pass
    except UnicodeError:
        return False
    return True


def _require_readable(path: Path, spelling: str) -> None:
    if not _fits(path, spelling):
        raise invalid("encoding", "encoding_wrong", encoding=spelling)


def _of_letters(path: Path) -> str:
    """Of encodings with a byte a letter the one whose letters are those of the language, and in its proportions."""
    words: Counter[bytes] = Counter()
    for word in _words(path):
        words[word] += 1
    scores = sorted(((likelihood(words, one), one) for one in ("cp1251", "koi8-r", "cp866", "cp1252")), reverse=True)
    (best, name), (second, other), *_ = scores
    if name != "cp1251" or best - second < SURE:
        fitting = ", ".join(dict.fromkeys((name, other, "cp1251")))
        raise invalid("encoding", "encoding_unclear", fitting=fitting)
    return name


def _words(path: Path) -> Iterator[bytes]:
    """The words that have other letters than ASCII's."""
    rest = b""
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            *whole, rest = (rest + piece).translate(_BLANKS).split(b" ")
            yield from (word for word in whole if not word.isascii())
    if not rest.isascii():
        yield rest


_BLANKS: Final = bytes(byte if byte >= 128 or chr(byte).isalpha() else 32 for byte in range(256))  # noqa: PLR2004


def decoded(path: Path, encoding: str) -> Iterator[str]:
    """The text of a file, piece by piece. Raises `UnicodeError`."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield decoder.decode(piece)
    yield decoder.decode(b"", final=True)


def _first_lines(path: Path, encoding: str) -> str:
    text = ""
    for piece in decoded(path, encoding):
        text += piece
        if len(text) > HEADING_BYTES or "\n" in text:
            break
    return text


# --- separators ---------------------------------------------------------------------------------------------------


def _separator(text: str, known: Callable[[list[str]], int], named: str | None) -> str:
    """That by which the most headings mean something; of several that do alike none is taken."""
    if named is not None:
        if named not in SEPARATORS:
            raise invalid("separator", "not_a_choice", value=named, choices=", ; tab")
        return SEPARATORS[named]
    found = {one: known(_heading(text, one)) for one in (",", ";", "\t")}
    most = max(found.values())
    fitting = [one for one, count in found.items() if count == most]
    if len(fitting) == 1:
        return fitting[0]
    if most and len(set(map(tuple, (_heading(text, one) for one in fitting)))) == 1:
        return ","  # one column: nothing is separated
    if not most:
        raise invalid("file", "headings_unknown")
    shown = ", ".join("tab" if one == "\t" else one for one in fitting)
    raise invalid("separator", "separator_unclear", fitting=shown)


def _heading(text: str, separator: str) -> list[str]:
    reader: Any = csv.reader(text.splitlines(keepends=True), delimiter=separator)
    try:
        return next((row for row in reader if any(cell.strip() for cell in row)), [])
    except csv.Error:
        return []
