"""What a document should answer, worked out over plain rows by graphql-core itself, slowly and obviously.

The schema is the printed one, read back; its fields are resolved here, from what `contract.md` says of them. Of the
program only the models are known: which columns there are and in which order an enum lists its values.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import total_ordering
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from graphql import build_schema, execute_sync, get_named_type, parse, validate

from models import AuditEvent, Contract, Customer, LedgerEntry, Payment, Sim, Tariff, Ticket, User
from resolvers.identity.permissions import GRANTS
from resolvers.operations import OPERATIONS

SCHEMA = build_schema((Path(__file__).parents[2] / "schema" / "schema.graphql").read_text())
ZONE = ZoneInfo("Asia/Bishkek")
MODELS = {
    "Customer": Customer,
    "Sim": Sim,
    "Tariff": Tariff,
    "Contract": Contract,
    "Payment": Payment,
    "Ticket": Ticket,
    "User": User,
    "Staff": User,
    "LedgerEntry": LedgerEntry,
    "Event": AuditEvent,
}
PREFIXES = {
    "cus": "Customer",
    "sim": "Sim",
    "trf": "Tariff",
    "ctr": "Contract",
    "pay": "Payment",
    "tkt": "Ticket",
    "usr": "User",
    "led": "LedgerEntry",
    "evt": "Event",
}
PREFIX_OF = {typename: prefix for prefix, typename in PREFIXES.items()} | {"Staff": "stf"}
ROOTS = {
    "customers": "Customer",
    "sims": "Sim",
    "tariffs": "Tariff",
    "contracts": "Contract",
    "payments": "Payment",
    "tickets": "Ticket",
    "users": "User",
    "staff": "Staff",
}
MANY = {
    ("Customer", "contracts"): ("Contract", "customer_id"),
    ("Customer", "tickets"): ("Ticket", "customer_id"),
    ("Tariff", "contracts"): ("Contract", "tariff_id"),
    ("Contract", "payments"): ("Payment", "contract_id"),
    ("Contract", "tickets"): ("Ticket", "contract_id"),
    ("Contract", "ledger"): ("LedgerEntry", "contract_id"),
    ("Payment", "ledger"): ("LedgerEntry", "payment_id"),
    ("Payment", "refunds"): ("Payment", "refund_of_id"),
}
OF_PARENT = {("Sim", "customer_id"), ("Payment", "customer_id")}
"""Columns that a row has by its contract."""
ONE = {
    ("Sim", "contract"): "Contract",
    ("Contract", "customer"): "Customer",
    ("Contract", "tariff"): "Tariff",
    ("Payment", "contract"): "Contract",
    ("Payment", "processedBy"): "Staff",
    ("Payment", "refundOf"): "Payment",
    ("Ticket", "customer"): "Customer",
    ("Ticket", "contract"): "Contract",
    ("Ticket", "assignedTo"): "Staff",
    ("Ticket", "createdBy"): "Staff",
    ("LedgerEntry", "contract"): "Contract",
    ("LedgerEntry", "payment"): "Payment",
    ("LedgerEntry", "actor"): "Staff",
    ("Event", "actor"): "Staff",
}


@dataclass(frozen=True)
class Row:
    """A row as an object of some type."""

    typename: str
    values: dict[str, Any]

    def __getitem__(self, column):
        return self.values.get(column)


@dataclass(frozen=True)
class Page:
    """What a connection answers."""

    rows: list[Row]
    total: int
    has_next: bool
    has_previous: bool


def snake(name):
    return re.sub(r"([A-Z])", r"_\1", name).lower()


def camel(name):
    head, *tail = name.split("_")
    return head + "".join(part.title() for part in tail)


def folded(text):
    return text.casefold().replace("ё", "е")


def money(hundredths):
    return f"{Decimal(hundredths) / 100:.2f}"


@dataclass
class Evaluator:
    """Answers documents for one caller; `cursors` tells which row a cursor was given for."""

    rows: dict[str, list[dict[str, Any]]]
    user_id: int
    role: str
    cursors: dict[str, Row] = field(default_factory=dict)

    def answer(self, text, variables):
        """The data of a valid document."""
        document = parse(text)
        assert validate(SCHEMA, document) == []
        result = execute_sync(
            SCHEMA,
            document,
            variable_values=variables,
            field_resolver=self.resolve,
            type_resolver=lambda row, *_: row.typename,
        )
        assert result.errors is None, result.errors
        return result.data

    def table(self, typename):
        return [Row(typename, row) for row in self.rows[MODELS[typename]._meta.db_table]]

    def by_id(self, typename, row_id):
        return next((row for row in self.table(typename) if row["id"] == row_id), None)

    # --- fields ---------------------------------------------------------------------------------------------------

    def resolve(self, source, info, **arguments):
        """Any field of the schema."""
        name, parent = info.field_name, info.parent_type.name
        if parent == "Query":
            return self.root(name, arguments)
        if isinstance(source, Page):
            return self.of_page(source, name)
        if isinstance(source, Row):
            return self.of_row(source, name, info, arguments)
        return source[name]  # an edge, a page's facts, a change

    def root(self, name, arguments):
        if name == "me":
            return self.by_id("User", self.user_id)
        if name == "node":
            return self.node(arguments["id"])
        if name == "nodes":
            return [self.node(one) for one in arguments["ids"]]
        if name == "history":
            return self.history(arguments.pop("id"), arguments, 100)
        if name in ROOTS:
            rows = self.table(ROOTS[name])
            active = [row for row in rows if name != "staff" or row["is_active"]]
            return self.page(ROOTS[name], active, arguments, 100)
        return self.node(arguments["id"])

    def node(self, global_id):
        prefix, _, number = global_id.partition("_")
        row = self.by_id(PREFIXES[prefix], int(number))
        if row is not None and self.role == "employee":
            user = row["id"] if prefix == "usr" else row["entity_id"] if row["entity"] == "usr" else self.user_id
            return row if user == self.user_id else None
        return row

    def of_row(self, row, name, info, arguments):
        key = (row.typename, name)
        if key in COMPUTED:
            return COMPUTED[key](self, row)
        if key in {("Customer", "sims"), ("Customer", "payments")}:
            typename = get_named_type(info.return_type).name.removesuffix("Connection")
            mine = [one for one in self.table(typename) if self.stored(one, "customer_id") == row["id"]]
            return self.page(typename, mine, arguments, self.default_size(info))
        if key in MANY:
            typename, column = MANY[key]
            mine = [one for one in self.table(typename) if one[column] == row["id"]]
            return self.page(typename, mine, arguments, self.default_size(info))
        if name == "history":
            return self.history(f"{PREFIX_OF[row.typename]}_{row['id']}", arguments, self.default_size(info))
        if key in ONE:
            return self.by_id(ONE[key], row[snake(name) + "_id"])
        return shown(row[snake(name)], get_named_type(info.return_type).name)

    def default_size(self, info):
        """Twenty below another list, else a hundred."""
        path, listed = info.path.prev, False
        while path is not None:
            listed = listed or isinstance(path.key, int)
            path = path.prev
        return 20 if listed else 100

    def history(self, global_id, arguments, size):
        prefix, _, number = global_id.partition("_")
        events = self.table("Event")
        mine = [one for one in events if (one["entity"], one["entity_id"]) == (prefix, int(number))]
        return self.page("Event", mine, arguments, size)

    def of_page(self, page, name):
        edges = [{"node": row, "cursor": "cursor"} for row in page.rows]
        at_end = "cursor" if page.rows else None
        info = {
            "hasNextPage": page.has_next,
            "hasPreviousPage": page.has_previous,
            "startCursor": at_end,
            "endCursor": at_end,
        }
        return {"edges": edges, "nodes": page.rows, "totalCount": page.total, "pageInfo": info}[name]

    # --- lists ----------------------------------------------------------------------------------------------------

    def page(self, typename, rows, arguments, size):
        """The page of a list that the arguments ask for."""
        chosen = [row for row in rows if self.matches(row, arguments.get("filter") or {})]
        words = folded(arguments.get("search") or "").split()
        chosen = [row for row in chosen if all(word in row["search"] for word in words)]
        order = order_of(typename, arguments.get("orderBy") or [])
        everything = sorted(chosen, key=lambda row: rank(row, order))
        after, before = self.boundary(arguments.get("after"), order), self.boundary(arguments.get("before"), order)
        late = [row for row in everything if after is None or rank(row, order) > after]
        window = [row for row in late if before is None or rank(row, order) < before]
        first, last = arguments.get("first"), arguments.get("last")
        number = min(size if first is None and last is None else first if last is None else last, 1000)
        cut = window[:number] if last is None else window[max(len(window) - number, 0) :]
        more = len(window) > number
        return Page(
            rows=cut,
            total=len(everything),
            has_next=(more and last is None)
            or (before is not None and any(rank(x, order) >= before for x in everything)),
            has_previous=(more and last is not None) or len(late) < len(everything),
        )

    def boundary(self, cursor, order):
        return None if cursor is None else rank(self.cursors[cursor], order)

    def matches(self, row, conditions):
        return all(self.holds(row, name, wanted) for name, wanted in conditions.items() if wanted is not None)

    def holds(self, row, name, wanted):
        if name in {"isOverdue", "isUnassigned", "hasSim", "hasContracts"}:
            return COMPUTED[row.typename, name](self, row) == wanted
        base, compare = split(name)
        value = self.stored(row, stored(row.typename, base))
        if compare == "IsNull":
            return (value is None) == wanted
        if value is None:
            return False
        if compare == "In":
            return value in [compared(one, value) for one in wanted]
        bound = compared(wanted, value, last=compare == "Before")
        return {
            "": value == bound,
            "After": value >= bound,
            "Min": value >= bound,
            "Before": value <= bound,
            "Max": value <= bound,
        }[compare]

    def stored(self, row, column):
        """A row's value, or its contract's."""
        if (row.typename, column) not in OF_PARENT:
            return row[column]
        contract = self.by_id("Contract", row["contract_id"])
        return contract and contract["customer_id"]


def split(name):
    """A filter's base and its way of comparing: `createdAfter`, `statusIn`, `customerId`, `emailIsNull`."""
    for suffix in ("After", "Before", "Min", "Max", "In", "IsNull"):
        if name.endswith(suffix) and name != "balanceAfter":
            return name.removesuffix(suffix), suffix
    return name, ""


