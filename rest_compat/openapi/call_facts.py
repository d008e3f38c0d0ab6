"""What the documentation has to say of each handler: what it takes, what it answers, how it can refuse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import singledispatch
from http import HTTPStatus
from itertools import groupby
from typing import TYPE_CHECKING

from models.jobs import Job
from models.users import User
from models.webhooks import Webhook
from resolvers.faults import STATUS, Code
from resolvers.write.inputs import Mode, input_fields
from resolvers.write.operation import Effect
from resolvers.write.refusals import codes_of
from rest_compat.action_handlers import RowActions
from rest_compat.auth import Entry
from rest_compat.detail_handlers import Detail, Statistics
from rest_compat.event_handlers import Events
from rest_compat.import_handlers import FileStart, FileUpload, ImportResult, ImportTemplate, JobDetail
from rest_compat.list_handlers import Lists
from rest_compat.number_handlers import NumberHistory
from rest_compat.register_handlers import ResolveRow
from rest_compat.search_handler import Search
from rest_compat.statement_handlers import Balance, Statement
from rest_compat.write_handlers import Write

if TYPE_CHECKING:
    from models.entity import Entity
    from resolvers.read.selection import ListSpec
    from resolvers.write.operation import Operation

TOKEN = (Code.NOT_AUTHENTICATED, Code.TOKEN_NOT_VALID)
BODY = (Code.PARSE_ERROR, Code.VALIDATION, Code.PAYLOAD_TOO_LARGE, Code.UNSUPPORTED_MEDIA_TYPE)


FEED_PARAMETERS = tuple(
    f"feed_{name}"
    for name in ("after", "limit", "wait", "type", "entity", "entity_id", "request_id", "actor_id", "last_event_id")
)
"""What the event feed can be asked."""
OF_FILES = ("format", "columns", "headings", "separator", "bom")
"""How a file is asked for."""


@dataclass(frozen=True, slots=True)
class Body:
    """What a request carries, and by which rules it is read."""

    takes: type
    mode: Mode = Mode.FULL
    replace: bool = False

    @property
    def name(self) -> str:
        """Of its schema among the components: `CustomerInput`, `CustomerInputPartial`."""
        if self.mode is Mode.PARTIAL:
            return f"{self.takes.__name__}Partial"
        kept = any(field.keep_on_replace for field in input_fields(self.takes))
        return f"{self.takes.__name__}{'Whole' if self.replace and kept else ''}"


@dataclass(frozen=True, slots=True)
class Facts:
    """What there is to say of one handler."""

    answers: str
    """The name of its answer's schema; empty where there is nothing to answer."""
    codes: tuple[Code, ...]
    """Of its refusals."""
    status: int = 200
    open: bool = False
    """It needs no token."""
    body: Body | None = None
    lists: ListSpec | None = None
    operation: Operation | None = None
    parameters: tuple[str, ...] = ()
    """Names of further parameters, among the components."""
    files: bool = False
    """It answers a file too, if one is asked for."""
    streams: bool = False
    """It can be had as a stream of events."""
    acted_on: type[Entity] | None = None
    """Whose actions it answers."""
    tagged: bool = False
    """Its answer has an entity tag."""
    dry_run: str = ""
    """The entity that the answer of its dry run shows; empty where it has none."""
    form: bool = False
    """Its body is a form with a file."""
    file: bool = False
    """It answers a file."""
    searches: bool = False
    """It takes what somebody says, and answers whatever is found."""

    @property
    def keyed(self) -> bool:
        """Whether it can be called with an idempotency key, as every POST on entities but users can."""
        op = self.operation
        return op is not None and op.keyed and op.effect in {Effect.CREATE, Effect.ACTION}

    @property
    def refusals(self) -> list[tuple[Code, ...]]:
        """The codes of its refusals, those of one status together."""
        unkeyed = set() if self.keyed else {Code.IDEMPOTENCY_MISMATCH}
        spent = set() if self.open else {Code.THROTTLED}
        possible = ({*self.codes, Code.SERVICE_UNAVAILABLE} | spent) - unkeyed
        codes = sorted(possible, key=lambda code: (STATUS[code], code))
        return [tuple(group) for _, group in groupby(codes, STATUS.__getitem__)]


@singledispatch
def facts_of(handler: object) -> Facts:
    """What there is to say of a handler. Raises TypeError for one of an unknown kind."""
    raise TypeError(handler)


@facts_of.register
def _(handler: Entry) -> Facts:
    answers = "Tokens" if handler.open else ""
    codes = (*handler.raises, *BODY) if handler.open else (*TOKEN, *BODY)
    return Facts(answers, codes, handler.status, handler.open, Body(handler.takes))


