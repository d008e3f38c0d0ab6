"""What values look like, for the documentation: by a field's name where that says more than its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models.contracts import ContractStatus
from models.users import Role
from resolvers.faults import Code
from resolvers.read.selection import Kind
from resolvers.words import Language, Message, say

if TYPE_CHECKING:
    from collections.abc import Mapping

BY_KIND: dict[Kind, Any] = {
    Kind.INTEGER: 1,
    Kind.NUMBER: 5400.5,
    Kind.TEXT: "…",
    Kind.TRUTH: True,
    Kind.HUNDREDTHS: "1000.00",
    Kind.MOMENT: "2026-01-31T08:00:00.123456Z",
    Kind.DAY: "2026-01-31",
    Kind.DOCUMENT: {"roaming": True},
}

BY_NAME: dict[str, Any] = {
    "access": "eyJ0eXAiOiJKV1QiLCJhbGc...",
    "action": "activate",
    "actor_name": "Осмонова Айгуль",
    "address": "г. Бишкек, ул. Ленина 1",
    "after": "5b226576656e74733a6964222c315d",
    "assigned_to_name": "Осмонова Айгуль",
    "birth_date": "1990-05-17",
    "body": "Проверили линию",
    "changes": {"status": ["draft", "active"], "activation_date": [None, "2026-01-31"]},
    "contract_number": "CTR-2026-000001",
    "customer_name": "Иванов Иван Иванович",
    "description": "Со вчерашнего вечера",
    "document_number": "ID1234567",
    "email": "ivan@example.com",
    "external_id": "70001234",
    "first_name": "Иван",
    "full_name": "Иванов Иван Иванович",
    "hint": "Xy9Q",
    "iccid": "8999650000000000001",
    "imsi": "437050000000001",
    "inn": "21705199000001",
    "last_name": "Иванов",
    "mapping": {"external_id": "Номер", "account": "Лицевой счёт", "amount": "Сумма", "taken_at": "Время"},
    "middle_name": "Иванович",
    "msisdn": "+996550123456",
    "key": "abk_7_kJ0w…",
    "name": "Безлимит",
    "networks": ["10.0.0.0/8"],
    "new_password": "a new long password",
    "notes": "Звонить после 18:00",
    "number": "CTR-2026-000001",
    "old_password": "your_password",
    "organization_name": "ОсОО «Ала-Тоо»",
    "passport_issue_date": "2020-01-01",
    "passport_issued_by": "МВД КР",
    "password": "your_password",
    "permissions": ["contract.add_balance", "ticket.resolve"],
    "phone": "+996550123456",
    "provider": "ЭлКарт",
    "puk_code": "12345678",
    "reason": "По просьбе клиента",
    "refresh": "eyJ0eXAiOiJKV1QiLCJhbGc...",
    "request_id": "0f8fad5bd9cb469fa16570867728950e",
    "remind_days": [3, 1],
    "resolution": "Проблема решена путем...",
    "resolution_time": 5400,
    "scopes": ["read", "payments"],
    "short_name": "Иванов И. И.",
    "subject": "Нет интернета",
    "tariff_name": "Безлимит",
    "transaction_id": "TXN-123",
    "time_zone": "Asia/Bishkek",
    "url": "https://partner.example/abonent",
    "username": "your_username",
    "when": "next_month",
}


def example(name: str, kind: Kind) -> Any:
    """An example of the value that a field of this name and kind has."""
    return BY_NAME.get(name, BY_KIND[kind])


CHANGE: Mapping[str, Any] = {"id": 1, "type": "contract", "action": "update", "fields": {"notes": [None, "VIP"]}}
_CONTRACT = {"entity": Message("Contract"), "id": 1}
_GAPS: Mapping[Code, Mapping[str, object]] = {
    Code.PARSE_ERROR: {"detail": Message("json_malformed", {"line": 1, "column": 14})},
    Code.PERMISSION_DENIED: {"roles": (Role.SUPERVISOR, Role.ADMIN)},
    Code.NOT_FOUND: _CONTRACT,
    Code.INVALID_TRANSITION: {
        **_CONTRACT,
        "status": ContractStatus.TERMINATED,
        "allowed": (ContractStatus.ACTIVE, ContractStatus.SUSPENDED),
    },
    Code.CONFLICT: _CONTRACT,
    Code.INSUFFICIENT_FUNDS: {"balance": "300.00", "amount": "500.00", "floor": "0.00"},
    Code.PROTECTED: {**_CONTRACT, "obstacles": (Message("payments"), Message("tickets"))},
    Code.PAYLOAD_TOO_LARGE: {"limit": 1_048_576},
    Code.THROTTLED: {"seconds": 30},
}
"""What stands in the gaps of a refusal's sentence."""


def refusal_of(code: Code, language: Language) -> dict[str, Any]:
    """A refusal with this code, as it is answered."""
    if code is Code.VALIDATION:
        return {"phone": [say(Message("required"), language)]}
    told = {"status": "error", "code": code.value, "message": say(Message(code.value, _GAPS.get(code, {})), language)}
    return told | ({"changes": [CHANGE]} if code is Code.CONFLICT else {})