def stored(typename, base):
    """The column that a filter is about: a moment's name lacks its `_at`, a relation's that may be null its `_id`."""
    if (typename, snake(base)) in OF_PARENT:
        return snake(base)
    columns = MODELS[typename]._meta.fields_db_projection
    return next(name for end in ("", "_at", "_id") if (name := snake(base) + end) in columns)


def compared(wanted, value, *, last=False):
    """A filter's value as something to compare a row's with."""
    if isinstance(value, datetime):
        return moment(wanted, last=last)
    if isinstance(value, date):
        return date.fromisoformat(wanted)
    if isinstance(value, bool) or isinstance(wanted, bool):
        return wanted
    if isinstance(value, int):
        is_id = isinstance(wanted, str) and "_" in wanted
        return (
            int(wanted.partition("_")[2])
            if is_id
            else wanted
            if isinstance(wanted, int)
            else int(Decimal(wanted) * 100)
        )
    return wanted.lower() if value.lower() == value and wanted.isupper() else wanted


def moment(text, *, last):
    if "T" in text:
        return datetime.fromisoformat(text)
    start = datetime.combine(date.fromisoformat(text), time.min, ZONE).astimezone(UTC)
    return start + timedelta(days=1, microseconds=-1) if last else start


def order_of(typename, terms):
    """Columns and whether each descends; the id comes last, in the first one's direction."""
    if not terms:
        return DEFAULT_ORDER.get(typename, [("created_at", True), ("id", True)])
    order = [(term["field"].lower(), term.get("direction") == "DESC") for term in terms]
    names = [name for name, _ in order]
    total = [one for place, one in enumerate(order) if one[0] not in names[:place]]
    return total if "id" in names else [*total, ("id", order[0][1])]


