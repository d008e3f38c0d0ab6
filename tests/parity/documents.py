"""Random documents, written from the printed schema: valid, and full of what GraphQL allows."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphql import (
    GraphQLNonNull,
    get_named_type,
    get_nullable_type,
    is_enum_type,
    is_input_object_type,
    is_leaf_type,
    is_list_type,
)
from hypothesis import strategies as st

from tests.parity.evaluator import MODELS, PREFIX_OF, PREFIXES, ROOTS, SCHEMA, split, stored

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS = ["ел", "елкин", "ЁЛК", "txn-1", "user", "нет сети", "100%", "a_b", "ctr-2026", "000", "zz", "1", ""]
"""What the rows' search texts contain, and what they do not."""
SINGLE = ["customer", "sim", "tariff", "contract", "payment", "ticket", "user"]
CURSORS = {"cursor", "startCursor", "endCursor"}


@dataclass
class Writer:
    """Writes one document."""

    draw: Any
    rows: dict[str, list[dict[str, Any]]]
    cursors: Callable[[str, list[dict[str, str]]], list[str]]
    """The cursors of a list in an ordering."""
    role: str
    names: int = 0
    budget: int = 60
    """Fields that may still be written."""
    declared: list[str] = field(default_factory=lambda: ["$yes: Boolean!", "$no: Boolean!"])
    variables: dict[str, Any] = field(default_factory=lambda: {"yes": True, "no": False})
    fragments: dict[str, str] = field(default_factory=dict)

    def one_of(self, choices):
        return self.draw(st.sampled_from(list(choices)))

    def chance(self, percent):
        return self.draw(st.integers(0, 99)) < percent

    def name(self, start):
        self.names += 1
        return f"{start}{self.names}"

    # --- the document ---------------------------------------------------------------------------------------------

    def document(self):
        fields = [self.root() for _ in range(self.draw(st.integers(1, 3)))]
        declared = ", ".join(self.declared)
        return "\n".join([f"query ({declared}) {{ {' '.join(fields)} {USED} }}", *self.fragments.values()])

    def root(self):
        kind = self.one_of(["list", "list", "list", "one", "node", "nodes", "me", "history"])
        queries = SCHEMA.query_type.fields
        key = self.name("r")
        if kind == "list":
            lists = [name for name in ROOTS if name != "users" or self.role == "admin"]
            name = self.one_of(lists)
            return f"{key}: {name}{self.page(queries[name], f'Query.{name}')} {self.selection(queries[name].type, 4)}"
        if kind == "me":
            return f"{key}: me {self.selection(queries['me'].type, 2)}"
        if kind == "history":
            entity = self.value(self.one_of(["cus_1", "cus_2", "ctr_1", "ctr_3", "trf_1"]), GraphQLNonNull(ID))
            return f"{key}: history(id: {entity}) {self.selection(queries['history'].type, 2)}"
        if kind == "nodes":
            ids = [self.an_id(self.one_of(PREFIXES)) for _ in range(self.draw(st.integers(0, 4)))]
            return f"{key}: nodes(ids: {self.value(ids, queries['nodes'].args['ids'].type)}) {self.nodes(3)}"
        if kind == "node":
            any_id = self.value(self.an_id(self.one_of(PREFIXES)), GraphQLNonNull(ID))
            return f"{key}: node(id: {any_id}) {self.nodes(4)}"
        name = self.one_of(SINGLE)
        prefix = PREFIX_OF[name.title()]
        row_id = self.value(self.an_id(prefix), GraphQLNonNull(ID))
        return f"{key}: {name}(id: {row_id}) {self.selection(queries[name].type, 4)}"

    def an_id(self, prefix):
        return f"{prefix}_{self.draw(st.integers(1, 12))}"

    def nodes(self, depth):
        """A selection on `Node`: some of the types, each with its own fields."""
        types = self.draw(st.lists(st.sampled_from(sorted(PREFIXES.values())), min_size=1, max_size=3, unique=True))
        parts = [f"... on {name} {self.selection(SCHEMA.type_map[name], depth)}" for name in types]
        return f"{{ {self.name('k')}: id __typename {' '.join(parts)} }}"

    # --- selections -----------------------------------------------------------------------------------------------

    def selection(self, given, depth):
        named = get_named_type(given)
        parts = [self.part(named, depth) for _ in range(self.draw(st.integers(1, 4)))]
        return f"{{ {' '.join(parts)} }}"

    def part(self, named, depth):
        """A field, or a fragment with fields in it."""
        kind = self.one_of(["field"] * 6 + ["inline", "named", "typename"])
        if kind == "inline":
            on = self.one_of([f"on {named.name}", ""])
            return f"... {on} {self.directive()} {{ {self.a_field(named, depth)} }}"
        if kind == "named":
            return self.spread(named, depth)
        return f"{self.name('k')}: __typename" if kind == "typename" else self.a_field(named, depth)

    def spread(self, named, depth):
        known = [name for name in self.fragments if name.startswith(f"F_{named.name}_")]
        if known and self.chance(50):
            return f"...{self.one_of(known)} {self.directive()}"
        name = self.name(f"F_{named.name}_")
        text = f"fragment {name} on {named.name} {{ {self.a_field(named, depth)} {self.a_field(named, depth)} }}"
        self.fragments[name] = text
        return f"...{name} {self.directive()}"

    def directive(self):
        return self.one_of(["", "", "@include(if: $yes)", "@include(if: $no)", "@skip(if: $no)", "@skip(if: true)"])

    def a_field(self, named, depth):
        self.budget -= 1
        deep = depth > 0 and self.budget > 0
        fields = {name: one for name, one in named.fields.items() if deep or is_leaf_type(get_named_type(one.type))}
        if not fields:  # only objects, and no more of them
            return f"{self.name('k')}: __typename"
        name = self.one_of(fields)
        key = self.name("cur" if name in CURSORS else "k")
        if is_leaf_type(get_named_type(fields[name].type)):
            return f"{key}: {name} {self.directive()}"
        where = f"{named.name}.{name}"
        start = f"{key}: {name}{self.page(fields[name], where) if fields[name].args else ''}"
        once = f"{start} {self.directive()} {self.selection(fields[name].type, depth - 1)}"
        if self.chance(20):  # written twice, and so to be merged
            return f"{once} {start} {self.selection(fields[name].type, depth - 1)}"
        return once

    # --- pages ----------------------------------------------------------------------------------------------------

    def page(self, connection, where):
        """The arguments of a connection."""
        typename = get_named_type(connection.type).name.removesuffix("Connection")
        given = {}
        if self.chance(60):
            given[self.one_of(["first", "first", "last"])] = self.draw(st.integers(0, 6))
        if self.chance(50):
            order = connection.args["orderBy"].type
            given["orderBy"] = [self.term(order) for _ in range(self.draw(st.integers(0, 2)))]
        if self.chance(40):
            given["filter"] = self.conditions(typename, connection.args["filter"].type)
        if "search" in connection.args and self.chance(20):
            given["search"] = self.one_of(WORDS)
        if self.chance(30):
            given |= self.bounds(where, given.get("orderBy", []))
        written = [f"{name}: {self.value(value, connection.args[name].type)}" for name, value in given.items()]
        return f"({', '.join(written)})" if written else ""

    def bounds(self, where, order):
        known = self.cursors(where, order)
        names = self.draw(st.lists(st.sampled_from(["after", "before"]), min_size=1, max_size=2, unique=True))
        return {name: self.one_of(known) for name in names} if known else {}

    def term(self, order):
        fields = get_named_type(get_named_type(order).fields["field"].type)
        given = {"field": self.one_of(fields.values)}
        return given | self.one_of([{}, {"direction": "ASC"}, {"direction": "DESC"}])

    def conditions(self, typename, given):
        fields = get_named_type(given).fields
        names = self.draw(st.lists(st.sampled_from(sorted(fields)), max_size=2, unique=True))
        return {name: self.condition(typename, name, fields[name].type) for name in names}

    def condition(self, typename, name, wanted):
        if self.chance(5):
            return None
        if is_list_type(get_nullable_type(wanted)):
            values = [self.some_value(typename, name, wanted) for _ in range(self.draw(st.integers(0, 3)))]
            return [value for value in values if value is not None]
        return self.some_value(typename, name, wanted)

    def some_value(self, typename, name, wanted):
        """A value that some row has, as the filter's type spells it."""
        kind = get_named_type(wanted)
        if kind.name == "Boolean":
            return self.draw(st.booleans())
        if kind.name == "ID":
            return f"{ID_FILTERS[split(name)[0]]}_{self.draw(st.integers(1, 8))}"
        if is_enum_type(kind):
            return self.one_of(kind.values)
        column = stored(typename, split(name)[0])
        rows = self.rows[MODELS[typename]._meta.db_table]
        values = [row[column] for row in rows if row.get(column) is not None] or [None]
        value = self.one_of(values)
        return spelt(value, kind.name, self.chance(50))

    # --- values ---------------------------------------------------------------------------------------------------

    def value(self, value, wanted):
        """Written in the document, or sent in a variable, as a whole or in part."""
        if self.chance(35):
            name = self.name("v")
            self.declared.append(f"${name}: {wanted}")
            self.variables[name] = value
            return f"${name}"
        plain = get_nullable_type(wanted)
        if value is None or is_leaf_type(plain):
            return value if value is not None and is_enum_type(plain) else json.dumps(value, ensure_ascii=False)
        if is_list_type(plain):
            return f"[{', '.join(self.value(one, plain.of_type) for one in value)}]"
        assert is_input_object_type(plain)
        fields = [f"{name}: {self.value(one, plain.fields[name].type)}" for name, one in value.items()]
        return f"{{{', '.join(fields)}}}"


ID = SCHEMA.type_map["ID"]
USED = "used: __typename @include(if: $yes) @skip(if: $no)"
"""So that both variables are used in every document."""

ID_FILTERS = {
    "customerId": "cus",
    "contractId": "ctr",
    "tariffId": "trf",
    "paymentId": "pay",
    "assignedToId": "usr",
    "createdById": "usr",
    "processedById": "usr",
    "actorId": "usr",
}


def spelt(value, kind, other):
    """A row's value as a filter takes it, in one way or another."""
    if value is None:
        return None
    if kind == "Decimal":
        return f"{value / 100:.2f}" if abs(value) < 10**9 else str(value)[:-2] + "." + str(value)[-2:]
    if kind == "DateTime":
        return value.date().isoformat() if other else value.isoformat()
    return value.isoformat() if kind == "Date" else value
