"""Everything that can be refused: one table of codes and their HTTP statuses, one exception family.

    Fault                 a refusal with a code and a message
    ├── Invalid           a refusal of values, field by field
    ├── LimitExceeded     a refusal of what would take more than one request may
    └── Conflict          a refusal of a target that is not as the caller knows it (`resolvers/write/conflicts.py`)

Doors turn them into their own shape (REST: a status and a body; GraphQL: a `UserError` or a top-level error).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from resolvers.words import Message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tortoise.models import Model

    from models.entity import Entity


class Code(StrEnum):
    """Stable codes of refusals (contract §4); GraphQL spells them in upper case."""

    VALIDATION = "validation"
    INVALID_TRANSITION = "invalid_transition"
    INSUFFICIENT_FUNDS = "insufficient_funds"
    PROTECTED = "protected"
    PARSE_ERROR = "parse_error"
    NOT_AUTHENTICATED = "not_authenticated"
    TOKEN_NOT_VALID = "token_not_valid"  # noqa: S105 - a code, no secret
    INVALID_CREDENTIALS = "invalid_credentials"
    PERMISSION_DENIED = "permission_denied"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    CURSOR_EXPIRED = "cursor_expired"
    CONFLICT = "conflict"
    PAYLOAD_TOO_LARGE = "payload_too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    IDEMPOTENCY_MISMATCH = "idempotency_mismatch"
    LIMIT_EXCEEDED = "limit_exceeded"
    THROTTLED = "throttled"
    INTERNAL_ERROR = "internal_error"
    SERVICE_UNAVAILABLE = "service_unavailable"


STATUS: Mapping[Code, int] = {
    Code.VALIDATION: 400,
    Code.INVALID_TRANSITION: 400,
    Code.INSUFFICIENT_FUNDS: 400,
    Code.PROTECTED: 400,
    Code.PARSE_ERROR: 400,
    Code.LIMIT_EXCEEDED: 400,
    Code.NOT_AUTHENTICATED: 401,
    Code.TOKEN_NOT_VALID: 401,
    Code.INVALID_CREDENTIALS: 401,
    Code.PERMISSION_DENIED: 403,
    Code.NOT_FOUND: 404,
    Code.METHOD_NOT_ALLOWED: 405,
    Code.CURSOR_EXPIRED: 410,
    Code.CONFLICT: 412,
    Code.PAYLOAD_TOO_LARGE: 413,
    Code.UNSUPPORTED_MEDIA_TYPE: 415,
    Code.IDEMPOTENCY_MISMATCH: 422,
    Code.THROTTLED: 429,
    Code.INTERNAL_ERROR: 500,
    Code.SERVICE_UNAVAILABLE: 503,
}


class Fault(Exception):
    """A refusal. `field` names the argument at fault, snake_case; `retry_after` is in seconds."""

    def __init__(
        self, code: Code, message: Message, *, field: str | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(code.value)
        self.code = code
        self.message = message
        self.field = field
        self.retry_after = retry_after

    @property
    def status(self) -> int:
        return STATUS[self.code]


NO_FIELD = "non_field_errors"


class Invalid(Fault):
    """Refused values: for each field (snake_case; `NO_FIELD` where none fits) what is wrong with it."""

    def __init__(self, fields: Mapping[str, Sequence[Message]]) -> None:
        name, messages = next(iter(fields.items()))
        super().__init__(Code.VALIDATION, messages[0], field=name)
        self.fields = fields


class LimitExceeded(Fault):
    """More is asked for than one request may: which limit, how much was measured, how much is allowed."""

    def __init__(self, limit: str, measured: int, allowed: int) -> None:
        params = {"limit": Message(f"limit_{limit}"), "measured": measured, "allowed": allowed}
        key = "answer_too_large" if limit == "answer" else "limit_exceeded"
        super().__init__(Code.LIMIT_EXCEEDED, Message(key, params))
        self.limit = limit
        self.measured = measured
        self.allowed = allowed


def hold(limit: str, measured: int, allowed: int) -> None:
    """Raise `LimitExceeded` unless what was measured is allowed."""
    if measured > allowed:
        raise LimitExceeded(limit, measured, allowed)


def invalid(field: str, key: str, **params: object) -> Invalid:
    return Invalid({field: (Message(key, params),)})


def fault(code: Code, **params: object) -> Fault:
    """A refusal whose message stands in the catalogue under its code."""
    return Fault(code, Message(code.value, params))


def not_found(entity: type[Model], entity_id: int, field: str | None = None) -> Fault:
    """No such row; `field` where the id came in an argument rather than as the target."""
    params = {"entity": Message(entity.__name__), "id": entity_id}
    return Fault(Code.NOT_FOUND, Message("not_found", params), field=field)


def invalid_transition(row: Entity, status: StrEnum, allowed: Sequence[StrEnum], field: str | None = None) -> Fault:
    """A wrong state, of the target itself or of a neighbour that the action needs."""
    params = {
        "entity": Message(type(row).__name__),
        "id": row.id,
        "status": status,
        "allowed": tuple(allowed),
    }
    return Fault(Code.INVALID_TRANSITION, Message("invalid_transition", params), field=field)