DEFAULT_ORDER = {
    "Tariff": [("priority", True), ("name", False), ("id", True)],
    "Staff": [("username", False), ("id", False)],
    "LedgerEntry": [("id", True)],
    "Event": [("id", True)],
}


@total_ordering
@dataclass(frozen=True)
class Descending:
    """Compares the other way round."""

    value: Any

    def __lt__(self, other):
        return other.value < self.value


def rank(row, order):
    """What sorts rows: nulls last either way, text by casefolded code point, enums as they are listed."""
    return tuple(_ranked(row, name, descending=descending) for name, descending in order)


def _ranked(row, name, *, descending):
    value = row[name]
    if value is None:
        return (1, 0)
    choices = getattr(MODELS[row.typename]._meta.fields_map[name], "enum_type", None)
    if choices is not None:
        value = [choice.value for choice in choices].index(value)
    elif isinstance(value, str):
        value = value.casefold()
    return (0, Descending(value) if descending else value)


# --- values -------------------------------------------------------------------------------------------------------


def shown(value, type_name):
    """A stored value as the schema's type shows it."""
    if value is None:
        return None
    if type_name == "Decimal":
        return money(value)
    if type_name == "DateTime":
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    if type_name == "Date":
        return value.isoformat()
    return value.upper() if type_name in ENUMS else value


