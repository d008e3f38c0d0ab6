"""JSON text in the making: literal text and SQL expressions, one after another.

A statement writes its JSON by concatenating text, which costs a third less than the databases' own functions for
objects, keeps the order of keys, and knows no limit of arguments.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, slots=True)
class Fixed:
    """Text that is the same for every row."""

    text: str


Pieces = list[Fixed | str]
"""Parts of a JSON text: `Fixed` ones, and SQL expressions, which are never NULL."""


def json_string(text: str) -> str:
    return orjson.dumps(text).decode()


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def member(key: str, value: Pieces) -> Pieces:
    return [Fixed(f"{json_string(key)}:"), *value]


def object_of(members: Iterable[Pieces]) -> Pieces:
    return [Fixed("{"), *_with_commas(members), Fixed("}")]


def array_of(elements: Iterable[Pieces]) -> Pieces:
    return [Fixed("["), *_with_commas(elements), Fixed("]")]


def _with_commas(parts: Iterable[Pieces]) -> Pieces:
    joined: Pieces = []
    for part in parts:
        joined += [Fixed(","), *part] if joined else part
    return joined


def terms(pieces: Pieces) -> list[str]:
    """The pieces as SQL expressions, neighbouring literals joined."""
    merged: list[Fixed | str] = []
    for piece in pieces:
        if isinstance(piece, Fixed) and merged and isinstance(merged[-1], Fixed):
            merged[-1] = Fixed(merged[-1].text + piece.text)
        else:
            merged.append(piece)
    return [quoted(piece.text) if isinstance(piece, Fixed) else piece for piece in merged]


def chunks(expressions: Sequence[str], size: int) -> list[Sequence[str]]:
    return [expressions[start : start + size] for start in range(0, len(expressions), size)]
