"""Writes: what an operation takes from a request's body, and what its answer looks like."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

import orjson
from starlette.responses import Response

from models.jobs import Job
from resolvers.faults import NO_FIELD, Code, Fault, Invalid, invalid
from resolvers.identity.permissions import require
from resolvers.value_kinds import hundredths_text
from resolvers.words import say
from resolvers.write.declaration import AMOUNTS, DRY_RUN
from resolvers.write.inputs import Mode, input_fields
from resolvers.write.operation import AMOUNT, Call, Effect, admit, perform
from rest_compat.dry_runs import applied, dry_run_asked, told_dry
from rest_compat.etags import expected_by
from rest_compat.http import answer, path_id
from rest_compat.representations import read
from web.request import idempotency_key, read_body, read_json, require_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from tortoise.models import Model

    from models.database import Reader
    from resolvers.context import Context
    from resolvers.write.operation import Answer, Operation, Outcome

DOCUMENT = "REST"
"""A replay is the first answer byte for byte, whatever its language (contract §2)."""
_STATUS = {Effect.CREATE: 201, Effect.UPDATE: 200, Effect.DELETE: 204, Effect.ACTION: 200}


@dataclass(frozen=True, slots=True)
class Write:
    """The handler of one operation."""

    operation: Operation
    mode: Mode = Mode.FULL
    replace: bool = False
    own: bool = False
    """It is about the caller's own profile, whatever the path."""
    silent: bool = False
    """There is nothing to answer but that it is done."""
    named: tuple[str, type[Model]] | None = None
    """The one argument stands in the path, as its last id: its name, and of what it is the id."""

    @property
    def asks_within(self) -> bool:
        """Nothing that it does before its transaction counts: it may be tried for whoever is presumed to call."""
        return self.operation.prepare is None and self.operation.reach is None

    @property
    def status(self) -> int:
        """Of its success; what is done later is only accepted."""
        if self.operation.starts_job:
            return HTTPStatus.ACCEPTED
        if self.operation.answers:
            return HTTPStatus.CREATED
        return 204 if self.silent else _STATUS[self.operation.effect]

    async def __call__(self, request: Request, context: Context) -> Response:
        try:
            done = await perform(context, await self._call(request, context))
        except Fault as refusal:
            raise spelt(self.operation, refusal) from refusal
        if done.outcome.dry:
            return applied(request, answer(done.body, context.language))
        return self._response(context, done)

    async def carried_out(self, context: Context, raw: Mapping[str, object], key: str | None) -> Response:
        """The answer to a call that makes something, with these arguments."""
        call = Call(self.operation, None, raw, _presented, self.mode, self.replace, key, DOCUMENT)
        try:
            done = await perform(context, call)
        except Fault as refusal:
            raise spelt(self.operation, refusal) from refusal
        return self._response(context, done)

    def _response(self, context: Context, done: Answer) -> Response:
        nothing = self.status == HTTPStatus.NO_CONTENT
        response = (
            Response(status_code=self.status)
            if nothing
            else answer(done.body, done.language or context.language, self.status)
        )
        if done.replayed:
            response.headers["Idempotent-Replayed"] = "true"
        return response

    async def _call(self, request: Request, context: Context) -> Call:
        """The call that the request asks for. Raises every refusal in the order of contract §3."""
        op, caller = self.operation, require(context, self.operation.may)
        target = caller.user_id if self.own else _target(request, op)
        try:
            key, raw = _key(request, op), await _arguments(request, op)
            if self.named is not None:
                raw[self.named[0]] = path_id(request, self.named[1], self.named[0])
            dry = dry_run_asked(request)
            if dry and not op.rehearsable:
                dry, raw = False, _with_own_dry_run(op, raw)
        except Fault:
            await admit(context, op, target)
            raise
        return Call(
            op,
            target,
            raw,
            _presented,
            self.mode,
            self.replace,
            key,
            DOCUMENT,
            dry_run=dry,
            expected=expected_by(request),
        )


def _target(request: Request, op: Operation) -> int | None:
    if op.only is not None:
        return op.only
    return None if op.effect is Effect.CREATE else path_id(request, op.entity)


