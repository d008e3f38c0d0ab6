"""Customers: people and organizations that contracts are made with (contract §1)."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from tortoise import fields

from models.entity import Entity, search_text
from models.texts import caseless, document_key


class CustomerStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    BLOCKED = "blocked"


class DocumentType(StrEnum):
    PASSPORT = "passport"
    ID_CARD = "id_card"
    DRIVER_LICENSE = "driver_license"
    FOREIGN_PASSPORT = "foreign_passport"


class CustomerType(StrEnum):
    INDIVIDUAL = "individual"
    ORGANIZATION = "organization"


class Customer(Entity):
    prefix: ClassVar[str] = "cus"
    unjournaled: ClassVar[frozenset[str]] = Entity.unjournaled | {"email_key", "document_key"}

    first_name = fields.CharField(max_length=255)
    last_name = fields.CharField(max_length=255)
    middle_name = fields.CharField(max_length=255, null=True)
    birth_date = fields.DateField(null=True)
    phone = fields.CharField(max_length=255)
    email = fields.CharField(max_length=255, null=True)
    email_key = fields.TextField(null=True, description="the caseless email, unique; nobody sees it")
    document_type = fields.CharEnumField(DocumentType, max_length=20, default=DocumentType.PASSPORT)
    document_number = fields.CharField(max_length=255)
    document_key = fields.TextField(description="what the number is compared by, unique in its type; nobody sees it")
    passport_issued_by = fields.CharField(max_length=255, null=True)
    passport_issue_date = fields.DateField(null=True)
    inn = fields.CharField(max_length=255, null=True)
    address = fields.TextField(null=True)
    customer_type = fields.CharEnumField(CustomerType, max_length=20, default=CustomerType.INDIVIDUAL)
    organization_name = fields.CharField(max_length=255, null=True)
    notes = fields.TextField(null=True)
    status = fields.CharEnumField(CustomerStatus, max_length=20, default=CustomerStatus.ACTIVE)
    search = fields.TextField()

    class Meta:
        table = "customers"

    def names(self) -> tuple[str | None, ...]:
        """All that a customer is called; contracts and tickets are found by it too."""
        return (self.last_name, self.first_name, self.middle_name, self.organization_name)

    def keys(self) -> dict[str, str | None]:
        """What `email_key` and `document_key` are to be."""
        email = None if self.email is None else caseless(self.email)
        return {"email_key": email, "document_key": document_key(self.document_number)}

    def searchable(self) -> str:
        return search_text((*self.names(), self.phone, self.email, self.document_number))
