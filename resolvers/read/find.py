"""Finding by whatever somebody says: a number's end, a document, a name with a slip (the one box over everything).

    found = await find(reader, text, first, types)     the `Hit`s, best first; raises `Refused`

First what names one thing exactly, then what begins or ends like it, then names. Each step is a statement over indexes:
identifiers by their own, names by the trigrams of `search`, where what is common is looked for among the newest rows
alone, since any of them is as good.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from models.database import Dialect
from models.texts import caseless, composed, document_key, fold, trimmed
from resolvers import phones
from resolvers.read.names import by_names, by_words
from resolvers.read.spellings import contract_number, variants
from resolvers.value_kinds import SHORT_TEXT, Phone, Refused, storable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from models.database import Reader

USUAL: Final = 10
LARGEST: Final = 50
"""Matches that are answered, unless another number is asked for, and at most."""
FEWEST_DIGITS: Final = 4
"""Of a number's end."""
END: Final = 4
"""Digits by which the ends of numbers are indexed."""
LONGEST_END: Final = 12
OF_EACH: Final = 20
"""Rows that one way of looking gives at most."""
LAST: Final = "\U0010ffff"
"""Comes after whatever a text may go on with."""


class Reason(StrEnum):
    """Which property of a match it was found by."""

    PHONE = "phone"
    DOCUMENT = "document"
    EMAIL = "email"
    ICCID = "iccid"
    IMSI = "imsi"
    CONTRACT_NUMBER = "contract_number"
    TRANSACTION_ID = "transaction_id"
    NAME = "name"
    TEXT = "text"


class Findable(StrEnum):
    """The entities that are looked through."""

    CUSTOMER = "customer"
    CONTRACT = "contract"
    SIM = "sim"
    PAYMENT = "payment"
    TICKET = "ticket"


PREFIXES: Final = {
    Findable.CUSTOMER: "cus",
    Findable.CONTRACT: "ctr",
    Findable.SIM: "sim",
    Findable.PAYMENT: "pay",
    Findable.TICKET: "tkt",
}


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that was found; of less rank is better."""

    type: Findable
    id: int
    match: str
    """What of it was found, as it is kept."""
    reason: Reason
    rank: float

    @property
    def global_id(self) -> tuple[str, int]:
        return PREFIXES[self.type], self.id


async def find(reader: Reader, text: str, first: int, types: Collection[Findable] = ()) -> list[Hit]:
    """The best matches, at most `first`; none for a text of blanks. Raises `Refused` for what no field could hold."""
    text = trimmed(composed(storable(text)))
    if len(text) > SHORT_TEXT:
        raise Refused("too_long", limit=SHORT_TEXT)
    wanted = frozenset(types) or frozenset(Findable)
    hits = await _by_identifiers(reader, text, wanted) if text else []
    if text and phones.digits(text) is None and not hits:
        hits += await _by_texts(reader, text, wanted)
    best: dict[tuple[Findable, int], Hit] = {}
    for hit in sorted(hits, key=lambda hit: hit.rank):
        best.setdefault((hit.type, hit.id), hit)
    return list(best.values())[:first]


# --- identifiers --------------------------------------------------------------------------------------------------

EXACTLY, PARTLY, NAMED, TOLD = 0.0, 10.0, 20.0, 40.0
"""Ranks: a whole identifier, its beginning or end, a name, a word in a longer text."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way of looking: a query for `sim, contract, customer, payment` ids and the text found, with its values."""

    reason: Reason
    rank: float
    sql: str
    """Its parameters are written `{}`."""
    values: tuple[object, ...]


_NO: Final = "CAST(NULL AS integer)"
_OF_CUSTOMER: Final = (
    f"SELECT {_NO} AS sim, {_NO} AS contract, t.id AS customer, {_NO} AS payment, {{found}} AS found FROM customers t"
)
_OF_SIM: Final = (
    f"SELECT t.id AS sim, t.contract_id AS contract, c.customer_id AS customer, {_NO} AS payment, {{found}} AS found"
    " FROM sims t LEFT JOIN contracts c ON c.id = t.contract_id"
)
_OF_CONTRACT: Final = (
    f"SELECT {_NO} AS sim, t.id AS contract, {_NO} AS customer, {_NO} AS payment, t.number AS found FROM contracts t"
)
_OF_PAYMENT: Final = (
    f"SELECT {_NO} AS sim, {_NO} AS contract, {_NO} AS customer, t.id AS payment, t.transaction_id AS found"
    " FROM payments t"
)


