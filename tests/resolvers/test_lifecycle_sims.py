"""SIMs and the contracts that they are in (contract §1–2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from models.contracts import Contract
from resolvers.faults import Code, Invalid
from tests.contents import refused, refused_with
from tests.states import contract_in, sim_in

if TYPE_CHECKING:
    from models.database import Database
    from tests.factories import Factory


async def test_a_new_sim_is_free_and_in_no_contract(factory: Factory) -> None:
    sim = await factory.sim()
    assert (sim.status, sim.contract_id, sim.activated_at, sim.deactivated_at) == ("free", None, None, None)


async def test_activating_a_sim_for_a_draft_activates_the_contract(factory: Factory) -> None:
    contract, sim = await factory.contract(), await factory.sim()
    await factory.run("sim.activate", sim.id, contract_id=contract.id)
    contract, sim = await factory.fresh(contract), await factory.fresh(sim)
    assert (contract.status, sim.status, sim.contract_id) == ("active", "active", contract.id)
    assert contract.activation_date is not None
    assert contract.next_billing_date is not None
    assert sim.activated_at is not None


async def test_a_contract_that_lost_its_sim_takes_another(factory: Factory) -> None:
    contract = await factory.active_contract()
    await factory.run("sim.deactivate", (await factory.sim_of(contract)).id)
    assert (await factory.fresh(contract)).status == "active"
    sim = await factory.sim()
    await factory.run("sim.activate", sim.id, contract_id=contract.id)
    assert (await factory.fresh(sim)).status == "active"


@pytest.mark.parametrize("state", ["suspended", "suspended for its customer"])
async def test_a_sim_put_into_a_suspended_contract_is_suspended(factory: Factory, state: str) -> None:
    contract = await contract_in(factory, state)
    await factory.run("sim.deactivate", (await factory.sim_of(contract)).id)
    sim = await factory.sim()
    await factory.run("sim.activate", sim.id, contract_id=contract.id)
    sim = await factory.fresh(sim)
    assert (sim.status, sim.contract_id) == ("suspended", contract.id)


async def test_a_contract_that_has_a_sim_refuses_another(factory: Factory, database: Database) -> None:
    contract, sim = await factory.active_contract(), await factory.sim()
    attempt = factory.run("sim.activate", sim.id, contract_id=contract.id)
    assert (await refused_with(database, Code.INVALID_TRANSITION, attempt)).field == "contract_id"


async def test_even_a_blocked_sim_keeps_its_place_in_the_contract(factory: Factory, database: Database) -> None:
    contract, sim = await factory.active_contract(), await factory.sim()
    await factory.run("sim.block", (await factory.sim_of(contract)).id)
    attempt = factory.run("sim.activate", sim.id, contract_id=contract.id)
    await refused_with(database, Code.INVALID_TRANSITION, attempt)


async def test_a_terminated_contract_refuses_a_sim(factory: Factory, database: Database) -> None:
    contract, sim = await contract_in(factory, "terminated"), await factory.sim()
    attempt = factory.run("sim.activate", sim.id, contract_id=contract.id)
    assert (await refused_with(database, Code.INVALID_TRANSITION, attempt)).field == "contract_id"


async def test_a_draft_of_a_suspended_customer_refuses_a_sim(factory: Factory, database: Database) -> None:
    contract, sim = await factory.contract(), await factory.sim()
    await factory.run("customer.suspend", contract.customer_id)
    attempt = factory.run("sim.activate", sim.id, contract_id=contract.id)
    await refused_with(database, Code.INVALID_TRANSITION, attempt)


@pytest.mark.parametrize("state", ["active", "suspended"])
async def test_a_deactivated_sim_is_free_and_its_contract_goes_on(factory: Factory, state: str) -> None:
    sim = await sim_in(factory, state)
    contract_id = sim.contract_id
    assert contract_id is not None
    await factory.run("sim.deactivate", sim.id)
    sim = await factory.fresh(sim)
    assert (sim.status, sim.contract_id) == ("free", None)
    assert sim.deactivated_at is not None
    assert (await factory.get(Contract, contract_id)).status == state


async def test_a_deactivated_blocked_sim_leaves_its_contract_but_stays_blocked(factory: Factory) -> None:
    sim = await sim_in(factory, "bound and blocked")
    await factory.run("sim.deactivate", sim.id)
    sim = await factory.fresh(sim)
    assert (sim.status, sim.contract_id) == ("blocked", None)


@pytest.mark.parametrize("state", ["active", "suspended"])
async def test_a_blocked_sim_stays_in_its_contract_and_comes_back_as_it_implies(factory: Factory, state: str) -> None:
    sim = await sim_in(factory, state)
    await factory.run("sim.block", sim.id)
    assert (await factory.fresh(sim)).contract_id == sim.contract_id
    await factory.run("sim.unblock", sim.id)
    assert (await factory.fresh(sim)).status == state


async def test_an_unblocked_sim_follows_what_became_of_its_contract_meanwhile(factory: Factory) -> None:
    sim = await sim_in(factory, "bound and blocked")
    await factory.run("contract.suspend", sim.contract_id)
    await factory.run("sim.unblock", sim.id)
    assert (await factory.fresh(sim)).status == "suspended"


@pytest.mark.parametrize("field", ["iccid", "imsi", "msisdn"])
async def test_a_number_that_another_sim_has_is_refused_under_its_field(
    factory: Factory, database: Database, field: str
) -> None:
    first, second = await factory.sim(), await factory.sim()
    fault = await refused(database, factory.patch(second, **{field: getattr(first, field)}))
    assert isinstance(fault, Invalid)
    assert list(fault.fields) == [field]


async def test_the_phone_number_of_a_closed_sim_can_be_given_again(factory: Factory) -> None:
    first = await factory.sim()
    await factory.run("sim.close", first.id)
    assert (await factory.sim(msisdn=first.msisdn)).msisdn == first.msisdn


@pytest.mark.parametrize("state", ["free", "active", "suspended", "blocked"])
async def test_the_phone_number_of_any_other_sim_cannot(factory: Factory, database: Database, state: str) -> None:
    taken = (await sim_in(factory, state)).msisdn
    numbers = {"iccid": "1" * 19, "imsi": "2" * 15}
    fault = await refused_with(database, Code.VALIDATION, factory.run("sim.create", **numbers, msisdn=taken))
    assert fault.field == "msisdn"


async def test_a_missing_contract_is_told_under_the_argument(factory: Factory, database: Database) -> None:
    sim = await factory.sim()
    fault = await refused_with(database, Code.NOT_FOUND, factory.run("sim.activate", sim.id, contract_id=999))
    assert fault.field == "contract_id"


async def test_a_missing_sim_is_told_before_a_missing_contract(factory: Factory, database: Database) -> None:
    fault = await refused_with(database, Code.NOT_FOUND, factory.run("sim.activate", 999, contract_id=999))
    assert fault.field is None
