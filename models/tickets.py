"""Support tickets (contract §1–2)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from tortoise import fields

from models.entity import Entity, search_text
from models.fields import MomentField

if TYPE_CHECKING:
    from models.contracts import Contract
    from models.customers import Customer
    from models.users import User


class TicketStatus(StrEnum):
    NEW = "new"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"


class TicketCategory(StrEnum):
    TECHNICAL = "technical"
    BILLING = "billing"
    TARIFF = "tariff"
    SIM = "sim"
    COMPLAINT = "complaint"
    OTHER = "other"


class TicketPriority(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


OPEN = (TicketStatus.NEW, TicketStatus.IN_PROGRESS, TicketStatus.WAITING)
"""The states in which somebody still has to do something about a ticket."""


class Ticket(Entity):
    prefix: ClassVar[str] = "tkt"

    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "models.Customer", related_name="tickets", on_delete=fields.RESTRICT
    )
    customer_id: int
    contract: fields.ForeignKeyNullableRelation[Contract] = fields.ForeignKeyField(
        "models.Contract", related_name="tickets", on_delete=fields.RESTRICT, null=True
    )
    contract_id: int | None
    subject = fields.CharField(max_length=255)
    description = fields.TextField()
    category = fields.CharEnumField(TicketCategory, max_length=20, default=TicketCategory.OTHER)
    priority = fields.CharEnumField(TicketPriority, max_length=20, default=TicketPriority.MEDIUM)
    status = fields.CharEnumField(TicketStatus, max_length=20, default=TicketStatus.NEW)
    notes = fields.TextField(null=True)
    resolution = fields.TextField(null=True)
    assigned_to: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="assigned_tickets", on_delete=fields.RESTRICT, null=True
    )
    assigned_to_id: int | None
    created_by: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "models.User", related_name="created_tickets", on_delete=fields.RESTRICT, null=True
    )
    created_by_id: int | None
    due_at = MomentField()
    assigned_at = MomentField(null=True)
    resolved_at = MomentField(null=True)
    closed_at = MomentField(null=True)
    first_response_due_at = MomentField(null=True)
    first_response_at = MomentField(null=True, description="when the staff first answered, or resolved it")
    search = fields.TextField()

    class Meta:
        table = "tickets"

    def searchable(self, customer: Customer) -> str:
        return search_text((self.subject, self.description, *customer.names()))
