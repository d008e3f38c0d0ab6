"""What OpenAPI keeps under `components`: schemas, parameters shared by many calls, the way to authenticate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from resolvers.faults import STATUS, Code
from resolvers.read.find import Findable, Reason
from resolvers.read.selection import Column, Comparison
from resolvers.read.tables import TABLES_BY_TYPENAME
from resolvers.transfer.tables import SEPARATORS, Format
from resolvers.value_kinds import Reference
from resolvers.write.inputs import Mode, input_fields
from rest_compat.http import CHALLENGE
from rest_compat.openapi import incoming, over_time
from rest_compat.openapi.actions import actions_schema
from rest_compat.openapi.dry_runs import dry_run_parameters, dry_run_schemas
from rest_compat.openapi.examples import BY_NAME, example, refusal_of
from rest_compat.openapi.pieces import Schema, parameter, ref
from rest_compat.openapi.schemas import (
    ID,
    MONEY,
    criterion_schema,
    description_of,
    entity_schema,
    enum_schemas,
    input_example,
    input_schema,
    statistics_schema,
)
from rest_compat.openapi.states import CONFLICT, conflict_schema, state_parameters
from rest_compat.query_string import LARGEST_PAGE, PAGE_SIZE
from schema.types.entities import TYPES
from schema.types.enums import CODES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from resolvers.read.list_criteria import Criterion
    from resolvers.read.selection import ListSpec
    from resolvers.write.operation import Operation
    from rest_compat.openapi.call_facts import Body, Facts
    from rest_compat.openapi.descriptions import Teller


def components(facts: Sequence[Facts], tell: Teller) -> Schema:
    """All components that calls with these facts refer to."""
    refusals = {codes for one in facts for codes in one.refusals}
    return {
        "securitySchemes": _schemes(tell),
        "parameters": dict(_parameters(tell)),
        "responses": {refusal_name(codes): _refusal(codes, tell) for codes in sorted(refusals)},
        "schemas": {
            **_shared(tell),
            **enum_schemas((one.body.takes for one in facts if one.body), tell),
            **_entities(tell),
            **dict(_of_facts(facts, tell)),
            **{one.answers: actions_schema(one.acted_on, tell) for one in facts if one.acted_on is not None},
            **dict(dry_run_schemas((one.dry_run for one in facts if one.dry_run), tell)),
        },
    }


def _schemes(tell: Teller) -> Schema:
    """How one says who is calling."""
    key = tell("A program's key, `abk_…`: it is made once (`POST /api/api-keys/`), and needs no log-in.")
    return {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
        "key": {"type": "http", "scheme": "bearer", "bearerFormat": "abk_<id>_<secret>", "description": key},
    }


# --- refusals -----------------------------------------------------------------------------------------------------


def refusal_name(codes: tuple[Code, ...]) -> str:
    """The name of the response that shows these refusals, all of one status."""
    return f"{STATUS[codes[0]]}-{'-'.join(codes)}"


def _refusal(codes: tuple[Code, ...], tell: Teller) -> Schema:
    """What each means, and how it looks."""
    forms = {_FORMS.get(code, "Error") for code in codes}
    schemas = [ref("schemas", form) for form in sorted(forms)]
    schema = schemas[0] if len(schemas) == 1 else {"anyOf": schemas}
    examples = {code.value: {"value": refusal_of(code, tell.language)} for code in codes}
    told = {
        "description": "\n\n".join(f"`{code}`: {tell(CODES[code])}" for code in codes),
        "content": {"application/json": {"schema": schema, "examples": examples}},
    }
    headers = _HEADERS.get(STATUS[codes[0]])
    return {**told, "headers": headers} if headers else told


_FORMS = {Code.VALIDATION: "ValidationError", Code.CONFLICT: CONFLICT}
_HEADERS: dict[int, Schema] = {
    401: {"WWW-Authenticate": {"schema": {"type": "string", "const": CHALLENGE}}},
    429: {"Retry-After": {"schema": {"type": "integer", "minimum": 1, "maximum": 60}}},
}


# --- parameters ---------------------------------------------------------------------------------------------------


def _parameters(tell: Teller) -> Iterator[tuple[str, Schema]]:
    said = tell("Id of the row.")
    yield "id", {"name": "id", "in": "path", "required": True, "description": said, "schema": ID, "example": 1}
    said = tell("Id of the delivery.")
    yield "delivery_id", {"name": "delivery_id", "in": "path", "required": True, "description": said, "schema": ID}
    said = tell("Language of messages and of words: `ru`, unless `en` is liked better.")
    yield "language", parameter("Accept-Language", said, {"type": "string"}, "en", place="header")
    said = tell("Makes a retry return the first answer: 1 to 255 printable ASCII characters, good for 24 hours.")
    key = {"type": "string", "pattern": "^[ -~]{1,255}$"}
    yield "idempotency_key", parameter("Idempotency-Key", said, key, "5f2d7a1e", place="header")
    yield from dry_run_parameters(tell)
    yield from state_parameters(tell)
    said = tell("Number of the page, from 1.")
    yield "page", parameter("page", said, {"type": "integer", "minimum": 1, "default": 1}, 1)
    said = tell("Rows to a page; more than 1000 is 1000.")
    size = {"type": "integer", "minimum": 1, "default": PAGE_SIZE}
    yield "page_size", parameter("page_size", said, size, min(50, LARGEST_PAGE))
    yield from _of_files(tell)
    said = tell("Words that each must be found in one of the search fields, whatever the case of their letters.")
    yield "search", parameter("search", said, {"type": "string", "maxLength": 255}, "Иван")

    said = tell("What is known: a number or its last digits, a document, a contract, a name, in any spelling.")
    text = {"type": "string", "minLength": 1, "maxLength": 255}
    yield "q", {**parameter("q", said, text, "0550 12-34-56"), "required": True}
    said = tell("What to search over, separated by commas: customer, contract, sim, payment, ticket; all unless given.")
    yield "types", parameter("types", said, {"type": "string"}, "customer,sim")
    yield from over_time.parameters(tell)
    yield from incoming.parameters(tell)
    yield from ((f"feed_{name}", one) for name, one in _feed_parameters(tell))


def _feed_parameters(tell: Teller) -> Iterator[tuple[str, Schema]]:
    """What the event feed can be asked. Lists are given by repeating the parameter."""
    text: Schema = {"type": "string"}
    texts: Schema = {"type": "array", "items": text}
    ids: Schema = {"type": "array", "items": ID}
    size: Schema = {"type": "integer", "minimum": 1, "default": 100}
    for name, said, schema, shown in (
        ("after", "Cursor to go on from; `now`: from here on; without it from the beginning.", text, "now"),
        ("limit", "Events to the page; more than 1000 is 1000.", size, 100),
        ("wait", "Seconds to wait for something to happen, at most 30.", {"type": "number", "minimum": 0}, 10),
        ("type", "Events of any of these types; `contract.*` and `*.delete` are wildcards.", texts, ["contract.*"]),
        ("entity", "Events of any of these kinds of entities.", texts, ["contract"]),
        ("entity_id", "Events of the entities with these ids.", ids, [1]),
        ("request_id", "Events of the calls with these ids, cascades included.", texts, ["5f2d7a1e"]),
        ("actor_id", "What these users did.", ids, [1]),
    ):
        yield name, parameter(name, tell(said), schema, shown)
    said = tell("Of a stream: the `id` that came last; goes before `after`.")
    yield "last_event_id", parameter("Last-Event-ID", said, text, "5b2265", place="header")


def _of_files(tell: Teller) -> Iterator[tuple[str, Schema]]:
    """How a whole list is asked for as a file."""
    said = tell("All rows at once, as a file of this kind; goes before `Accept`. Without it, a page as JSON.")
    forms = {"type": "string", "enum": ["json", *(form.value for form in Format)]}
    yield "format", parameter("format", said, forms, "csv")
    said = tell("The columns of a file, by comma; all, unless given.")
    yield "columns", parameter("columns", said, {"type": "string"}, "id")
    said = tell("`words`: headings in the language of `Accept-Language`, and no text that a spreadsheet would run.")
    yield "headings", parameter("headings", said, {"type": "string", "enum": ["names", "words"]}, "words")
    said = tell("What stands between the cells of a CSV.")
    yield "separator", parameter("separator", said, {"type": "string", "enum": list(SEPARATORS)}, ";")
    said = tell("`1`: a CSV begins with a byte order mark.")
    yield "bom", parameter("bom", said, {"type": "string", "enum": ["0", "1"]}, "1")


def filter_parameter(criterion: Criterion, tell: Teller) -> Schema:
    """A filter in a query string."""
    shown = _example(criterion)
    said = f"{tell(criterion.filter.description)} {tell(_BOUNDS[criterion.suffix])}".strip()
    return parameter(criterion.name, said, criterion_schema(criterion), shown)


def _example(criterion: Criterion) -> Any:
    source = criterion.filter.source
    if criterion.comparison is Comparison.IS_NULL:
        return True
    one = next(iter(source.choices)).value if source.choices else example(criterion.filter.name, source.kind)
    return str(one) if criterion.comparison is Comparison.IN else one


_BOUNDS = {
    "": "",
    "_after": "From this moment on; a bare date is that day's beginning.",
    "_before": "Up to this moment; a bare date is that day's end.",
    "_in": "Any of the values, separated by commas.",
    "_min": "At least this.",
    "_max": "At most this.",
    "_is_null": "",
}


def ordering_parameter(spec: ListSpec, tell: Teller) -> Schema:
    """How a list can be ordered."""
    names = ", ".join(f"`{column.field}`" for column in spec.orderable)
    usual = ",".join(
        f"{'-' if term.descending else ''}{term.source.name}"
        for term in spec.default_order
        if isinstance(term.source, Column)
    )
    said = tell("Fields to order by, separated by commas, `-` before one for descending:")
    return parameter("ordering", f"{said} {names}.", {"type": "string", "default": usual}, "-id")


# --- schemas ------------------------------------------------------------------------------------------------------


def _shared(tell: Teller) -> dict[str, Schema]:
    text = {"type": "string"}
    token = {"type": "string", "examples": [BY_NAME["access"]]}
    return {
        "Error": {
            "type": "object",
            "description": tell("A refusal."),
            "required": ["status", "code", "message"],
            "properties": {
                "status": {"type": "string", "const": "error"},
                "code": {**text, "description": tell("Stable code of the refusal.")},
                "message": {**text, "description": tell("What is wrong, for people, in the language of the answer.")},
            },
        },
        CONFLICT: conflict_schema(tell),
        "ValidationError": {
            "type": "object",
            "description": tell(
                "Values that were refused: by field, what is wrong; `non_field_errors` where none fits."
            ),
            "minProperties": 1,
            "additionalProperties": {"type": "array", "minItems": 1, "items": text},
        },
        "Tokens": {
            "type": "object",
            "required": ["access", "refresh"],
            "properties": {
                "access": {**token, "description": tell("Sent with every call; good for an hour.")},
                "refresh": {**token, "description": tell("To be exchanged for a new pair; good once, for seven days.")},
            },
        },
    }


def _search_results(tell: Teller) -> Schema:
    found = {
        "type": {"type": "string", "enum": [one.value for one in Findable]},
        "match": {"type": "string", "description": tell("What of it was found, as it is kept.")},
        "reason": {"type": "string", "enum": [one.value for one in Reason]},
        "node": {"anyOf": [ref("schemas", one.title()) for one in Findable]},
    }
    result = {"type": "object", "required": list(found), "properties": found}
    return {
        "type": "object",
        "required": ["results"],
        "properties": {"results": {"type": "array", "items": result}},
    }


def _entities(tell: Teller) -> dict[str, Schema]:
    return {typename: entity_schema(typename, tell) for typename in TYPES}


def _of_facts(facts: Iterable[Facts], tell: Teller) -> Iterator[tuple[str, Schema]]:
    """The bodies, pages, answers of actions and statistics that these calls take and give."""
    for one in facts:
        if one.body:
            yield one.body.name, input_schema(one.body.takes, tell, one.body.mode, replace=one.body.replace)
        if one.lists:
            yield one.answers, _page(one.lists.table.typename, tell)
        if one.answers == "EventFeed":
            yield one.answers, _feed(tell)
        if one.operation and one.answers.endswith("Done"):
            yield one.answers, _done(one.operation, tell)
        if one.operation and one.answers.endswith("Made"):
            yield one.answers, _made(one.operation, tell)
        if one.answers.endswith("Statistics"):
            yield one.answers, statistics_schema(one.answers, tell)
        if one.answers in _ANSWERS:
            yield one.answers, _ANSWERS[one.answers](tell)
        if one.searches:
            yield one.answers, _search_results(tell)


def _page(typename: str, tell: Teller) -> Schema:
    link = {"type": ["string", "null"], "format": "uri"}
    return {
        "type": "object",
        "required": ["count", "next", "previous", "results"],
        "properties": {
            "count": {"type": "integer", "description": tell("How many rows there are on all pages.")},
            "next": {**link, "description": tell("Address of the next page, if there is one.")},
            "previous": {**link, "description": tell("Address of the previous page, if there is one.")},
            "results": {"type": "array", "items": ref("schemas", typename)},
        },
    }


def _number_history(tell: Teller) -> Schema:
    return _page("SimBinding", tell)


_ANSWERS = {**over_time.ANSWERS, **incoming.ANSWERS, "NumberHistory": _number_history}


def _feed(tell: Teller) -> Schema:
    """A page of the event feed."""
    return {
        "type": "object",
        "required": ["results", "next", "has_more"],
        "properties": {
            "results": {"type": "array", "items": ref("schemas", "Event")},
            "next": {"type": "string", "description": tell("From where to go on, as `after`. Good for ever.")},
            "has_more": {"type": "boolean", "description": tell("Whether there may be more already.")},
        },
    }


EXTRAS: dict[str, tuple[Schema, str]] = {
    "old_balance": (MONEY, "Balance before."),
    "new_balance": (MONEY, "Balance afterwards."),
    "amount": (MONEY, "How much was moved."),
    "balance_after": (MONEY, "Balance of the contract afterwards."),
    "resolution_time": ({"type": "integer"}, "Whole seconds from opening to resolution."),
    "http_status": ({"type": ["integer", "null"]}, "The answer's status; null where none came."),
    "duration_ms": ({"type": "integer"}, "How long it took, in milliseconds."),
    "error": ({"type": ["string", "null"]}, "Why it was not taken; null if it was."),
    "secret": ({"type": "string"}, "The secret that signs, `whsec_…`, shown this once."),
    "key": ({"type": "string"}, "The key, shown now and never again."),
}
"""What answers tell beside the entity."""


def _done(operation: Operation, tell: Teller) -> Schema:
    """The answer of an action."""
    extras = {name: {**schema, "description": tell(said)} for name, (schema, said) in EXTRAS.items()}
    properties = {
        "status": {"type": "string", "const": "success"},
        "message": {"type": "string", "description": tell("What was done, for people.")},
        "data": ref("schemas", operation.entity.__name__),
        **{name: extras[name] for name in operation.extras},
    }
    return {"type": "object", "required": list(properties), "properties": properties}


def _made(operation: Operation, tell: Teller) -> Schema:
    """The answer of a create that tells something beside the entity, once."""
    told = {name: {**EXTRAS[name][0], "description": tell(EXTRAS[name][1])} for name in operation.extras}
    beside = {"type": "object", "required": list(told), "properties": told}
    return {"allOf": [ref("schemas", operation.entity.__name__), beside]}


def body_example(body: Body) -> Schema:
    """A body as one would send it: what must be there, or else all that can be; a partial one changes one field."""
    fields = list(input_fields(body.takes))
    needed = [field for field in fields if field.required] or fields
    if body.mode is Mode.PARTIAL:
        needed = [field for field in fields if not field.required and not isinstance(field.kind, Reference)][:1]
    return {field.rest_name: input_example(field) for field in needed}


def tags(tell: Teller) -> list[Schema]:
    """The groups in which the documentation shows the calls."""
    entities = [
        {"name": TABLES_BY_TYPENAME[typename].path, "description": tell(description_of(typename))}
        for typename in _GROUPS
    ]
    auth = {"name": "auth", "description": tell("Logging in, staying logged in, logging out.")}
    others = {
        "events": "The event feed: all that has happened.",
        "search": "One search over everything.",
        "numbers": "Phone numbers: whose they were.",
        "files": "Files that are to be brought in.",
        "registers": "Registers of payment providers, laid beside our payments.",
        "imports": "Whole files brought in, row by row.",
        "billing": "Monthly fees: the policy, and the runs that settle what is due.",
    }
    return [auth, *entities, *({"name": name, "description": tell(said)} for name, said in others.items())]


_GROUPS = (
    *("Customer", "Sim", "Tariff", "Contract", "Payment", "Ticket", "Comment", "User", "ApiKey", "Job", "Webhook"),
    "PaymentProvider",
)
