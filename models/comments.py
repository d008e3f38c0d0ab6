"""What is said on tickets (screens.md §1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tortoise import fields

from models.entity import Entity

if TYPE_CHECKING:
    from models.tickets import Ticket
    from models.users import User


class Comment(Entity):
    prefix: ClassVar[str] = "cmt"

    ticket: fields.ForeignKeyRelation[Ticket] = fields.ForeignKeyField(
        "models.Ticket", related_name="comments", on_delete=fields.RESTRICT
    )
    ticket_id: int
    author: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="comments", on_delete=fields.RESTRICT, null=True
    )
    author_id: int | None
    body = fields.TextField()
    is_internal = fields.BooleanField(default=False, description="for the staff alone")
    from_customer = fields.BooleanField(default=False, description="said by the customer, written down by the author")

    class Meta:
        table = "comments"
