"""`abonent check`: everything that must hold over several rows, looked for in the data as they are.

It only reads, and each rule is one statement (or one pass in pages, each of them one statement), so that it may run
beside a live system: what a statement sees was true at one moment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from abonent.check.rules import RULES, SQLITE_RULES
from abonent.check.texts import texts_out_of_date
from models.database import Dialect
from models.tallies import recount, wrong

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from abonent.check.rules import Rule
    from models.database import Database, Transaction
    from models.settings import Settings

SHOWN: Final = 20
"""Rows that are told one by one; of the rest only the number is."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of one rule."""

    rule: str
    """What must hold."""
    wrong: int
    """How many rows break it."""
    told: tuple[str, ...]
    """The first of them, each in a sentence."""


async def check(database: Database, settings: Settings) -> AsyncIterator[Verdict]:
    """The verdict on each rule, one after the other. Raises `Unavailable`."""
    del settings  # no rule depends on them for now
    own = SQLITE_RULES if database.dialect is Dialect.SQLITE else ()
    for rule in (*RULES, *own):
        yield await _verdict(database, rule)
    wrong = [sentence async for sentence in texts_out_of_date(database)]
    yield Verdict("search texts, numbers and dates say what their rows say", len(wrong), tuple(wrong[:SHOWN]))


async def _verdict(database: Database, rule: Rule) -> Verdict:
    sql = rule.sqlite if rule.sqlite and database.dialect is Dialect.SQLITE else rule.sql
    rows = await database.fetch(sql)
    return Verdict(rule.name, len(rows), tuple(rule.tell(*row) for row in rows[:SHOWN]))


async def recount_tallies(database: Database) -> int:
    """Count the tallies anew, while nobody changes a row; gives how many were wrong. Raises `Unavailable`."""

    async def recounted(work: Transaction) -> int:
        *alone, empty, fill = recount(database.dialect)
        for sql in alone:
            await work.fetch(sql)
        rows = await work.fetch(wrong(database.dialect))
        await work.fetch(empty)
        await work.fetch(fill)
        return len(rows)

    return await database.write(recounted)