ENUMS = {name for name, named in SCHEMA.type_map.items() if hasattr(named, "values")}


def full_name(customer):
    return " ".join(filter(None, [customer["last_name"], customer["first_name"], customer["middle_name"]]))


def display_name(customer):
    own = customer["organization_name"] if customer["customer_type"] == "organization" else None
    return own or full_name(customer)


def short_name(customer):
    initials = [f"{name[0]}." for name in (customer["first_name"], customer["middle_name"]) if name]
    return " ".join([customer["last_name"], *initials])


def staff_name(user):
    return " ".join(filter(None, [user["last_name"], user["first_name"]])) or user["username"]


def customer_of(world, row):
    if row["customer_id"] is None and row["contract_id"] is None:
        return None
    holder = row if row["customer_id"] is not None else world.by_id("Contract", row["contract_id"])
    return display_name(world.by_id("Customer", holder["customer_id"]))


def number_of(world, row):
    contract = world.by_id("Contract", row["contract_id"])
    return contract and contract["number"]


def named(column):
    def name(world, row):
        user = world.by_id("Staff", row[column])
        return user and staff_name(user)

    return name


def counted(typename, column, **more):
    def count(world, row):
        wanted = {column: row["id"], **more}
        return sum(all(other[name] == value for name, value in wanted.items()) for other in world.table(typename))

    return count


def is_open(ticket):
    return ticket["status"] in {"new", "in_progress", "waiting"}


IDS = {"assigned_to": "stf", "created_by": "stf", "customer": "cus", "contract": "ctr", "sim": "sim", "tariff": "trf"}
NAMED = {
    *("status", "role", "customer_type", "document_type", "tariff_type", "payment_method", "transaction_type"),
    *("priority", "category", "suspension_reason"),
}


def spelt(name, value):
    """A journal's value as GraphQL spells it."""
    if value is None:
        return None
    if name in IDS:
        return f"{IDS[name]}_{value}"
    return value.upper() if name in NAMED else value


def changes_of(row):
    pairs = sorted(row["changes"].items())
    return [{"field": camel(name), "old": spelt(name, old), "new": spelt(name, new)} for name, (old, new) in pairs]


