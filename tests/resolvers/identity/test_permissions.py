"""Who may do what with customers, SIMs, contracts and payments: the table of contract §3, cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from models.users import Role
from resolvers.faults import Code, Invalid
from resolvers.write.inputs import Mode
from tests.contents import refused, refused_with
from tests.states import contract_in, customer_in, payment_in, sim_in

if TYPE_CHECKING:
    from models.database import Database
    from models.entity import Entity
    from tests.factories import Factory

FROM_OPERATOR = {Role.OPERATOR, Role.SUPERVISOR, Role.ADMIN}
FROM_SUPERVISOR = {Role.SUPERVISOR, Role.ADMIN}

TABLE: dict[str, set[Role]] = {
    "customer.create": FROM_OPERATOR,
    "customer.update": FROM_OPERATOR,
    "customer.activate": FROM_OPERATOR,
    "customer.suspend": FROM_OPERATOR,
    "customer.block": FROM_OPERATOR,
    "customer.delete": FROM_SUPERVISOR,
    "sim.create": FROM_OPERATOR,
    "sim.update": FROM_OPERATOR,
    "sim.activate": FROM_OPERATOR,
    "sim.deactivate": FROM_OPERATOR,
    "sim.block": FROM_OPERATOR,
    "sim.unblock": FROM_OPERATOR,
    "sim.close": FROM_OPERATOR,
    "sim.delete": FROM_SUPERVISOR,
    "contract.create": FROM_OPERATOR,
    "contract.update": FROM_OPERATOR,
    "contract.activate": FROM_OPERATOR,
    "contract.suspend": FROM_OPERATOR,
    "contract.resume": FROM_OPERATOR,
    "contract.terminate": FROM_OPERATOR,
    "contract.add_balance": FROM_OPERATOR,
    "contract.deduct_balance": FROM_OPERATOR,
    "contract.delete": FROM_SUPERVISOR,
    "payment.create": FROM_OPERATOR,
    "payment.create a correction": FROM_SUPERVISOR,
    "payment.update": FROM_OPERATOR,
    "payment.submit": FROM_OPERATOR,
    "payment.process": FROM_OPERATOR,
    "payment.cancel": FROM_OPERATOR,
    "payment.fail": FROM_OPERATOR,
    "payment.refund": FROM_SUPERVISOR,
    "payment.delete": FROM_SUPERVISOR,
}

STATE_FOR = {
    "customer.activate": "suspended",
    "sim.deactivate": "active",
    "sim.unblock": "blocked",
    "contract.suspend": "active",
    "contract.resume": "suspended",
    "payment.refund": "success",
}
"""In which state the target may be acted on, where it is not the first one."""


async def _target(factory: Factory, name: str) -> Entity | None:
    """A row on which this may be done."""
    entity, _, verb = name.partition(".")
    if verb.startswith("create"):
        return None
    first = {"customer": "active", "sim": "free", "contract": "draft", "payment": "pending"}[entity]
    row_in: Any = {"customer": customer_in, "sim": sim_in, "contract": contract_in, "payment": payment_in}[entity]
    if name == "contract.delete":
        return await factory.contract()
    row: Entity = await row_in(factory, STATE_FOR.get(name, first))
    return row


ARGUMENTS: dict[str, dict[str, Any]] = {
    "customer.create": {"first_name": "А", "last_name": "Б", "phone": "+996555111111", "document_number": "D1"},
    "customer.update": {"notes": "Звонил"},
    "sim.create": {"iccid": "1" * 19, "imsi": "2" * 15, "msisdn": "+996777111111"},
    "sim.update": {"puk_code": "11112222"},
    "contract.update": {"notes": "Звонил"},
    "contract.add_balance": {"amount": "5"},
    "contract.deduct_balance": {"amount": "5"},
    "payment.create": {"amount": "5"},
    "payment.create a correction": {"amount": "5", "transaction_type": "correction"},
    "payment.update": {"description": "Аванс"},
}
REFERENCES = {
    "sim.activate": {"contract_id": "contract"},
    "contract.create": {"customer_id": "customer", "tariff_id": "tariff"},
    "contract.activate": {"sim_id": "sim"},
    "payment.create": {"contract_id": "contract"},
    "payment.create a correction": {"contract_id": "contract"},
}
"""Arguments that are the id of a new row."""


async def _arguments(factory: Factory, row: str) -> dict[str, Any]:
    """Good ones."""
    references = REFERENCES.get(row, {})
    made = {name: (await getattr(factory, entity)()).id for name, entity in references.items()}
    return {**ARGUMENTS.get(row, {}), **made}


@pytest.mark.parametrize("role", list(Role))
async def test_each_cell_of_the_table(
    factory: Factory, database: Database, subtests: pytest.Subtests, role: Role
) -> None:
    for row, roles in TABLE.items():
        with subtests.test(f"{role}: {row}"):
            name, target, raw = row.partition(" ")[0], await _target(factory, row), await _arguments(factory, row)
            call = factory.run(name, target and target.id, role=role, mode=Mode.PARTIAL, **raw)
            if role in roles:
                await call
            else:
                await refused_with(database, Code.PERMISSION_DENIED, call)


async def test_nobody_does_anything(factory: Factory, database: Database, subtests: pytest.Subtests) -> None:
    for row in TABLE:
        name = row.partition(" ")[0]
        with subtests.test(name):
            raw = await _arguments(factory, row)
            await refused_with(database, Code.NOT_AUTHENTICATED, factory.run(name, 1, role=None, **raw))


async def test_a_refused_token_is_told_from_none(factory: Factory, database: Database) -> None:
    context = await factory.context(None, token_refused=True)
    await refused_with(database, Code.TOKEN_NOT_VALID, factory.run("customer.suspend", 1, context=context))


@pytest.mark.parametrize("name", ["contract.add_balance", "sim.update", "contract.activate"])
async def test_refusals_come_in_the_order_401_403_404_400(factory: Factory, database: Database, name: str) -> None:
    bad = {"amount": "none", "iccid": "none", "sim_id": "none"}
    existing = (await getattr(factory, name.partition(".")[0])()).id
    await refused_with(database, Code.NOT_AUTHENTICATED, factory.run(name, 999, role=None, **bad))
    await refused_with(database, Code.PERMISSION_DENIED, factory.run(name, 999, role=Role.EMPLOYEE, **bad))
    await refused_with(database, Code.NOT_FOUND, factory.run(name, 999, role=Role.OPERATOR, **bad))
    assert isinstance(await refused(database, factory.run(name, existing, role=Role.OPERATOR, **bad)), Invalid)


async def test_a_wrong_state_is_told_only_to_whom_may_act(factory: Factory, database: Database) -> None:
    payment = await payment_in(factory, "cancelled")
    attempt = factory.run("payment.refund", payment.id, role=Role.OPERATOR)
    await refused_with(database, Code.PERMISSION_DENIED, attempt)


async def test_a_correction_is_refused_before_what_is_wrong_with_it(factory: Factory, database: Database) -> None:
    raw = {"contract_id": 999, "amount": "none", "transaction_type": "correction"}
    attempt = factory.run("payment.create", role=Role.OPERATOR, **raw)
    await refused_with(database, Code.PERMISSION_DENIED, attempt)