# --- the body -----------------------------------------------------------------------------------------------------


async def body_of(request: Request) -> dict[str, object]:
    """The JSON object that was sent; nothing sent is an empty one.

    Raises `unsupported_media_type`, `payload_too_large`, `parse_error`, or `Invalid` for JSON that is no object.
    """
    body = await read_body(request)
    if not body:
        return {}
    require_json(request)
    value = read_json(body)
    if not isinstance(value, dict):
        raise invalid(NO_FIELD, "not_object")
    return value


async def _arguments(request: Request, op: Operation) -> dict[str, object]:
    """The body's values under the names of the operation's input."""
    if op.effect is Effect.DELETE:
        return {}
    body = await body_of(request)
    names = {} if op.input is None else {field.rest_name: field.name for field in input_fields(op.input)}
    if op.effect is Effect.ACTION:
        names[AMOUNT] = AMOUNT  # it is told where it would be passed over
    return {names[name]: value for name, value in body.items() if name in names}


def _with_own_dry_run(op: Operation, raw: dict[str, object]) -> dict[str, object]:
    """The arguments of a call whose dry run is one of them (a job's). Raises `Invalid` where there is none at all."""
    if op.input is None or all(field.name != DRY_RUN for field in input_fields(op.input)):
        raise invalid(DRY_RUN, "no_dry_run")
    return raw | {DRY_RUN: True}


def _key(request: Request, op: Operation) -> str | None:
    return idempotency_key(request) if op.keyed and request.method == "POST" else None


# --- the answer ---------------------------------------------------------------------------------------------------


async def _presented(context: Context, reader: Reader, outcome: Outcome) -> bytes:
    """The body of the answer, read inside the operation's transaction."""
    op = outcome.operation
    entity = await _entity(context, reader, outcome)
    if outcome.dry:
        return told_dry(outcome, context.language, entity or b"null", extras(outcome))
    if op.effect is Effect.ACTION and not op.starts_job and not op.answers:
        return _told(context, outcome, entity)
    made_with = op.effect is Effect.CREATE and op.extras
    return orjson.dumps({**orjson.loads(entity), **extras(outcome)}) if made_with else entity


async def _entity(context: Context, reader: Reader, outcome: Outcome) -> bytes:
    """The entity as it is now, or the job that was started; nothing of one that is deleted."""
    op = outcome.operation
    if op.effect is Effect.DELETE:
        return b""
    role = require(context, op.may).role
    if op.starts_job:
        return await read(reader, Job.__name__, outcome.notes.get("job_id", outcome.id), role, context.language)
    if op.answers:
        note, made = op.answers
        return await read(reader, made.__name__, outcome.notes[note], role, context.language)
    return await read(reader, op.entity.__name__, outcome.id, role, context.language)


def _told(context: Context, outcome: Outcome, entity: bytes) -> bytes:
    """An action's answer: what was done, the entity as it is now, and what else there is to tell."""
    told = {"status": "success", "message": say(outcome.message, context.language), "data": orjson.Fragment(entity)}
    return orjson.dumps(told | extras(outcome))


def extras(outcome: Outcome) -> dict[str, object]:
    """What the operation tells beside the entity: amounts as money, ids and seconds as numbers."""
    notes = {name: outcome.notes[name] for name in outcome.operation.extras}
    return {name: hundredths_text(note) if name in AMOUNTS else note for name, note in notes.items()}


def spelt(op: Operation, refusal: Fault) -> Fault:
    """The refusal in REST's spelling: fields under their names here, a related row that is missing as a bad value."""
    if op.input is None:
        return refusal
    names = {field.name: field.rest_name for field in input_fields(op.input)}
    if isinstance(refusal, Invalid):
        return Invalid({names.get(name, name): messages for name, messages in refusal.fields.items()})
    if refusal.code is Code.NOT_FOUND and refusal.field and op.effect is not Effect.ACTION:
        named = names.get(refusal.field, refusal.field)
        return Invalid({named: (refusal.message,)})
    return refusal
