"""Rows by the words of their search texts, with slips: the candidates come from an index, the words decide."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from models.database import Dialect
from models.texts import fold
from resolvers.read.search import TRIGRAM
from resolvers.read.spellings import LEAST_FOR_A_TYPO, is_slip, slips

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from models.database import Reader

NEWEST: Final = 2_000
"""Rows, the newest, that are read for a word before the index is asked for it."""
ENOUGH: Final = 30
"""Of so many among the newest any is as good as what an index would find besides."""
CANDIDATES: Final = 300
LATEST: Final = 1_000
SEVERAL: Final = 10
"""Of so many with a slip among the latest rows, likewise."""
NAMES: Final = "t.last_name, t.first_name, t.middle_name, t.organization_name, t.customer_type"
_TOKEN: Final = re.compile(r"[^\W_]+")
WHOLE, BEGINNING, PART, SLIP = 0.0, 1.0, 2.0, 4.0
"""What it costs a word to be found so."""


async def by_names(reader: Reader, variants: Sequence[str]) -> list[tuple[int, str, float]]:
    """Customers whose names have all words of one of the variants: id, name and rank; with slips if no other has."""
    spelled = dict.fromkeys(tuple(_TOKEN.findall(text)) for text in variants if not _is_mixed(text))
    for words in filter(None, spelled):
        found = _ranked(words, await _candidates(reader, "customers", NAMES, words))
        if found:
            return found
    misspelt = [words for words in spelled if "".join(words).isalpha() and len(max(words, key=len)) >= LEAST_FOR_A_TYPO]
    latest = f"SELECT t.id, {NAMES} FROM customers t ORDER BY t.id DESC LIMIT {LATEST}"
    newest = await reader.fetch(latest) if misspelt else []
    for words in misspelt:
        found = _ranked(words, newest)
        if len(found) < SEVERAL:
            found = _ranked(words, await _by_index(reader, "customers", NAMES, words, with_slips=True))
        if found:
            return found
    return []


def _is_mixed(text: str) -> bool:
    """Whether letters of two alphabets stand in one word: no name is written so."""
    return any(re.search("[a-z]", word) and re.search("[\u0400-\u04ff]", word) for word in _TOKEN.findall(text))


def _ranked(words: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[tuple[int, str, float]]:
    """Those that have all words, best first."""
    found = []
    for row_id, last, first, middle, organization, kind in rows:
        names = [name for name in (last, first, middle, organization) if name]
        rank = _rank(words, [token for name in names for token in _TOKEN.findall(fold(name))])
        if rank is not None:
            shown = (
                organization
                if kind == "organization" and organization
                else " ".join(filter(None, (last, first, middle)))
            )
            found.append((row_id, shown, rank))
    return sorted(found, key=lambda hit: hit[2])


def _rank(words: Sequence[str], tokens: Sequence[str]) -> float | None:
    """How far the words are from these tokens, each from the nearest; None if one is in none of them."""
    total = 0.0
    for word in words:
        cost = min((_cost(word, token) for token in tokens), default=None)
        if cost is None or cost > SLIP:
            return None
        total += cost
    return total / 10


def _cost(word: str, token: str) -> float:
    if word == token:
        return WHOLE
    if token.startswith(word):
        return BEGINNING
    if word in token:
        return PART
    return SLIP if len(word) >= LEAST_FOR_A_TYPO and is_slip(word, token) else 2 * SLIP


async def by_words(reader: Reader, table: str, shown: str, words: Sequence[str]) -> list[tuple[int, str]]:
    """Rows of a table whose search texts contain all words: the id and a column."""
    if not any(len(word) >= TRIGRAM for word in words):
        return []
    rows = await _candidates(reader, table, f"t.{shown}, t.search", tuple(words))
    return [(row[0], row[1]) for row in rows if all(word in row[2] for word in words)][:ENOUGH]


# --- candidates ---------------------------------------------------------------------------------------------------


async def _candidates(reader: Reader, table: str, columns: str, words: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Rows that contain the words; of common ones some."""
    if reader.dialect is Dialect.POSTGRES:
        values: list[object] = []
        condition = _condition(values, words)
        newest = f"(SELECT * FROM {table} ORDER BY id DESC LIMIT {NEWEST}) t"
        rows = await reader.fetch(f"SELECT t.id, {columns} FROM {newest} WHERE {condition} LIMIT {CANDIDATES}", values)
        if len(rows) >= ENOUGH or not any(len(word) >= TRIGRAM for word in words):
            return rows
    return await _by_index(reader, table, columns, words, with_slips=False)


