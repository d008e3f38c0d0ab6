"""SIMs that are replaced, whose number it was, and numbers that rest (screens.md §1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from models.sims import SimStatus
from models.users import Role
from resolvers.faults import Code
from tests.contents import refused

pytestmark = pytest.mark.anyio


async def held(database, column, value):
    """SIM, number and contract of each binding, oldest first, and whether it lasts."""
    sql = f"SELECT sim_id, msisdn, contract_id, until IS NULL FROM sim_bindings WHERE {column} = $1 ORDER BY id"
    return [(*row[:3], bool(row[3])) for row in await database.fetch(sql, [value])]


# --- replacing ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"), [(None, "active"), ("sim.block", "active"), ("contract.suspend", "suspended")]
)
async def test_another_card_takes_over_the_number_and_the_contract(factory, database, before, after):
    contract = await factory.active_contract()
    old, new = await factory.sim_of(contract), await factory.sim()
    if before:
        await factory.run(before, old.id if before.startswith("sim") else contract.id)
    await factory.run("sim.replace", old.id, role=Role.OPERATOR, new_sim_id=new.id, reason="lost")
    gone, there = await factory.fresh(old), await factory.fresh(new)
    assert (gone.status, gone.contract_id, gone.msisdn) == (SimStatus.CLOSED, None, old.msisdn)
    assert (there.status, there.contract_id, there.msisdn) == (after, contract.id, old.msisdn)
    assert old.msisdn in there.search
    assert gone.deactivated_at is not None
    assert there.activated_at is not None
    assert await held(database, "contract_id", contract.id) == [
        (old.id, old.msisdn, contract.id, False),
        (new.id, old.msisdn, contract.id, True),
    ]


async def test_the_history_says_why_and_what_became_of_the_other(factory, database):
    contract = await factory.active_contract()
    old, new = await factory.sim_of(contract), await factory.sim()
    await factory.run("sim.replace", old.id, new_sim_id=new.id, reason="faulty")
    sql = "SELECT action, reason FROM audit_events WHERE entity = 'sim' AND entity_id = $1 ORDER BY id DESC LIMIT 1"
    assert await database.fetch(sql, [old.id]) == [("replace", "faulty")]
    assert await database.fetch(sql, [new.id]) == [("activate", None)]


async def test_the_number_that_was_given_up_is_free(factory):
    contract = await factory.active_contract()
    old, new = await factory.sim_of(contract), await factory.sim()
    await factory.run("sim.replace", old.id, new_sim_id=new.id, reason="upgrade")
    assert (await factory.sim(msisdn=new.msisdn)).msisdn == new.msisdn


async def test_only_a_bound_card_is_replaced_and_only_by_a_free_one(factory, database):
    contract = await factory.active_contract()
    old, new, blocked = await factory.sim_of(contract), await factory.sim(), await factory.sim()
    await factory.run("sim.block", blocked.id)
    for target, other, code in (
        (new, blocked, Code.INVALID_TRANSITION),
        (blocked, new, Code.INVALID_TRANSITION),
        (old, blocked, Code.INVALID_TRANSITION),
        (old, old, Code.INVALID_TRANSITION),
    ):
        fault = await refused(database, factory.run("sim.replace", target.id, new_sim_id=other.id, reason="lost"))
        assert fault.code is code
    missing = await refused(database, factory.run("sim.replace", old.id, new_sim_id=999, reason="lost"))
    assert (missing.code, missing.field) == (Code.NOT_FOUND, "new_sim_id")


# --- bindings -----------------------------------------------------------------------------------------------------


async def test_every_way_in_and_out_of_a_contract_is_kept(factory, database):
    contract = await factory.active_contract()
    sim = await factory.sim_of(contract)
    await factory.run("sim.deactivate", sim.id)
    await factory.run("sim.activate", sim.id, contract_id=contract.id)
    await factory.patch(sim, msisdn="+996550999999")
    await factory.run("contract.suspend", contract.id)
    await factory.run("contract.terminate", contract.id)
    assert await held(database, "sim_id", sim.id) == [
        (sim.id, sim.msisdn, contract.id, False),
        (sim.id, sim.msisdn, contract.id, False),
        (sim.id, "+996550999999", contract.id, False),
    ]


async def test_a_binding_begins_and_ends_when_it_did(factory, database):
    contract = await factory.active_contract()
    sim = await factory.sim_of(contract)
    await factory.run("sim.deactivate", sim.id)
    after = await factory.fresh(sim)
    ((since, until),) = await database.fetch("SELECT since, until FROM sim_bindings WHERE sim_id = $1", [sim.id])
    as_moment = lambda value: datetime.fromisoformat(value) if isinstance(value, str) else value  # noqa: E731
    assert (as_moment(since), as_moment(until)) == (sim.activated_at, after.deactivated_at)


async def test_a_deleted_sims_bindings_stay(factory, database):
    contract = await factory.active_contract()
    sim = await factory.sim_of(contract)
    await factory.run("sim.deactivate", sim.id)
    await factory.run("sim.delete", sim.id)
    assert len(await held(database, "sim_id", sim.id)) == 1


# --- numbers that rest --------------------------------------------------------------------------------------------

NOW = datetime(2027, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def resting(factory):
    """A context of the given moment, for an operator whose numbers rest for 30 days."""
    factory.settings = replace(factory.settings, number_quarantine_days=30)

    async def at(moment):
        return await factory.context(clock=lambda: moment)

    return at


CARD = {"iccid": "8999650000000099999", "imsi": "437050000099999"}


async def test_the_number_of_a_closed_sim_rests(factory, database, resting):
    sim = await factory.sim()
    await factory.run("sim.close", sim.id, context=await resting(NOW))
    await factory.run("sim.delete", sim.id, context=await resting(NOW))
    too_early = await resting(NOW + timedelta(days=30, microseconds=-1))
    fault = await refused(database, factory.run("sim.create", context=too_early, msisdn=sim.msisdn, **CARD))
    assert set(fault.fields) == {"msisdn"}
    other = await factory.sim()
    changed = factory.patch(other, msisdn=sim.msisdn)
    assert set((await refused(database, changed)).fields) == {"msisdn"}
    in_time = await resting(NOW + timedelta(days=30))
    await factory.run("sim.create", context=in_time, msisdn=sim.msisdn, **CARD)


async def test_unless_the_operator_says_so_it_does_not(factory):
    sim = await factory.sim()
    await factory.run("sim.close", sim.id)
    await factory.sim(msisdn=sim.msisdn)


async def test_a_number_that_moves_on_to_another_card_does_not(factory, resting):
    contract = await factory.active_contract()
    old, new = await factory.sim_of(contract), await factory.sim()
    await factory.run("sim.replace", old.id, context=await resting(NOW), new_sim_id=new.id, reason="lost")
    assert (await factory.fresh(new)).msisdn == old.msisdn
