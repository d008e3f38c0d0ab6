"""Connections: a page of a list and what is told about it, in one pass over the page's rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from resolvers.read.compiler.ordering import beyond, cursor, order_by, ranks_of, reversed_
from resolvers.read.compiler.pieces import Fixed, array_of, member, object_of
from resolvers.read.compiler.rows import Rows, bounded, first_rows, in_place, limit_of
from resolvers.read.selection import (
    Constant,
    Cursor,
    Edges,
    FeedFact,
    FeedPart,
    Kind,
    Node,
    Nodes,
    PageFact,
    PageInfo,
    TotalCount,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from resolvers.read.compiler.pieces import Pieces
    from resolvers.read.compiler.statement import Statement
    from resolvers.read.selection import Connection, Keyset, Object, Part


@dataclass(frozen=True, slots=True)
class Needs:
    """What a connection's parts need of its page."""

    rows: bool
    """Any row at all."""
    order: bool
    """The values that rows are ordered by, for cursors."""
    place: bool
    """Each row's place."""
    extra: bool
    """One row more than the page has, to see whether there is one."""


def needs_of(connection: Connection) -> Needs:
    """Read off the parts."""
    facts = {fact[1] for fact in _page_facts(connection) if not isinstance(fact, Constant)}
    edges = [one for part in connection.parts if isinstance(part, Edges) for one in part.fields]
    feed = {part.fact for part in connection.parts if isinstance(part, FeedPart)}
    ends = bool(facts & {PageFact.START, PageFact.END}) or FeedFact.NEXT in feed
    extra = (PageFact.HAS_PREVIOUS if connection.backward else PageFact.HAS_NEXT) in facts or bool(feed)
    listed = any(isinstance(part, Nodes | Edges) for part in connection.parts)
    return Needs(
        rows=listed or ends or extra,
        order=ends or any(isinstance(one, Cursor) for one in edges),
        place=ends or extra or connection.backward,
        extra=extra,
    )


def _page_facts(connection: Connection) -> Iterator[tuple[str, PageFact] | Constant]:
    return (fact for part in connection.parts if isinstance(part, PageInfo) for fact in part.facts)


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in their final order: a FROM clause, their alias, and where each row's place and their number stand."""

    source: str
    alias: str
    place: str
    number: str


def connection_text(
    statement: Statement, connection: Connection, link: tuple[str, ...], node: Callable[[Object, str], Pieces]
) -> str:
    """A connection's JSON as one scalar; `link` restricts it to a parent's rows `{t}`."""
    rows = in_place(statement, connection.table, connection.choose, link)
    page = inline_page(statement, connection, rows) if needs_of(connection).rows else None
    return rendered(statement, connection, rows, page, node)


def inline_page(statement: Statement, connection: Connection, rows: Rows) -> Page:
    """The page as a sub-select."""
    needs, alias = needs_of(connection), statement.name("t")
    source = page_rows(statement, connection, rows)
    if needs.place:
        places = f"row_number() OVER () AS n_{', count(*) OVER () AS m_' if needs.order else ''}"
        backward = " ORDER BY n_ DESC" if connection.backward else ""
        source = f"SELECT {alias}.*, {places} FROM ({source}) {alias}{backward}"
    return Page(f"({source}) {alias}", alias, f"{alias}.n_", f"{alias}.m_")


def page_rows(statement: Statement, connection: Connection, rows: Rows, columns: str = "*") -> str:
    """The page's rows as a query, and one row more where that is needed; a backward page from its end."""
    ranks = reversed_(rows.ranks) if connection.backward else rows.ranks
    limit = limit_of(statement, connection.limit, connection.choose) + (" + 1" if needs_of(connection).extra else "")
    within = _window(statement, connection, rows)
    return first_rows(statement, bounded(rows, within), ranks, limit, columns)


def _window(statement: Statement, connection: Connection, rows: Rows) -> list[str]:
    """The conditions that rows lie between the cursors."""
    after, before = connection.after, connection.before
    return [
        *([beyond(statement, rows.ranks, after)] if after else []),
        *([beyond(statement, reversed_(rows.ranks), before)] if before else []),
    ]


