"""Bad values are refused at the operation's edge, under the field's name, with nothing changed (contract §1)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from resolvers.faults import Invalid
from resolvers.write.inputs import Mode
from tests.contents import refused

if TYPE_CHECKING:
    from models.database import Database
    from tests.factories import Factory

NUL, LONE_SURROGATE = "a\x00b", "a\ud800b"
NOT_TEXT: tuple[Any, ...] = (5, True, Decimal("1.5"), [], {}, NUL, LONE_SURROGATE)
NOT_SHORT_TEXT = (*NOT_TEXT, "я" * 256)
NOT_LONG_TEXT = (*NOT_TEXT, "я" * 10_001)
NOT_AN_AMOUNT: tuple[Any, ...] = (
    "ten",
    "1,50",
    "1e2",
    "٣",
    " 5",
    "0x10",
    "NaN",
    "0.001",
    Decimal("0.001"),
    Decimal("NaN"),
    Decimal("sNaN"),
    Decimal("Infinity"),
    Decimal("1E+30"),
    Decimal("1E-30"),
    Decimal("1E+999999"),
    10**30,
    -(10**30),
    "1" + "0" * 30,
    "9" * 5000,
    "10000000000.00",
    float("nan"),
    1.5,
    True,
    [],
    {},
    NUL,
    LONE_SURROGATE,
)
NOT_A_CHOICE: tuple[Any, ...] = ("unknown", "CASH", "Prepaid", 5, True, [], {}, NUL, LONE_SURROGATE)
NOT_A_DAY: tuple[Any, ...] = (
    "2026-02-30",
    "2026-13-01",
    "31.01.2026",
    "2026-1-1",
    "20260101",
    "2026-01-01T00:00:00Z",
    "0000-00-00",
    "٢٠٢٦-٠١-٠١",
    20260101,
    True,
    [],
    {},
    NUL,
    LONE_SURROGATE,
)
NOT_A_REFERENCE: tuple[Any, ...] = (
    0,
    -1,
    2**31,
    10**30,
    Decimal("1.5"),
    "one",
    "1.0",
    "9" * 5000,
    True,
    [],
    {},
    NUL,
    LONE_SURROGATE,
)
NOT_A_PHONE = (*NOT_SHORT_TEXT, "phone", "12", "+", "+996" + "1" * 30)
NOT_AN_EMAIL = (*NOT_SHORT_TEXT, "aibek", "aibek@", "@example.com", "a b@example.com", "aibek@example")
NOT_19_DIGITS = (*NOT_SHORT_TEXT, "1" * 18, "1" * 21, "٣" * 19, "1" * 18 + "a")
NOT_15_DIGITS = (*NOT_SHORT_TEXT, "1" * 14, "1" * 16, "٣" * 15)
NOT_8_DIGITS = (*NOT_SHORT_TEXT, "1" * 7, "1" * 9, "٣" * 8)
REQUIRED: tuple[Any, ...] = (None, "", "   ", " \t\n")

CUSTOMER = {
    "first_name": (*NOT_SHORT_TEXT, *REQUIRED),
    "last_name": (*NOT_SHORT_TEXT, *REQUIRED),
    "middle_name": NOT_SHORT_TEXT,
    "birth_date": NOT_A_DAY,
    "phone": (*NOT_A_PHONE, *REQUIRED),
    "email": NOT_AN_EMAIL,
    "document_type": (*NOT_A_CHOICE, ""),
    "document_number": (*NOT_SHORT_TEXT, *REQUIRED),
    "passport_issued_by": NOT_SHORT_TEXT,
    "passport_issue_date": NOT_A_DAY,
    "inn": NOT_SHORT_TEXT,
    "address": NOT_LONG_TEXT,
    "customer_type": (*NOT_A_CHOICE, ""),
    "organization_name": NOT_SHORT_TEXT,
    "notes": NOT_LONG_TEXT,
}
SIM = {
    "iccid": (*NOT_19_DIGITS, *REQUIRED),
    "imsi": (*NOT_15_DIGITS, *REQUIRED),
    "msisdn": (*NOT_A_PHONE, *REQUIRED),
    "puk_code": NOT_8_DIGITS,
}
CONTRACT = {
    "customer_id": (*NOT_A_REFERENCE, None, ""),
    "tariff_id": (*NOT_A_REFERENCE, None, ""),
    "signed_date": (*NOT_A_DAY, ""),
    "credit_limit": (*NOT_AN_AMOUNT, "-0.01", -1, ""),
    "notes": NOT_LONG_TEXT,
    "external_id": NOT_SHORT_TEXT,
}
PAYMENT = {
    "contract_id": (*NOT_A_REFERENCE, None, ""),
    "transaction_type": (*NOT_A_CHOICE, ""),
    "amount": (*NOT_AN_AMOUNT, "0", 0, "-1", None, ""),
    "payment_method": (*NOT_A_CHOICE, ""),
    "transaction_id": NOT_SHORT_TEXT,
    "description": NOT_LONG_TEXT,
    "provider": NOT_SHORT_TEXT,
    "external_id": NOT_SHORT_TEXT,
}
ACTIONS = {
    "contract.add_balance": {"amount": (*NOT_AN_AMOUNT, "0", "-1", None, ""), "description": NOT_LONG_TEXT},
    "contract.deduct_balance": {"amount": (*NOT_AN_AMOUNT, "0", "-1", None, ""), "description": NOT_LONG_TEXT},
    "contract.activate": {"sim_id": (*NOT_A_REFERENCE, None, "")},
    "sim.activate": {"contract_id": (*NOT_A_REFERENCE, None, "")},
    "payment.cancel": {"reason": NOT_LONG_TEXT},
    "payment.fail": {"reason": NOT_LONG_TEXT},
    "payment.refund": {"reason": NOT_LONG_TEXT},
}


async def _whole(factory: Factory) -> dict[str, dict[str, Any]]:
    """For each entity what makes a good one."""
    contract = await factory.contract()
    return {
        "customer": {"first_name": "А", "last_name": "Б", "phone": "+996555111111", "document_number": "N1"},
        "sim": {"iccid": "3" * 19, "imsi": "4" * 15, "msisdn": "+996555222222"},
        "contract": {"customer_id": contract.customer_id, "tariff_id": contract.tariff_id},
        "payment": {"contract_id": contract.id, "amount": "5"},
    }


async def _names(factory: Factory, database: Database, name: str, target: int | None, raw: dict[str, Any], **how: Any):
    """The fields named by the refusal."""
    fault = await refused(database, factory.run(name, target, **raw, **how))
    assert isinstance(fault, Invalid)
    return list(fault.fields)


@pytest.mark.parametrize(
    ("entity", "table"),
    [("customer", CUSTOMER), ("sim", SIM), ("contract", CONTRACT), ("payment", PAYMENT)],
    ids=["customer", "sim", "contract", "payment"],
)
async def test_a_bad_value_is_refused_under_its_field_on_create_and_on_update(
    factory: Factory, database: Database, entity: str, table: dict[str, tuple[Any, ...]]
) -> None:
    whole = (await _whole(factory))[entity]
    row = await getattr(factory, entity)()
    for field, values in table.items():
        for value in values:
            told = await _names(factory, database, f"{entity}.create", None, {**whole, field: value})
            assert told == [field], (field, value)
        told = await _names(factory, database, f"{entity}.update", row.id, {field: values[0]}, mode=Mode.PARTIAL)
        assert told == [field]


@pytest.mark.parametrize(
    ("entity", "required"),
    [
        ("customer", ["first_name", "last_name", "phone", "document_number"]),
        ("sim", ["iccid", "imsi", "msisdn"]),
        ("contract", ["customer_id", "tariff_id"]),
        ("payment", ["contract_id", "amount"]),
    ],
)
async def test_every_missing_required_field_is_named_on_create_and_on_replace(
    factory: Factory, database: Database, entity: str, required: list[str]
) -> None:
    row = await getattr(factory, entity)()
    assert await _names(factory, database, f"{entity}.create", None, {}) == required
    assert await _names(factory, database, f"{entity}.update", row.id, {}) == required


@pytest.mark.parametrize("name", list(ACTIONS))
async def test_a_bad_argument_of_an_action_is_refused_under_its_name(
    factory: Factory, database: Database, name: str
) -> None:
    entity = name.partition(".")[0]
    target = (await getattr(factory, entity)()).id
    for field, values in ACTIONS[name].items():
        usual = {"amount": "5"} if name.endswith("balance") else {}
        for value in values:
            assert await _names(factory, database, name, target, {**usual, field: value}) == [field], (field, value)


@pytest.mark.parametrize("name", ["contract.add_balance", "contract.activate", "sim.activate"])
async def test_an_absent_argument_is_named(factory: Factory, database: Database, name: str) -> None:
    entity = name.partition(".")[0]
    target = (await getattr(factory, entity)()).id
    field = {"contract.add_balance": "amount", "contract.activate": "sim_id", "sim.activate": "contract_id"}[name]
    assert await _names(factory, database, name, target, {}) == [field]


async def test_all_bad_fields_are_named_at_once(factory: Factory, database: Database) -> None:
    bad = {"iccid": "x", "imsi": 5, "msisdn": NUL, "puk_code": "1"}
    assert await _names(factory, database, "sim.create", None, bad) == ["iccid", "imsi", "msisdn", "puk_code"]


async def test_read_only_and_unknown_fields_are_ignored(factory: Factory) -> None:
    customer = await factory.customer(status="blocked", id=77, full_name="Кто-то", nonsense={"a": [1]})
    assert (customer.status, customer.first_name) == ("active", "Айбек")


@pytest.mark.parametrize("text", ["я" * 255, "🐫" * 255, "o'Брайен; DROP TABLE customers", "<b>", "%_\\", "a\u202eb"])
async def test_any_other_text_is_taken_as_it_is(factory: Factory, text: str) -> None:
    assert (await factory.customer(last_name=text)).last_name == text
