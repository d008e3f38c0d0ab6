"""What a selection should answer, worked out over plain rows, slowly and obviously.

It knows nothing of SQL. An expression's meaning is given beside it, as a function of a row and of all rows.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime

from models.fields import moment_text
from resolvers.read.selection import (
    ById,
    Column,
    Comparison,
    Connection,
    Constant,
    Cursor,
    Edges,
    Entries,
    EntryFact,
    Kind,
    Listing,
    Nested,
    Node,
    Nodes,
    Numbered,
    PageFact,
    PageInfo,
    Scalar,
    Several,
    Style,
    TotalCount,
)


@dataclass(frozen=True)
class Evaluator:
    """Evaluates over `rows` (by table); `meanings` gives what expressions mean."""

    rows: dict
    meanings: dict

    def root(self, root):
        match root:
            case ById():
                return self._by_id(root.object, root.id({}))
            case Several():
                by_prefix = {one.table.prefix: one for one in root.objects}
                return [self._by_id(by_prefix.get(prefix), number) for prefix, number in root.ids({})]
            case Connection():
                return self.connection(root, self.rows[root.table.name])
            case Numbered():
                rows = self._chosen(root.choose, self.rows[root.object.table.name])
                page = rows[root.offset({}) :][: root.limit({})]
                return len(rows), [self.object(root.object, row) for row in page]

    def _by_id(self, asked, number):
        found = [row for row in self.rows[asked.table.name] if row["id"] == number] if asked else []
        return self.object(asked, found[0]) if found else None

    # --- one row --------------------------------------------------------------------------------------------------

    def object(self, asked, row):
        return {one.key: self._field(one, row) for one in asked.fields}

    def _field(self, asked, row):
        match asked:
            case Scalar():
                return self._scalar(asked, row)
            case Constant():
                return json.loads(asked.json)
            case Nested():
                key, others = row[asked.relation.local], self.rows[asked.object.table.name]
                found = [other for other in others if key is not None and other[asked.relation.remote] == key]
                return self.object(asked.object, found[0]) if found else None
            case Listing():
                return self.connection(asked.connection, self._related(asked, row))
            case Entries():
                changes = sorted(row[asked.source.name].items())
                return [dict(_entry(part, asked, name, pair) for part in asked.parts) for name, pair in changes]

    def _related(self, asked, row):
        wanted = {asked.relation.remote: row[asked.relation.local], **dict(asked.relation.constants)}
        others = self.rows[asked.connection.table.name]
        return [other for other in others if all(other[name] == value for name, value in wanted.items())]

    def value(self, source, row):
        return row.get(source.name) if isinstance(source, Column) else self.meanings[source](row, self.rows)

    def _scalar(self, asked, row):
        value = self.value(asked.source, row)
        if value is None:
            return None
        match asked.style:
            case Style.GLOBAL_ID:
                return f"{asked.prefix}_{value}"
            case Style.ENUM_NAME:
                return value.upper()
            case Style.WORDS:
                return dict(asked.words)[value]
            case Style.PLAIN:
                return shown(asked.source.kind, value)

    # --- lists ----------------------------------------------------------------------------------------------------

    def _chosen(self, choose, rows):
        chosen = [row for row in rows if all(self._holds(one, row) for one in choose.where)]
        words = [word.value({}) for word in choose.words]
        return self._sorted([row for row in chosen if all(word in row["search"] for word in words)], choose.order)

    def _holds(self, condition, row):
        value, wanted = self.value(condition.source, row), condition.value({})
        if condition.comparison is Comparison.IS_NULL:
            return (value is None) == wanted
        if value is None:
            return False
        match condition.comparison:
            case Comparison.EQUALS:
                return value == wanted
            case Comparison.IN:
                return value in wanted
            case Comparison.AT_LEAST:
                return value >= wanted
            case Comparison.AT_MOST:
                return value <= wanted
            case Comparison.BEFORE:
                return value < wanted
            case Comparison.HOLDS:
                return value

    def _sorted(self, rows, order):
        for term in reversed(order):
            known = [row for row in rows if self.value(term.source, row) is not None]
            nulls = [row for row in rows if self.value(term.source, row) is None]
            ordered = sorted(known, key=lambda row: self.rank(term, row), reverse=term.descending)
            rows = ordered + nulls
        return rows

    def rank(self, term, row):
        """What a term orders by."""
        value = self.value(term.source, row)
        if value is None:
            return None
        if term.source.choices:
            return list(term.source.choices).index(value)
        return value.casefold() if isinstance(value, str) else value

    def _side(self, order, row, keyset):
        """-1 for a row before the boundary, 0 for one at it, 1 for one after it."""
        for term, bind in zip(order, keyset.values, strict=True):
            value, bound = self.rank(term, row), bind({})
            if value == bound:
                continue
            if value is None or bound is None:
                return 1 if value is None else -1
            return 1 if (value > bound) is not term.descending else -1
        return 0

    def connection(self, asked, rows):
        order = asked.choose.order
        everything = self._chosen(asked.choose, rows)
        after = [row for row in everything if not asked.after or self._side(order, row, asked.after) > 0]
        window = [row for row in after if not asked.before or self._side(order, row, asked.before) < 0]
        limit = asked.limit({})
        page = (window[-limit:] if limit else []) if asked.backward else window[:limit]
        more = len(window) > limit
        cut = {
            PageFact.HAS_PREVIOUS: more if asked.backward else False,
            PageFact.HAS_NEXT: False if asked.backward else more,
        }
        outside = {
            PageFact.HAS_PREVIOUS: bool(asked.after) and len(after) < len(everything),
            PageFact.HAS_NEXT: any(asked.before and self._side(order, row, asked.before) >= 0 for row in everything),
        }
        facts = {fact: cut[fact] or outside[fact] for fact in cut}
        facts[PageFact.START] = self._cursor(asked, page[0]) if page else None
        facts[PageFact.END] = self._cursor(asked, page[-1]) if page else None
        return {part.key: self._part(part, asked, page, facts, len(everything)) for part in asked.parts}

    def _part(self, part, asked, page, facts, total):
        match part:
            case Constant():
                return json.loads(part.json)
            case TotalCount():
                return total
            case Nodes():
                return [self.object(part.object, row) for row in page]
            case PageInfo():
                named = (one if isinstance(one, tuple) else (one.key, one) for one in part.facts)
                return {key: json.loads(one.json) if isinstance(one, Constant) else facts[one] for key, one in named}
            case Edges():
                return [{one.key: self._of_edge(one, asked, row) for one in part.fields} for row in page]

    def _of_edge(self, one, asked, row):
        match one:
            case Constant():
                return json.loads(one.json)
            case Cursor():
                return self._cursor(asked, row)
            case Node():
                return self.object(one.object, row)

    def _cursor(self, asked, row):
        """In the form in which `comparable` shows a cursor."""
        values = [_in_cursor(self.rank(term, row)) for term in asked.choose.order]
        return ["cursor", asked.stamp, *values]


def _entry(part, asked, name, pair):
    if isinstance(part, Constant):
        return part.key, json.loads(part.json)
    key, fact = part
    old, new = (_spelt(asked, name, value) for value in pair)
    facts = {EntryFact.FIELD: dict(asked.names).get(name, name), EntryFact.OLD: old, EntryFact.NEW: new}
    return key, facts[fact]


def _spelt(asked, name, value):
    if value is None or not isinstance(value, str | int):
        return value
    prefixes = dict(asked.ids)
    if name in prefixes:
        return f"{prefixes[name]}_{value}"
    return value.upper() if name in asked.enums else value


def _in_cursor(value):
    if isinstance(value, datetime):
        return moment_text(value)
    return value.isoformat() if isinstance(value, date) else value


def shown(kind, value):
    """A value as JSON shows it (contract §1)."""
    match kind:
        case Kind.HUNDREDTHS:
            sign, digits = "-" if value < 0 else "", f"{abs(value):03}"
            return f"{sign}{digits[:-2]}.{digits[-2:]}"
        case Kind.MOMENT:
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        case Kind.DAY:
            return value.isoformat()
        case _:
            return value


def comparable(answer):
    """An answer with its cursors decoded, which are found by being hex of a JSON array."""
    if isinstance(answer, dict):
        return {key: comparable(value) for key, value in answer.items()}
    if isinstance(answer, list):
        return [comparable(value) for value in answer]
    if isinstance(answer, str) and answer.startswith("5b22"):
        return ["cursor", *json.loads(bytes.fromhex(answer))]
    return answer