async def _by_identifiers(reader: Reader, text: str, wanted: frozenset[Findable]) -> list[Hit]:
    """By everything that the text may be the number of, in one statement."""
    postgres = reader.dialect is Dialect.POSTGRES
    ways = list(_ways(text, postgres=postgres))
    if not ways:
        return []
    values: list[object] = []
    parts = []
    for place, way in enumerate(ways):
        marks = [f"${len(values) + number}" for number in range(1, len(way.values) + 1)]
        values += way.values
        parts.append(f"SELECT * FROM (SELECT {place} AS way, x.* FROM ({way.sql.format(*marks)}) x) w{place}")
    rows = await reader.fetch(" UNION ALL ".join(parts), values)
    hits = []
    for place, sim, contract, customer, payment, found in rows:
        way = ways[place]
        owners = {
            Findable.CUSTOMER: customer,
            Findable.CONTRACT: contract,
            Findable.SIM: sim,
            Findable.PAYMENT: payment,
        }
        # a number answers its SIM, the contract and the customer as one: whoever it belongs to
        kinds = [Findable.SIM] if way.reason in _OF_THE_CARD else list(owners)
        shown = next((kind for kind in kinds if kind in wanted and owners[kind] is not None), None)
        if shown is not None:
            hits.append(Hit(shown, owners[shown], found, way.reason, way.rank))
    return hits


_OF_THE_CARD = {Reason.ICCID, Reason.IMSI}


def _ways(text: str, *, postgres: bool) -> Iterator[Way]:
    plain = phones.digits(text)
    if plain is not None:
        yield from _ways_of_digits(plain, text, postgres=postgres)
    number = contract_number(text)
    if number is not None:
        year = f"CTR-{number.year}-%" if number.year else "CTR-%"
        sql = f"{_OF_CONTRACT} WHERE t.id = {{}} AND t.number LIKE {{}}"
        yield Way(Reason.CONTRACT_NUMBER, EXACTLY, sql, (number.id, year))
    if any(character.isdigit() for character in text):
        yield from _ways_of_documents(text, postgres=postgres)
        spellings = {text, text.upper(), *(variant.upper() for variant in variants(text))}
        marks = ", ".join("{}" for _ in spellings)
        sql = f"{_OF_PAYMENT} WHERE t.transaction_id IN ({marks}) LIMIT {OF_EACH}"
        yield Way(Reason.TRANSACTION_ID, EXACTLY, sql, tuple(sorted(spellings)))
    if "@" in text or '"' in text:
        for variant in (caseless(text), variants(text)[-1]):
            sql = f"{_OF_CUSTOMER.format(found='t.email')} WHERE t.email_key = {{}}"
            yield Way(Reason.EMAIL, EXACTLY, sql, (variant,))


def _ways_of_documents(text: str, *, postgres: bool) -> Iterator[Way]:
    keys = dict.fromkeys(document_key(variant) for variant in variants(text))
    for key in keys:
        sql = f"{_OF_CUSTOMER.format(found='t.document_number')} WHERE t.document_key = {{}} LIMIT {OF_EACH}"
        yield Way(Reason.DOCUMENT, EXACTLY, sql, (key,))
    key = document_key(text)
    if len(key) > FEWEST_DIGITS:
        column = _by_code_point("t.document_key", postgres=postgres)
        sql = _beginning(_OF_CUSTOMER.format(found="t.document_number"), column)
        yield Way(Reason.DOCUMENT, PARTLY + 2, sql, (key, key + LAST))


