"""Random scripts of operations on a few rows, so that they meet in every state and order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from resolvers.faults import Code, Fault
from resolvers.write.inputs import Mode

if TYPE_CHECKING:
    from tests.factories import Factory

REFUSALS = {
    Code.INVALID_TRANSITION,
    Code.INSUFFICIENT_FUNDS,
    Code.PROTECTED,
    Code.VALIDATION,
    Code.NOT_FOUND,
}
"""What a script may run into; anything else is a fault of ours."""

TARGETED = {
    "customer": ("activate", "suspend", "block", "delete"),
    "sim": ("deactivate", "block", "unblock", "close", "delete"),
    "contract": ("suspend", "resume", "terminate", "delete"),
    "payment": ("submit", "process", "cancel", "fail", "refund", "delete"),
    "tariff": ("activate", "deactivate"),
}
PLAIN = [f"{entity}.{verb}" for entity, verbs in TARGETED.items() for verb in verbs]
WITH_ARGUMENTS = [
    "sim.activate",
    "contract.create",
    "contract.activate",
    "contract.add_balance",
    "contract.deduct_balance",
    "contract.update customer_id",
    "contract.update tariff_id",
    "contract.update credit_limit",
    "payment.create payment",
    "payment.create charge",
    "payment.create correction",
    "payment.update amount",
    "payment.update contract_id",
    "customer.update last_name",
    "ticket.create",
]

LIVELY = [
    "contract.suspend",
    "sim.block",
    "contract.activate",
    "contract.resume",
    "sim.activate",
    "sim.unblock",
    "customer.activate",
    "tariff.activate",
    "contract.add_balance",
    "payment.process",
    "payment.refund",
]
"""What keeps a script going, where the rest soon leads to its end: done more often."""

PASSED = {
    "sim.activate": ("contract_id",),
    "contract.create": ("customer_id", "tariff_id"),
    "contract.activate": ("sim_id",),
    "contract.add_balance": ("amount",),
    "contract.deduct_balance": ("amount",),
    "payment.create": ("contract_id", "transaction_type", "amount"),
    "ticket.create": ("customer_id", "contract_id", "subject", "description"),
}


@dataclass(frozen=True)
class Step:
    """What is done, to which row of each entity (counted round), and with how much money."""

    what: str
    which: int
    other: int
    amount: int


steps = st.builds(
    Step,
    what=st.sampled_from(PLAIN + WITH_ARGUMENTS + 4 * LIVELY),
    which=st.integers(0, 5),
    other=st.integers(0, 5),
    amount=st.integers(-120_00, 120_00),
)


@dataclass
class World:
    """The ids that a script works with; gone ones stay, to be asked for in vain."""

    factory: Factory
    ids: dict[str, list[int]] = field(default_factory=dict)

    @classmethod
    async def made(cls, factory: Factory) -> World:
        """Two customers with four contracts, of which two are served; SIMs to spare, payments to refund and process."""
        world = cls(factory)
        prepaid, postpaid = await factory.tariff(), await factory.postpaid()
        customers = [await factory.customer(), await factory.customer()]
        contracts = [
            await factory.active_contract(customer_id=customers[0].id, tariff_id=prepaid.id, balance="100"),
            await factory.active_contract(
                customer_id=customers[1].id, tariff_id=postpaid.id, credit_limit="50", balance="10"
            ),
            await factory.contract(customer_id=customers[0].id, tariff_id=postpaid.id, credit_limit="50"),
            await factory.contract(customer_id=customers[1].id, tariff_id=prepaid.id),
        ]
        sims = [await factory.sim_of(contract) for contract in contracts[:2]]
        sims += [await factory.sim() for _ in range(3)]
        payments = [await factory.payment(contract_id=contract.id, amount="60") for contract in contracts[:2]]
        await factory.run("payment.process", payments[0].id)
        world.ids["tariff"] = [prepaid.id, postpaid.id]
        world.ids["customer"] = [customer.id for customer in customers]
        world.ids["contract"] = [contract.id for contract in contracts]
        world.ids["sim"] = [sim.id for sim in sims]
        world.ids["payment"] = [payment.id for payment in payments]
        return world

    def one(self, entity: str, index: int) -> int:
        return self.ids[entity][index % len(self.ids[entity])]

    async def take(self, step: Step) -> bool:
        """Whether the step was done; False if it was refused."""
        operation, _, variant = step.what.partition(" ")
        entity, _, verb = operation.partition(".")
        creates = verb == "create"
        target = None if creates else self.one(entity, step.which)
        mode = Mode.PARTIAL if verb == "update" else Mode.FULL
        try:
            answer = await self.factory.run(operation, target, mode=mode, **self.arguments(operation, variant, step))
        except Fault as refusal:
            if refusal.code not in REFUSALS:
                raise
            return False
        if creates:
            self.ids.setdefault(entity, []).append(answer.outcome.id)
        return True

    def arguments(self, operation: str, variant: str, step: Step) -> dict[str, Any]:
        """What the step passes besides its target; an update changes one field."""
        amount = f"{step.amount / 100:.2f}"
        fields = {
            "customer_id": self.one("customer", step.other),
            "tariff_id": self.one("tariff", step.which),
            "contract_id": self.one("contract", step.other),
            "sim_id": self.one("sim", step.other),
            "amount": amount,
            "credit_limit": amount.removeprefix("-"),
            "last_name": f"Ёлкин{amount}",
            "transaction_type": variant,
            "subject": "Связь",
            "description": "Пропадает",
        }
        return {name: fields[name] for name in PASSED.get(operation, (variant,) if variant else ())}
