"""What may be done with a row, as people see it."""

from __future__ import annotations

import strawberry

from schema.types.enums import ErrorCode


@strawberry.type(description="Why something is not allowed now.")
class ActionRefusal:
    """Why something is not allowed now."""

    code: ErrorCode = strawberry.field(description="The reason in a form that programs can rely on.")
    message: str = strawberry.field(description="The reason for people, in the language of the request.")
    field: str | None = strawberry.field(description="The field of the input at fault, if it is one.")


@strawberry.type(description="Something that can be done with a row, and whether it may be done now.")
class AvailableAction:
    """Something that can be done with a row."""

    name: str = strawberry.field(description="The mutation that does it.")
    allowed: bool = strawberry.field(description="Whether the caller may do it now, as far as no argument decides.")
    reason: ActionRefusal | None = strawberry.field(description="Why not, where it is not allowed.")
