"""What can be asked of the world's rows: fields and relations of every table, and random selections of them."""

from __future__ import annotations

from hypothesis import strategies as st

from models import AuditEvent, Contract, Customer, LedgerEntry, Payment, Sim, Tariff, Ticket, User
from resolvers.read.columns import column, orderable
from resolvers.read.cursors import keyset, nulls_of, stamp_of
from resolvers.read.list_criteria import total
from resolvers.read.search import Sought, lookup, search_words
from resolvers.read.selection import (
    ById,
    Choose,
    Comparison,
    Condition,
    Connection,
    Constant,
    Cursor,
    Edges,
    Entries,
    EntryFact,
    Expression,
    Kind,
    Listing,
    Nested,
    Node,
    Nodes,
    Numbered,
    Object,
    PageFact,
    PageInfo,
    Scalar,
    Several,
    Style,
    Term,
    ToMany,
    ToOne,
    TotalCount,
)
from resolvers.read.tables import (
    AUDIT_EVENTS,
    CONTRACTS,
    CUSTOMERS,
    LEDGER_ENTRIES,
    PAYMENTS,
    SIMS,
    TARIFFS,
    TICKETS,
    USERS,
)
from tests.resolvers.read.world import LONG_AGO

TABLES = {
    CUSTOMERS: Customer,
    SIMS: Sim,
    TARIFFS: Tariff,
    CONTRACTS: Contract,
    PAYMENTS: Payment,
    TICKETS: Ticket,
    USERS: User,
    LEDGER_ENTRIES: LedgerEntry,
    AUDIT_EVENTS: AuditEvent,
}

TO_ONE = {
    CONTRACTS: (("customer_id", CUSTOMERS), ("tariff_id", TARIFFS)),
    SIMS: (("contract_id", CONTRACTS),),
    PAYMENTS: (("contract_id", CONTRACTS), ("processed_by_id", USERS)),
    TICKETS: (("customer_id", CUSTOMERS), ("contract_id", CONTRACTS), ("assigned_to_id", USERS)),
    LEDGER_ENTRIES: (("contract_id", CONTRACTS), ("payment_id", PAYMENTS), ("actor_id", USERS)),
    AUDIT_EVENTS: (("actor_id", USERS),),
}
TO_MANY = {
    CUSTOMERS: (("customer_id", CONTRACTS), ("customer_id", TICKETS)),
    TARIFFS: (("tariff_id", CONTRACTS),),
    CONTRACTS: (("contract_id", PAYMENTS), ("contract_id", TICKETS), ("contract_id", LEDGER_ENTRIES)),
    USERS: (("assigned_to_id", TICKETS),),
}

FULL_NAME = Expression("{t}.last_name || ' ' || {t}.first_name || coalesce(' ' || {t}.middle_name, '')", Kind.TEXT)
OVERDUE = Expression("({t}.status IN ('new', 'in_progress', 'waiting') AND {t}.due_at < {now})", Kind.TRUTH)
COUNT = Expression("(SELECT count(*) FROM contracts c_ WHERE c_.customer_id = {t}.id)", Kind.INTEGER)
STATUS_OF_CONTRACT = Expression(
    "(SELECT c_.status FROM contracts c_ WHERE c_.id = {t}.contract_id)",
    Kind.CHOICE,
    choices=column(Contract, "status").choices,
)
EXPRESSIONS = {CUSTOMERS: (FULL_NAME, COUNT), TICKETS: (OVERDUE, STATUS_OF_CONTRACT)}


def _status_of_contract(row, rows):
    return rows["contracts"][row["contract_id"] - 1]["status"] if row["contract_id"] else None


MEANINGS = {
    FULL_NAME: lambda row, _: " ".join(filter(None, (row["last_name"], row["first_name"], row["middle_name"]))),
    OVERDUE: lambda row, _: row["status"] in {"new", "in_progress", "waiting"} and row["due_at"] == LONG_AGO,
    COUNT: lambda row, rows: sum(one["customer_id"] == row["id"] for one in rows["contracts"]),
    STATUS_OF_CONTRACT: _status_of_contract,
}


def bound(value):
    """A bind that gives this value."""
    return lambda _: value


def newest(table):
    """The usual default order."""
    model = TABLES[table]
    return (Term(column(model, "created_at"), descending=True), Term(column(model, "id"), descending=True))


