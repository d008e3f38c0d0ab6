"""The API described for programs, as OpenAPI 3.1, from the same declarations that answer its calls."""

from __future__ import annotations

from http import HTTPStatus
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from resolvers.faults import STATUS
from resolvers.identity.permissions import GRANTS
from resolvers.read.list_criteria import criteria
from resolvers.transfer.tables import MEDIA_TYPES
from resolvers.words import word
from resolvers.write.inputs import input_fields
from rest_compat.openapi import components, dry_runs, incoming, states
from rest_compat.openapi.call_facts import OF_FILES, facts_of
from rest_compat.openapi.components import body_example, refusal_name
from rest_compat.openapi.descriptions import Teller
from rest_compat.openapi.operation_ids import operation_id
from rest_compat.openapi.pieces import ref
from web.negotiation import STREAM

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from resolvers.words import Language
    from rest_compat.http import Endpoint
    from rest_compat.openapi.call_facts import Facts
    from rest_compat.openapi.pieces import Schema

JSON = "application/json"
FORM = "multipart/form-data"
ABOUT = (
    "Customers, SIM cards, tariffs, contracts, payments and support tickets of a mobile operator. "
    "Money is exact: amounts are answered as strings with two places, and taken as numbers or strings. "
    "Unknown parameters and fields are ignored. A path works without its trailing slash too."
)


def document(endpoints: Sequence[Endpoint], prefix: str, language: Language, root: str = "") -> dict[str, Any]:
    """The whole description, in one language; `root` is the prefix that a proxy puts in front of all paths."""
    tell = Teller(language)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(prefix + endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, tell)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Abonent REST API", "version": version("abonent"), "description": tell(ABOUT)},
        "servers": [{"url": root or "/"}],
        "tags": components.tags(tell),
        "security": [{"bearer": []}, {"key": []}],
        "paths": paths,
        "components": components.components([facts_of(endpoint.handler) for endpoint in endpoints], tell),
    }


AS_STREAM = (
    "Events as they happen, for as long as one listens: `id` is the cursor behind the event, `event` its "
    "type, `data` the event itself. Every 15 s a comment with an `id` alone, so that the cursor moves on. "
    "It begins behind `Last-Event-ID`, else behind `after`, else now, and ends with an `end`, whose "
    "`data` is a refusal, when the session or the token does."
)
"""Of the event feed as a stream."""
OF_LISTS = ("page", "page_size", *OF_FILES)
"""The parameters that every list takes."""


def _operation(endpoint: Endpoint, tell: Teller) -> dict[str, Any]:
    facts, about = facts_of(endpoint.handler), tell(endpoint.about)
    return {
        "operationId": operation_id(endpoint, facts),
        "tags": [endpoint.path.split("/")[1]],
        "summary": about.split(". ")[0].split("\n")[0].rstrip(".:"),
        "description": "\n\n".join((about, *_more(facts, tell))),
        "parameters": list(_parameters(endpoint, facts, tell)),
        "responses": _responses(facts, tell),
        **({"requestBody": _body(facts, tell)} if facts.body or facts.form else {}),
        **({"security": []} if facts.open else {}),
    }


def _more(facts: Facts, tell: Teller) -> Iterator[str]:
    """What a stream is; who may, and from which states."""
    if facts.streams:
        yield f"`Accept: {STREAM}`: {tell(AS_STREAM)}"
        yield f"`curl -N -H 'Accept: {STREAM}' -H 'Authorization: Bearer …' '…/api/events/?type=contract.*'`"
    op = facts.operation
    if op is None:
        return
    yield f"{tell('Who may:')} {', '.join(word(role, tell.language) for role in GRANTS[op.may])}."
    if op.moves:
        yield f"{tell('Possible in the states:')} {', '.join(f'`{state}`' for state in op.moves)}."


# --- what is sent -------------------------------------------------------------------------------------------------


def _parameters(endpoint: Endpoint, facts: Facts, tell: Teller) -> Iterator[Schema]:
    yield ref("parameters", "language")
    if "{id}" in endpoint.path:
        yield ref("parameters", "id")
    if "{delivery_id}" in endpoint.path:
        yield ref("parameters", "delivery_id")
    if facts.keyed:
        yield ref("parameters", "idempotency_key")
    if facts.dry_run:
        yield from (ref("parameters", name) for name in dry_runs.PARAMETERS)
    if facts.operation and facts.operation.takes_expected:
        yield ref("parameters", "if_match")
    if facts.tagged:
        yield ref("parameters", "if_none_match")
    yield from (ref("parameters", name) for name in facts.parameters)
    if facts.searches:
        yield from (ref("parameters", name) for name in ("q", "types", "page_size"))
    if facts.lists:
        yield from (ref("parameters", name) for name in OF_LISTS)
        yield from ([ref("parameters", "search")] if facts.lists.searchable else [])
        yield from (components.filter_parameter(criterion, tell) for criterion in criteria(facts.lists))
        yield components.ordering_parameter(facts.lists, tell)


def _body(facts: Facts, tell: Teller) -> Schema:
    body, content = facts.body, dict[str, Any]()
    if facts.form:
        content[FORM] = {"schema": incoming.form_schema(body.takes if body else None, tell)}
    if body:
        content[JSON] = {"schema": ref("schemas", body.name), "example": body_example(body)}
    required = facts.form or (body is not None and any(field.required for field in input_fields(body.takes)))
    return {"required": required, "content": content}


# --- what is answered ---------------------------------------------------------------------------------------------


def _responses(facts: Facts, tell: Teller) -> dict[str, Schema]:
    """Success first, then the refusals by status."""
    success: Schema = {"description": tell("Done.")}
    if facts.answers:
        success["content"] = {JSON: {"schema": ref("schemas", facts.answers)}}
    if facts.streams:
        success["content"][STREAM] = {"schema": {"type": "string", "description": tell(AS_STREAM)}}
    if facts.file:
        success["content"] = {}
    if facts.files or facts.file:
        success["content"] |= {media_type: {} for media_type in MEDIA_TYPES.values()}
    if facts.keyed:
        said = tell("`true` for the answer of an earlier call with the same key.")
        success["headers"] = {"Idempotent-Replayed": {"description": said, "schema": {"type": "string"}}}
    refusals = {str(STATUS[codes[0]]): ref("responses", refusal_name(codes)) for codes in facts.refusals}
    return {**_with_dry_run(facts, success, tell), **refusals}


def _with_dry_run(facts: Facts, success: Schema, tell: Teller) -> dict[str, Schema]:
    """By its status; a dry run answers 200, which may be that of success too."""
    if facts.tagged:
        return states.tagged_response(success, tell)
    if not facts.dry_run:
        return {str(facts.status): success}
    would = ref("schemas", dry_runs.dry_run_name(facts.dry_run))
    if facts.status != HTTPStatus.OK:
        dry = {"description": tell("A dry run: what would come of it."), "content": {JSON: {"schema": would}}}
        return {str(facts.status): success, "200": dry}
    done = success["content"][JSON]["schema"]
    return {"200": success | {"content": {JSON: {"schema": {"anyOf": [done, would]}}}}}