def rendered(
    statement: Statement,
    connection: Connection,
    rows: Rows,
    page: Page | None,
    node: Callable[[Object, str], Pieces],
) -> str:
    """The JSON from the page's rows; without a page, of what needs no rows."""
    writer = _Writer(statement, connection, rows, page, node)
    text = statement.spelling.concat(object_of(member(part.key, writer.part(part)) for part in connection.parts))
    return f"(SELECT {text} FROM {page.source})" if page else text


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the parts of one connection."""

    statement: Statement
    connection: Connection
    rows: Rows
    page: Page | None
    node: Callable[[Object, str], Pieces]

    def part(self, part: Part) -> Pieces:
        match part:
            case Constant():
                return [Fixed(part.json)]
            case TotalCount():
                return [self.rows.counted]
            case PageInfo():
                return object_of(self._fact(fact) for fact in part.facts)
            case FeedPart():
                return self._of_feed(part.fact)
            case Nodes():
                return self._each(self.node(part.object, self._page.alias))
            case Edges():
                return self._each(object_of(member(one.key, self._of_edge(one)) for one in part.fields))

    @property
    def _page(self) -> Page:
        if self.page is None:
            raise AssertionError("a part that needs rows was given none")
        return self.page

    def _of_edge(self, asked: Cursor | Node | Constant) -> Pieces:
        match asked:
            case Constant():
                return [Fixed(asked.json)]
            case Cursor():
                return [Fixed('"'), self._cursor(), Fixed('"')]
            case Node():
                return self.node(asked.object, self._page.alias)

    def _cursor(self) -> str:
        ranks = ranks_of(self.statement, self.connection.choose.order, self._page.alias)
        return cursor(self.statement, ranks, self.connection.stamp)

    def _each(self, element: Pieces) -> Pieces:
        spelling = self.statement.spelling
        texts = spelling.aggregate(spelling.concat(element)) + self._on_page()
        return array_of([[f"coalesce({texts}, '')"]])

    def _on_page(self) -> str:
        """Leaves the extra row out."""
        if not needs_of(self.connection).extra:
            return ""
        return f" FILTER (WHERE {self._page.place} <= {self._limit})"

    @property
    def _limit(self) -> str:
        return limit_of(self.statement, self.connection.limit, self.connection.choose)

    def _fact(self, fact: tuple[str, PageFact] | Constant) -> Pieces:
        if isinstance(fact, Constant):
            return member(fact.key, [Fixed(fact.json)])
        key, asked = fact
        match asked:
            case PageFact.HAS_NEXT:
                return member(key, _truth(self._more(ahead=True)))
            case PageFact.HAS_PREVIOUS:
                return member(key, _truth(self._more(ahead=False)))
            case PageFact.START | PageFact.END:
                return member(key, [self._end(first=(asked is PageFact.START) is not self.connection.backward)])

    def _of_feed(self, fact: FeedFact) -> Pieces:
        """A page that is full ends with its last row, another one with what was looked at."""
        full, feed = f"count(*) > {self._limit}", self.connection.feed
        if feed is None:
            raise AssertionError("a page of a feed was not told where it ends")
        if fact is FeedFact.MORE:
            return _truth([full, self.statement.parameter(feed.more, Kind.TRUTH)])
        end = self.statement.parameter(feed.end, Kind.TEXT)
        return [f"CASE WHEN {full} THEN {self._end(first=False)} ELSE {end} END"]

    def _more(self, *, ahead: bool) -> list[str]:
        """The conditions, one of which must hold for there to be rows ahead of the page, or behind it."""
        boundary = self.connection.before if ahead else self.connection.after
        beyond_cursor = [self._exists(boundary, ahead=ahead)] if boundary else []
        if self.connection.backward is ahead:
            return beyond_cursor
        return [f"count(*) > {self._limit}", *beyond_cursor]

    def _exists(self, boundary: Keyset, *, ahead: bool) -> str:
        """Whether the list has rows at the cursor or on its far side, as the page is on the near one.

        Not by EXISTS, whose query PostgreSQL strips of its order, and then may look for a row from the table's end.
        """
        ranks = self.rows.ranks if ahead else reversed_(self.rows.ranks)
        far = bounded(self.rows, [beyond(self.statement, ranks, boundary, inclusive=True)])
        return f"(SELECT 1 FROM {far.source}{far.where} {order_by(ranks)} LIMIT 1) IS NOT NULL"

    def _end(self, *, first: bool) -> str:
        """The cursor of the row that was found first, or last."""
        place = "1" if first else self.statement.spelling.least(self._page.number, self._limit)
        only = f"{self._page.place} = {place} AND {self._page.place} <= {self._limit}"
        return f"coalesce('\"' || max({self._cursor()}) FILTER (WHERE {only}) || '\"', 'null')"


def _truth(conditions: list[str]) -> Pieces:
    if not conditions:
        return [Fixed("false")]
    return [f"CASE WHEN {' OR '.join(conditions)} THEN 'true' ELSE 'false' END"]