def resolution_time(ticket):
    if ticket["resolved_at"] is None:
        return None
    return int((ticket["resolved_at"] - ticket["created_at"]) / timedelta(seconds=1))


COMPUTED = {
    ("Customer", "fullName"): lambda _, row: full_name(row),
    ("Customer", "shortName"): lambda _, row: short_name(row),
    ("Customer", "contractsCount"): counted("Contract", "customer_id"),
    ("Customer", "ticketsCount"): counted("Ticket", "customer_id"),
    ("Customer", "hasContracts"): lambda world, row: any(
        contract["customer_id"] == row["id"] for contract in world.table("Contract")
    ),
    ("Contract", "hasSim"): lambda world, row: any(sim["contract_id"] == row["id"] for sim in world.table("Sim")),
    ("Sim", "pukCode"): lambda world, row: None if world.role == "employee" else row["puk_code"],
    ("Sim", "contractNumber"): number_of,
    ("Sim", "customerName"): customer_of,
    ("Tariff", "activeContractsCount"): counted("Contract", "tariff_id", status="active"),
    ("Contract", "sim"): lambda world, row: next(
        (sim for sim in world.table("Sim") if sim["contract_id"] == row["id"]), None
    ),
    ("Contract", "customerName"): customer_of,
    ("Contract", "tariffName"): lambda world, row: world.by_id("Tariff", row["tariff_id"])["name"],
    ("Contract", "paymentsCount"): counted("Payment", "contract_id"),
    ("Contract", "ticketsCount"): counted("Ticket", "contract_id"),
    ("Payment", "contractNumber"): number_of,
    ("Payment", "customerName"): customer_of,
    ("Ticket", "customerName"): customer_of,
    ("Ticket", "assignedToName"): named("assigned_to_id"),
    ("Ticket", "isOverdue"): lambda _, row: is_open(row) and row["due_at"] < datetime.now(UTC),
    ("Ticket", "isUnassigned"): lambda _, row: is_open(row) and row["assigned_to_id"] is None,
    ("Ticket", "resolutionTime"): lambda _, row: resolution_time(row),
    ("User", "permissions"): lambda _, row: [one.graphql for one in OPERATIONS if row["role"] in GRANTS[one.may]],
    ("User", "fullName"): lambda _, row: staff_name(row),
    ("Staff", "fullName"): lambda _, row: staff_name(row),
    ("Staff", "openTicketsCount"): lambda world, row: sum(
        is_open(ticket) and ticket["assigned_to_id"] == row["id"] for ticket in world.table("Ticket")
    ),
    ("Event", "actorName"): named("actor_id"),
    ("Event", "entityId"): lambda _, row: f"{row['entity']}_{row['entity_id']}",
    ("Event", "entityType"): lambda _, row: PREFIXES[row["entity"]].lower(),
    ("Event", "type"): lambda _, row: f"{PREFIXES[row['entity']].lower()}.{row['action']}",
    ("Event", "changes"): lambda _, row: changes_of(row),
}
COMPUTED |= {(typename, "id"): lambda _, row: f"{PREFIX_OF[row.typename]}_{row['id']}" for typename in MODELS}
COMPUTED |= {(typename, "databaseId"): lambda _, row: row["id"] for typename in MODELS}


def is_known(typename, name):
    """Whether this evaluation can say what a field answers."""
    key = (typename, name)
    return key != ("Event", "entity") and (
        key in COMPUTED
        or key in MANY
        or key in ONE
        or key in {("Customer", "sims"), ("Customer", "payments")}
        or name == "history"
        or snake(name) in MODELS[typename]._meta.fields_db_projection
    )


for (
    typename
) in MODELS:  # what it does not know (terms, periods, jobs, an event's entity) is asked by no random document
    fields = SCHEMA.type_map[typename].fields
    for name in [name for name in fields if not is_known(typename, name)]:
        del fields[name]