def connection(table, parts, limit=100, order=None, where=(), words=(), **page):
    """A connection whose variable parts are given as plain values; `after` and `before` as decoded cursors."""
    order = order or newest(table)
    bounds = {name: _keyset(page.get(name)) for name in ("after", "before")}
    sought = tuple(map(Sought, words))
    search = search_words(tuple(map(lookup, sought)), bound(sought))
    return Connection(
        table=table,
        choose=Choose(where, search, order),
        limit=bound(limit),
        backward=page.get("backward", False),
        stamp=stamp_of(table.typename, order),
        parts=parts,
        **bounds,
    )


def _keyset(values):
    return None if values is None else keyset(nulls_of(values), bound(values))


def sources(table):
    """All scalars of a table's rows."""
    model = TABLES[table]
    documents = {TARIFFS: ("extra_options",), AUDIT_EVENTS: ("changes",)}.get(table, ())
    stored = (*orderable(model), *(column(model, name) for name in documents))
    return (*stored, *EXPRESSIONS.get(table, ()))


QUOTED = "'\""

# --- random selections --------------------------------------------------------------------------------------------


def _keys(fields):
    """The fields under response keys of their own, some of which need escaping."""
    return tuple(make(f"{'ключ' if place else QUOTED}{place}") for place, make in enumerate(fields))


@st.composite
def scalars(draw, table):
    source = draw(st.sampled_from(sources(table)))
    if source.choices:
        style = draw(st.sampled_from((Style.PLAIN, Style.ENUM_NAME, Style.WORDS)))
        words = tuple((choice.value, f"Слово «{choice}» '\"") for choice in source.choices)
        return lambda key: Scalar(key, source, style, words=words)
    if source.kind is Kind.INTEGER and draw(st.booleans()):
        return lambda key: Scalar(key, source, Style.GLOBAL_ID, prefix="ctr")
    return lambda key: Scalar(key, source)


@st.composite
def nested(draw, table, depth):
    local, target = draw(st.sampled_from(TO_ONE[table]))
    asked = draw(objects(target, depth - 1))
    return lambda key: Nested(key, ToOne(target.typename, local), asked)


@st.composite
def sims_of_contract(draw, depth):
    asked = draw(objects(SIMS, depth - 1))
    return lambda key: Nested(key, ToOne("Sim", "id", "contract_id"), asked)


@st.composite
def listings(draw, table, depth):
    remote, target = draw(st.sampled_from(TO_MANY[table]))
    asked = draw(connections(target, depth - 1))
    return lambda key: Listing(key, ToMany(target.typename, remote), asked)


@st.composite
def histories(draw, table, depth):
    asked = draw(connections(AUDIT_EVENTS, depth - 1))
    relation = ToMany("Event", "entity_id", constants=(("entity", table.prefix),))
    return lambda key: Listing(key, relation, asked)


@st.composite
def entries(draw):
    facts = draw(st.lists(st.sampled_from(EntryFact), min_size=1, max_size=3))
    names = draw(st.sampled_from(((), (("first_name", "firstName"),))))
    parts = (*((f"p{place}", fact) for place, fact in enumerate(facts)), Constant("__typename", '"Change"'))
    enums = draw(st.sampled_from(((), ("status", "role"))))
    return lambda key: Entries(key, column(AuditEvent, "changes"), parts, names, enums)


@st.composite
def objects(draw, table, depth):
    """An object of a few fields, with relations below it down to this depth."""
    kinds = [scalars(table), scalars(table), st.just(lambda key: Constant(key, '{"a": [null]}'))]
    if table is AUDIT_EVENTS:
        kinds.append(entries())
    below = relations(table, depth) if depth > 0 else []
    some = draw(st.lists(st.one_of(kinds + below), min_size=1, max_size=3))
    return Object(table, _keys([*some, *([draw(st.one_of(below))] if below else [])]))


def relations(table, depth):
    """What can be asked below a row."""
    return [
        *([nested(table, depth)] if table in TO_ONE else []),
        *([listings(table, depth)] * 2 if table in TO_MANY else []),
        *([sims_of_contract(depth)] if table is CONTRACTS else []),
        *([histories(table, depth)] if table in {CONTRACTS, CUSTOMERS} else []),
    ]


@st.composite
def orders(draw, table):
    if draw(st.integers(0, 3)) == 0:
        return newest(table)
    known = orderable(TABLES[table])
    telling = tuple(one for one in known if one.nullable or one.choices or one.kind is Kind.TEXT)
    some = st.sampled_from(telling) | st.sampled_from(known) if telling else st.sampled_from(known)
    chosen = draw(st.lists(some, min_size=1, max_size=2, unique_by=lambda one: one.name))
    return total(tuple(Term(one, draw(st.booleans())) for one in chosen if one.name != "id")) or newest(table)