@facts_of.register
def _(handler: Lists) -> Facts:
    codes = (*TOKEN, *_hidden(handler.sight), Code.NOT_FOUND, Code.VALIDATION)
    return Facts(f"{handler.spec.table.typename}Page", codes, lists=handler.spec, files=True)


@facts_of.register
def _(handler: RowActions) -> Facts:
    codes = (*TOKEN, *_hidden(handler.entity), Code.NOT_FOUND)
    return Facts(f"{handler.entity.__name__}Actions", codes, acted_on=handler.entity)


@facts_of.register
def _(handler: Detail) -> Facts:
    codes = TOKEN if handler.own else (*TOKEN, *_hidden(handler.entity), Code.NOT_FOUND)
    return Facts(handler.entity.__name__, codes, tagged=True)


@facts_of.register
def _(handler: Events) -> Facts:
    del handler
    codes = (*TOKEN, Code.VALIDATION, Code.CURSOR_EXPIRED)
    return Facts("EventFeed", codes, parameters=FEED_PARAMETERS, streams=True)


@facts_of.register
def _(handler: Statistics) -> Facts:
    return Facts(f"{handler.entity.__name__}Statistics", TOKEN)


@facts_of.register
def _(handler: Search) -> Facts:
    del handler
    return Facts("SearchResults", (*TOKEN, Code.VALIDATION), searches=True)


@facts_of.register
def _(handler: Statement) -> Facts:
    del handler
    return Facts(
        "Statement", (*TOKEN, Code.NOT_FOUND, Code.VALIDATION), parameters=("from", "to", *OF_FILES), files=True
    )


@facts_of.register
def _(handler: NumberHistory) -> Facts:
    del handler
    codes = (*TOKEN, Code.NOT_FOUND, Code.VALIDATION)
    return Facts("NumberHistory", codes, parameters=("msisdn", "at", "page", "page_size"))


@facts_of.register
def _(handler: Balance) -> Facts:
    del handler
    return Facts("BalanceAt", (*TOKEN, Code.NOT_FOUND, Code.VALIDATION), parameters=("at",))


_FILES = (*TOKEN, Code.PERMISSION_DENIED, *BODY)


@facts_of.register
def _(handler: FileUpload) -> Facts:
    del handler
    return Facts("Upload", _FILES, 201, form=True)


@facts_of.register
def _(handler: FileStart) -> Facts:
    op = handler.start.operation
    if op.input is None:
        raise TypeError(handler)
    codes = tuple(dict.fromkeys((*codes_of(op), *BODY)))
    return Facts("Job", codes, HTTPStatus.ACCEPTED, body=Body(op.input), operation=op, form=True)


@facts_of.register
def _(handler: JobDetail) -> Facts:
    del handler
    return Facts("Job", (*TOKEN, Code.NOT_FOUND))


@facts_of.register
def _(handler: ResolveRow) -> Facts:
    return replace(facts_of(Write(handler.operation)), parameters=("register",))


@facts_of.register
def _(handler: ImportResult) -> Facts:
    del handler
    return Facts("", (*TOKEN, Code.PERMISSION_DENIED, Code.NOT_FOUND), file=True)


@facts_of.register
def _(handler: ImportTemplate) -> Facts:
    del handler
    return Facts("", (*TOKEN, Code.VALIDATION), parameters=("template_kind", "template_format"), file=True)


def _hidden(entity: type | None) -> tuple[Code, ...]:
    """Only users and webhooks are not for everybody to see."""
    return (Code.PERMISSION_DENIED,) if entity in {User, Webhook} else ()


def _rehearsed(op: Operation) -> str:
    """The entity that the answer of a dry run shows."""
    if op.starts_job:
        return Job.__name__
    return (op.answers[1] if op.answers else op.entity).__name__


@facts_of.register
def _(handler: Write) -> Facts:
    op = handler.operation
    return Facts(
        answers=_answer_of(handler),
        codes=tuple(dict.fromkeys((*codes_of(op), *(BODY if op.effect is not Effect.DELETE else ())))),
        status=handler.status,
        body=Body(op.input, handler.mode, handler.replace) if op.input and not handler.named else None,
        operation=op,
        dry_run=_rehearsed(op) if op.rehearsable else "",
    )


def _answer_of(handler: Write) -> str:
    """An action answers its entity wrapped up; a silent one, and a delete, nothing; what shows a secret, that too."""
    if handler.status == HTTPStatus.NO_CONTENT:
        return ""
    op = handler.operation
    if op.starts_job:
        return "Job"
    if op.answers:
        return op.answers[1].__name__
    if op.effect is Effect.ACTION:
        return f"{op.graphql[0].upper()}{op.graphql[1:]}Done"
    return f"{op.entity.__name__}Made" if op.extras else op.entity.__name__
