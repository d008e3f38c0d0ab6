"""Rows in any state of their lifecycle, brought there by the operations that lead there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from models.contracts import Contract
    from models.customers import Customer
    from models.payments import Payment
    from models.sims import Sim
    from tests.factories import Factory

CUSTOMER_STATES = ("active", "suspended", "blocked")
SIM_STATES = ("free", "active", "suspended", "blocked", "bound and blocked", "closed")
CONTRACT_STATES = ("draft", "active", "suspended", "suspended for its customer", "terminated")
PAYMENT_STATES = ("pending", "processing", "success", "failed", "cancelled", "refunded")


async def customer_in(factory: Factory, state: str) -> Customer:
    customer = await factory.customer()
    if state != "active":
        await factory.run({"suspended": "customer.suspend", "blocked": "customer.block"}[state], customer.id)
    return await factory.fresh(customer)


async def sim_in(factory: Factory, state: str) -> Sim:
    if state in {"free", "blocked", "closed"}:
        sim = await factory.sim()
        if state != "free":
            await factory.run({"blocked": "sim.block", "closed": "sim.close"}[state], sim.id)
        return await factory.fresh(sim)
    contract = await factory.active_contract()
    sim = await factory.sim_of(contract)
    if state == "suspended":
        await factory.run("contract.suspend", contract.id)
    if state == "bound and blocked":
        await factory.run("sim.block", sim.id)
    return await factory.fresh(sim)


async def contract_in(factory: Factory, state: str) -> Contract:
    """With 100.00 on its account."""
    contract = await factory.contract() if state == "draft" else await factory.active_contract()
    await factory.run("contract.add_balance", contract.id, amount="100.00")
    if state == "suspended":
        await factory.run("contract.suspend", contract.id)
    if state == "suspended for its customer":
        await factory.run("customer.suspend", contract.customer_id)
    if state == "terminated":
        await factory.run("contract.terminate", contract.id)
    return await factory.fresh(contract)


async def payment_in(factory: Factory, state: str, **raw: object) -> Payment:
    """Of 100.00, on an active contract."""
    payment = await factory.payment(**{"contract_id": (await factory.active_contract()).id, **raw})
    ways = {
        "pending": (),
        "processing": ("submit",),
        "success": ("process",),
        "failed": ("fail",),
        "cancelled": ("cancel",),
        "refunded": ("process", "refund"),
    }
    for verb in ways[state]:
        await factory.run(f"payment.{verb}", payment.id)
    return await factory.fresh(payment)
