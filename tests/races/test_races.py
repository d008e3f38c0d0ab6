"""Two clients that race for one row get one success and one refusal, from two processes, on both databases (§2)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from models.users import Role
from tests.properties.rules import breaches
from tests.races.racers import Attempt, Racers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.database import Database
    from tests.factories import Factory


@pytest.fixture(scope="module")
def racers() -> Iterator[Racers]:
    made = Racers()
    yield made
    made.close()


async def _results(racers: Racers, factory: Factory, attempts: list[Attempt]) -> Counter[str]:
    finishes = await racers.run(factory, factory.callers[Role.SUPERVISOR], attempts)
    return Counter(finish.result for finish in finishes)


async def test_fifty_deposits_at_once_are_all_kept(racers: Racers, factory: Factory, database: Database) -> None:
    contract = await factory.active_contract()
    deposit = Attempt("contract.add_balance", contract.id, {"amount": "10"})
    assert await _results(racers, factory, [deposit] * 50) == {"ok": 50}
    assert (await factory.fresh(contract)).balance == 500_00
    assert await breaches(database) == {}


async def test_charges_at_once_take_no_more_than_there_is(racers: Racers, factory: Factory, database: Database) -> None:
    contract = await factory.active_contract(balance="100")
    charge = Attempt("contract.deduct_balance", contract.id, {"amount": "30"})
    assert await _results(racers, factory, [charge] * 10) == {"ok": 3, "insufficient_funds": 7}
    assert (await factory.fresh(contract)).balance == 10_00
    assert await breaches(database) == {}


@pytest.mark.parametrize("asked", ["contract", "sim"])
async def test_one_sim_goes_to_one_of_ten_contracts(
    racers: Racers, factory: Factory, database: Database, asked: str
) -> None:
    sim, contracts = await factory.sim(), [await factory.contract() for _ in range(10)]
    attempts = [
        Attempt("contract.activate", contract.id, {"sim_id": sim.id})
        if asked == "contract"
        else Attempt("sim.activate", sim.id, {"contract_id": contract.id})
        for contract in contracts
    ]
    assert await _results(racers, factory, attempts) == {"ok": 1, "invalid_transition": 9}
    states = Counter([(await factory.fresh(contract)).status.value for contract in contracts])
    assert states == {"draft": 9, "active": 1}
    assert await breaches(database) == {}


async def test_one_contract_gets_one_of_ten_sims(racers: Racers, factory: Factory, database: Database) -> None:
    contract, sims = await factory.contract(), [await factory.sim() for _ in range(10)]
    attempts = [
        Attempt("contract.activate", contract.id, {"sim_id": sim.id})
        if number % 3
        else Attempt("sim.activate", sim.id, {"contract_id": contract.id})
        for number, sim in enumerate(sims)
    ]
    assert await _results(racers, factory, attempts) == {"ok": 1, "invalid_transition": 9}
    assert Counter([(await factory.fresh(sim)).status.value for sim in sims]) == {"free": 9, "active": 1}
    assert await breaches(database) == {}


async def test_a_payment_processed_ten_times_posts_once(racers: Racers, factory: Factory, database: Database) -> None:
    payment = await factory.payment(amount="10")
    process = Attempt("payment.process", payment.id, {})
    assert await _results(racers, factory, [process] * 10) == {"ok": 1, "invalid_transition": 9}
    assert (await factory.fresh(payment)).balance_after == 10_00
    assert await breaches(database) == {}


async def test_a_payment_refunded_ten_times_is_given_back_once(
    racers: Racers, factory: Factory, database: Database
) -> None:
    contract = await factory.active_contract(balance="100")
    payment = await factory.payment(contract_id=contract.id, amount="10")
    await factory.run("payment.process", payment.id)
    refund = Attempt("payment.refund", payment.id, {})
    assert await _results(racers, factory, [refund] * 10) == {"ok": 1, "invalid_transition": 9}
    assert (await factory.fresh(contract)).balance == 100_00
    assert await breaches(database) == {}


async def test_of_a_refund_and_the_charges_that_spend_the_money_only_one_side_gets_it(
    racers: Racers, factory: Factory, database: Database
) -> None:
    contract = await factory.active_contract()
    payment = await factory.payment(contract_id=contract.id, amount="10")
    await factory.run("payment.process", payment.id)
    refund = Attempt("payment.refund", payment.id, {})
    charge = Attempt("contract.deduct_balance", contract.id, {"amount": "10"})
    assert await _results(racers, factory, [refund, charge] * 2) in (
        {"ok": 1, "insufficient_funds": 2, "invalid_transition": 1},  # the refund was first
        {"ok": 1, "insufficient_funds": 3},
    )
    assert (await factory.fresh(contract)).balance == 0
    assert await breaches(database) == {}


async def test_one_key_used_ten_times_at_once_is_one_deed_and_one_answer(
    racers: Racers, factory: Factory, database: Database
) -> None:
    contract = await factory.active_contract()
    attempt = Attempt("contract.add_balance", contract.id, {"amount": "10"}, key="one key")
    finishes = await racers.run(factory, factory.callers[Role.OPERATOR], [attempt] * 10)
    assert Counter(finish.result for finish in finishes) == {"ok": 1, "replayed": 9}
    assert len({finish.body for finish in finishes}) == 1
    assert (await factory.fresh(contract)).balance == 10_00
    assert await breaches(database) == {}


async def test_customers_and_their_contracts_stay_in_step_when_all_move_at_once(
    racers: Racers, factory: Factory, database: Database
) -> None:
    customer = await factory.customer()
    contracts = [await factory.active_contract(customer_id=customer.id) for _ in range(3)]
    drafts = [await factory.contract(customer_id=customer.id) for _ in range(3)]
    attempts = [Attempt(f"customer.{verb}", customer.id, {}) for verb in ("suspend", "activate", "block")]
    for contract in contracts:
        attempts += [Attempt(f"contract.{verb}", contract.id, {}) for verb in ("suspend", "resume", "terminate")]
        attempts += [Attempt("sim.block", (await factory.sim_of(contract)).id, {})]
    for draft in drafts:
        attempts += [Attempt("contract.activate", draft.id, {"sim_id": (await factory.sim()).id})]
    results = await _results(racers, factory, attempts)
    assert set(results) <= {"ok", "invalid_transition"}
    assert await breaches(database) == {}


async def test_a_row_is_deleted_or_gets_a_dependant_but_not_both(
    racers: Racers, factory: Factory, database: Database
) -> None:
    customer, tariff = await factory.customer(), await factory.tariff()
    parties = {"customer_id": customer.id, "tariff_id": tariff.id}
    results = await _results(
        racers,
        factory,
        [Attempt("contract.create", None, parties), Attempt("customer.delete", customer.id, {})] * 2,
    )
    contracts = await database.fetch("SELECT customer_id FROM contracts")
    customers = await database.fetch("SELECT id FROM customers")
    assert (len(customers), len(contracts)) in {(1, 2), (0, 0)}
    assert set(results) <= {"ok", "protected", "not_found"}