SOME = {
    "status": ["active", "draft", "new", "success", "free"],
    "id": [1, 3, 5, 9],
    "balance": [-5, 0, 1050],
    "amount": [10, 5000],
}


@st.composite
def wheres(draw, table):
    """At most one condition."""
    comparable = [one for one in sources(table) if isinstance(one, type(newest(table)[0].source)) and one.name in SOME]
    if not draw(st.booleans()):
        return ()
    source = draw(st.sampled_from(comparable))
    values = SOME[source.name]
    ways = [Comparison.EQUALS, Comparison.IN, Comparison.IS_NULL]
    way = draw(st.sampled_from(ways if source.choices else [*ways, Comparison.AT_LEAST, Comparison.AT_MOST]))
    chosen = draw(st.lists(st.sampled_from(values), max_size=3))
    value = {Comparison.IN: chosen, Comparison.IS_NULL: len(chosen) > 1}.get(way, values[len(chosen) % len(values)])
    return (Condition(source, way, bound(value)),)


WORDS = {CUSTOMERS: ("елкин", "е", "100%", "a_b", "%", "_", "o'"), CONTRACTS: ("ctr-2026", "елк", "0%", "a_b", "1")}


def words(table):
    some = WORDS.get(table, ())
    return st.lists(st.sampled_from(some), max_size=2, unique=True).map(tuple) if some else st.just(())


@st.composite
def boundaries(draw, table, order, world, evaluator):
    """A boundary at a row of the table, which the list may well not have."""
    if draw(st.booleans()):
        return None
    row = draw(st.sampled_from(world[table.name]))
    return tuple(evaluator.rank(term, row) for term in order)


@st.composite
def connections(draw, table, depth, *, plain=False):
    """A connection with every kind of part."""
    order = draw(orders(table))
    facts = tuple((fact.name, fact) for fact in draw(st.lists(st.sampled_from(PageFact), unique=True)))
    node = draw(objects(table, depth))
    every = (
        Edges("edges", (Cursor("cursor"), Node("node", node), Constant("__typename", '"Edge"'))),
        Nodes("nodes", draw(objects(table, depth - 1)) if depth > 1 else node),
        PageInfo("pageInfo", (*facts, Constant("__typename", '"PageInfo"'))),
        TotalCount("totalCount"),
        Constant("__typename", '"Connection"'),
    )
    chosen = draw(st.lists(st.sampled_from(range(5)), min_size=1, max_size=4, unique=True))
    page = {} if plain else {name: draw(boundaries(table, order, *GROUND)) for name in ("after", "before")}
    return connection(
        table,
        tuple(every[place] for place in chosen),
        limit=draw(st.integers(0, 4)),
        order=order,
        where=draw(wheres(table)),
        words=draw(words(table)),
        backward=draw(st.booleans()),
        **page,
    )


GROUND: list = []
"""The world and its evaluator, from which boundaries are taken; a test fills it in."""


@st.composite
def numbered(draw, table, depth):
    choose = Choose(draw(wheres(table)), _search(draw(words(table))), draw(orders(table)))
    limit, offset = bound(draw(st.integers(1, 5))), bound(draw(st.integers(0, 12)))
    return Numbered(draw(objects(table, depth)), choose, limit, offset)


def _search(some):
    sought = tuple(map(Sought, some))
    return search_words(tuple(map(lookup, sought)), bound(sought))


@st.composite
def several(draw, depth):
    tables = draw(st.lists(st.sampled_from((CUSTOMERS, CONTRACTS, PAYMENTS)), unique=True, max_size=3))
    ids = draw(st.lists(st.tuples(st.sampled_from(("cus", "ctr", "pay", "xxx")), st.integers(0, 12)), max_size=5))
    return Several(tuple(draw(objects(table, depth)) for table in tables), bound(ids))


@st.composite
def roots(draw, depth=4):
    """Anything that a statement can answer."""
    table, depth = draw(st.sampled_from(tuple(TABLES))), draw(st.integers(0, depth))
    by_id = st.builds(ById, objects(table, depth), st.integers(0, 12).map(bound))
    return draw(st.one_of(by_id, several(depth), connections(table, depth), numbered(table, depth)))