def _ways_of_digits(plain: str, text: str, *, postgres: bool) -> Iterator[Way]:
    digits = plain.lstrip("+")
    if len(digits) < FEWEST_DIGITS:
        return
    phone, msisdn = _OF_CUSTOMER.format(found="t.phone"), _OF_SIM.format(found="t.msisdn")
    try:
        whole = Phone().read(text)
    except Refused:
        whole = ""
    if whole:
        yield Way(Reason.PHONE, EXACTLY, f"{phone} WHERE t.phone = {{}}", (whole,))
        living = "CASE WHEN t.status = 'closed' THEN 1 ELSE 0 END, t.id DESC"
        sql = f"{msisdn} WHERE {_by_code_point('t.msisdn', postgres=postgres)} = {{}} ORDER BY {living} LIMIT {OF_EACH}"
        yield Way(Reason.PHONE, EXACTLY, sql, (whole,))
    for beginning in _beginnings(plain):
        for query, column in ((phone, "t.phone"), (msisdn, "t.msisdn")):
            sql = _beginning(query, _by_code_point(column, postgres=postgres))
            yield Way(Reason.PHONE, PARTLY + 1, sql, (beginning, beginning + LAST))
    if plain == digits and len(digits) <= LONGEST_END:
        for query, column in ((phone, "t.phone"), (msisdn, "t.msisdn")):
            end = f"right({column}, {END})" if postgres else f"substr({column}, -{END})"
            sql = f"{query} WHERE {end} = {{}} AND {column} LIKE {{}} ORDER BY t.id DESC LIMIT {OF_EACH}"
            yield Way(Reason.PHONE, PARTLY, sql, (digits[-END:], f"%{digits}"))
    yield from _ways_of_cards(digits, postgres=postgres)
    if plain == digits and len(digits) <= 9 and len(digits) > FEWEST_DIGITS:  # noqa: PLR2004 - of a 32-bit id
        yield Way(Reason.CONTRACT_NUMBER, PARTLY, f"{_OF_CONTRACT} WHERE t.id = {{}}", (int(digits),))


def _beginnings(plain: str) -> Iterable[str]:
    """What a number kept begins with, if these are its first digits: `055012` is `+99655012`, and so is `55012`."""
    whole = phones.written_in_full(plain) or plain
    if whole.startswith("+"):
        return (whole,)
    if plain.startswith(phones.COUNTRY):
        return (f"+{plain}",)
    return (f"+{phones.COUNTRY}{plain}",)


def _ways_of_cards(digits: str, *, postgres: bool) -> Iterator[Way]:
    """By a card's own numbers, which begin alike: the beginning tells little, and so comes last."""
    for reason, column in ((Reason.ICCID, "t.iccid"), (Reason.IMSI, "t.imsi")):
        query = _OF_SIM.format(found=column)
        yield Way(reason, EXACTLY, f"{query} WHERE {column} = {{}}", (digits,))
    if len(digits) > LONGEST_END:
        sql = _beginning(_OF_SIM.format(found="t.iccid"), _by_code_point("t.iccid", postgres=postgres))
        yield Way(Reason.ICCID, PARTLY + 2, sql, (digits, digits + LAST))


def _by_code_point(column: str, *, postgres: bool) -> str:
    return f'{column} COLLATE "C"' if postgres else column


def _beginning(query: str, column: str) -> str:
    """Rows whose column begins with the first parameter: the second comes after all that do."""
    return f"{query} WHERE {column} >= {{}} AND {column} < {{}} ORDER BY {column} LIMIT {OF_EACH}"


# --- texts --------------------------------------------------------------------------------------------------------


async def _by_texts(reader: Reader, text: str, wanted: frozenset[Findable]) -> list[Hit]:
    """By names, and where they are not asked for, by whatever has them in its search text."""
    hits: list[Hit] = []
    if Findable.CUSTOMER in wanted:
        named = await by_names(reader, variants(text))
        hits += [Hit(Findable.CUSTOMER, row_id, name, Reason.NAME, NAMED + rank) for row_id, name, rank in named]
    words = fold(text).split()
    if Findable.CUSTOMER not in wanted and Findable.CONTRACT in wanted:
        for row_id, number in await by_words(reader, "contracts", "number", words):
            hits.append(Hit(Findable.CONTRACT, row_id, number, Reason.NAME, NAMED))
    if Findable.PAYMENT in wanted and _may_be_transaction(words):
        for row_id, transaction in await by_words(reader, "payments", "transaction_id", words):
            hits.append(Hit(Findable.PAYMENT, row_id, transaction, Reason.TRANSACTION_ID, PARTLY + 3))
    if Findable.TICKET in wanted and not hits:
        for row_id, subject in await by_words(reader, "tickets", "subject", words):
            hits.append(Hit(Findable.TICKET, row_id, subject, Reason.TEXT, TOLD))
    return hits


def _may_be_transaction(words: Sequence[str]) -> bool:
    """One word with several digits among other characters."""
    return len(words) == 1 and sum(one.isdigit() for one in words[0]) >= FEWEST_DIGITS