async def _by_index(
    reader: Reader, table: str, columns: str, words: tuple[str, ...], *, with_slips: bool
) -> list[tuple[Any, ...]]:
    """Rows among which those with the words are; more or less, as an index is able to tell."""
    if reader.dialect is not Dialect.POSTGRES:
        return await _by_trigrams(reader, table, columns, words, with_slips=with_slips)
    values: list[object] = []
    condition = _either_by_index(values, table, words) if with_slips else _condition(values, words)
    # kept apart, so that the limit does not tempt the planner to read the table until it has found enough
    hits = f"WITH h AS MATERIALIZED (SELECT t.id, {columns} FROM {table} t WHERE {condition})"
    return await reader.fetch(f"{hits} SELECT * FROM h LIMIT {CANDIDATES}", values)


def _either_by_index(values: list[object], table: str, words: Sequence[str]) -> str:
    """That a row contains what a slip leaves of each word; pattern by pattern, since all at once tempt to a scan."""
    of_words = [[_like(values, pattern) for pattern in _patterns(word, with_slips=True)] for word in words]
    unions = [" UNION ALL ".join(f"SELECT t.id FROM {table} t WHERE {like}" for like in ways) for ways in of_words]
    return " AND ".join(f"t.id IN ({union})" for union in unions)


def _condition(values: list[object], words: Sequence[str]) -> str:
    """That a row contains each word; the patterns go to the values."""
    return " AND ".join(_like(values, pattern) for word in words for pattern in _patterns(word, with_slips=False))


def _like(values: list[object], pattern: str) -> str:
    values.append(pattern)
    return f"t.search LIKE ${len(values)}"


def _patterns(word: str, *, with_slips: bool) -> Iterator[str]:
    yield f"%{_plain(word)}%"
    if with_slips and len(word) >= LEAST_FOR_A_TYPO:
        for before, after in slips(word):
            if max(len(before), len(after)) < TRIGRAM:
                continue  # an index could not tell
            yield f"%{_plain(before)}%{_plain(after)}%" if after else f"%{_plain(before)}%"


def _plain(text: str) -> str:
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


async def _by_trigrams(
    reader: Reader, table: str, columns: str, words: tuple[str, ...], *, with_slips: bool
) -> list[tuple[Any, ...]]:
    """By SQLite's table of trigrams, which gives its rows one by one; short words are left to who reads them."""
    expressions = [expression for word in words if (expression := _match(word, with_slips=with_slips))]
    if not expressions:
        sql = f"SELECT t.id, {columns} FROM {table} t ORDER BY t.id DESC LIMIT {NEWEST}"
        return await reader.fetch(sql)
    sql = (
        f"SELECT t.id, {columns} FROM {table}_search($1) s CROSS JOIN {table} t ON t.id = s.rowid"
        f" ORDER BY s.rowid DESC LIMIT {CANDIDATES}"
    )
    return await reader.fetch(sql, [" AND ".join(expressions)])


def _match(word: str, *, with_slips: bool) -> str:
    """FTS5's expression for a word, or for what a slip has left of it; empty where that is too short for trigrams."""
    if not with_slips or len(word) < LEAST_FOR_A_TYPO:
        return _phrase(word) if len(word) >= TRIGRAM else ""
    ways = [_phrase(word), *filter(None, (_remains(before, after) for before, after in slips(word)))]
    return f"({' OR '.join(dict.fromkeys(ways))})"


def _remains(before: str, after: str) -> str:
    """Both sides of a slip; a short end is looked for where its field ends."""
    parts = [
        part
        for part in (before, after if len(after) >= TRIGRAM else f"{after}\n" if after else "")
        if len(part) >= TRIGRAM
    ]
    return f"({' AND '.join(map(_phrase, parts))})" if parts else ""


def _phrase(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'
