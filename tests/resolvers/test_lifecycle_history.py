"""The journal: every change leaves an event, cascades included, and no secret (contract §2, History)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from models.customers import Customer
from models.payments import Payment
from models.users import Role

if TYPE_CHECKING:
    from models.database import Database
    from models.entity import Entity
    from tests.factories import Factory

Event = tuple[str, int, str, dict[str, list[Any]]]
"""Entity's prefix, its id, action, changes."""


async def _events(database: Database, request_id: str) -> list[Event]:
    rows = await database.fetch(
        "SELECT entity, entity_id, action, changes FROM audit_events WHERE request_id = $1 ORDER BY id",
        [request_id],
    )
    return [(entity, row_id, action, json.loads(changes)) for entity, row_id, action, changes in rows]


async def _of(factory: Factory, name: str, target: int | None = None, **raw: Any) -> list[Event]:
    """The events of one call."""
    context = await factory.context()
    await factory.run(name, target, context=context, **raw)
    return await _events(factory.database, context.request_id)


def _named(row: Entity) -> tuple[str, int]:
    return row.prefix, row.id


async def test_a_creation_is_told_with_all_that_was_set(factory: Factory) -> None:
    contract = await factory.contract()
    ((entity, payment_id, action, changes),) = await _of(
        factory, "payment.create", contract_id=contract.id, amount="12.50", transaction_id="TXN-1"
    )
    assert (entity, action) == ("pay", "create")
    payment = await factory.get(Payment, payment_id)
    assert changes == {
        "contract": [None, contract.id],
        "transaction_type": [None, "payment"],
        "amount": [None, "12.50"],
        "payment_method": [None, "cash"],
        "transaction_id": [None, "TXN-1"],
        "status": [None, "pending"],
        "refunded_amount": [None, "0.00"],
        "payment_date": [None, payment.payment_date.strftime("%Y-%m-%dT%H:%M:%S.%fZ")],
    }


async def test_an_event_tells_who_did_it_and_when(factory: Factory, database: Database) -> None:
    customer = await factory.customer()
    rows = await database.fetch("SELECT actor_id, created_at FROM audit_events")
    stored = customer.created_at
    expected = stored if database.dialect == "postgres" else stored.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert [tuple(row) for row in rows] == [(factory.callers[Role.ADMIN].user_id, expected)]


async def test_an_update_tells_only_what_changed(factory: Factory) -> None:
    customer = await factory.customer(inn="1")
    whole = {"first_name": "Айбек", "last_name": "Осмонов", "phone": customer.phone, "document_number": "X1"}
    (event,) = await _of(factory, "customer.update", customer.id, **whole, inn="2")
    assert event == (
        "cus",
        customer.id,
        "update",
        {"document_number": [customer.document_number, "X1"], "inn": ["1", "2"]},
    )


async def test_an_update_that_changes_nothing_is_no_event(factory: Factory) -> None:
    customer = await factory.customer()
    whole = {"first_name": "Айбек", "last_name": "Осмонов", "phone": customer.phone}
    assert await _of(factory, "customer.update", customer.id, **whole, document_number=customer.document_number) == []
    assert (await factory.fresh(customer)).updated_at == customer.updated_at


async def test_a_suspended_customers_contract_and_sim_get_events_of_the_same_request(factory: Factory) -> None:
    contract = await factory.active_contract()
    sim, customer = await factory.sim_of(contract), await factory.get(Customer, contract.customer_id)
    assert await _of(factory, "customer.suspend", customer.id) == [
        (*_named(customer), "suspend", {"status": ["active", "suspended"]}),
        (*_named(contract), "suspend", {"status": ["active", "suspended"], "suspension_reason": [None, "customer"]}),
        (*_named(sim), "suspend", {"status": ["active", "suspended"]}),
    ]
    assert await _of(factory, "customer.activate", customer.id) == [
        (*_named(customer), "activate", {"status": ["suspended", "active"]}),
        (*_named(contract), "resume", {"status": ["suspended", "active"], "suspension_reason": ["customer", None]}),
        (*_named(sim), "resume", {"status": ["suspended", "active"]}),
    ]


async def test_an_activation_is_an_event_of_the_contract_and_of_the_sim_whichever_was_asked(factory: Factory) -> None:
    for name in ("contract.activate", "sim.activate"):
        contract, sim = await factory.contract(), await factory.sim()
        call = (
            (contract.id, {"sim_id": sim.id}) if name == "contract.activate" else (sim.id, {"contract_id": contract.id})
        )
        events = await _of(factory, name, call[0], **call[1])
        assert {event[:3] for event in events} == {(*_named(contract), "activate"), (*_named(sim), "activate")}
        changes = {event[0]: event[3] for event in events}
        assert changes["ctr"]["status"] == ["draft", "active"]
        assert changes["sim"]["contract"] == [None, contract.id]


async def test_a_termination_is_an_event_of_the_sim_that_it_frees(factory: Factory) -> None:
    contract = await factory.active_contract()
    sim = await factory.sim_of(contract)
    first, second = await _of(factory, "contract.terminate", contract.id)
    assert (first[:3], second[:3]) == ((*_named(contract), "terminate"), (*_named(sim), "deactivate"))
    assert (second[3]["status"], second[3]["contract"]) == (["active", "free"], [contract.id, None])


async def test_a_deposit_is_an_event_of_the_contract_and_of_the_payment(factory: Factory) -> None:
    contract = await factory.active_contract()
    events = await _of(factory, "contract.add_balance", contract.id, amount="10")
    assert [(event[0], event[2]) for event in events] == [("ctr", "add_balance"), ("pay", "create")]
    assert events[0][3] == {"balance": ["0.00", "10.00"]}
    assert (events[1][3]["status"], events[1][3]["balance_after"]) == ([None, "success"], [None, "10.00"])


async def test_a_refund_is_an_event_of_all_three(factory: Factory) -> None:
    contract = await factory.active_contract(balance="10")
    payment = await factory.payment(contract_id=contract.id, amount="5")
    await factory.run("payment.process", payment.id)
    events = await _of(factory, "payment.refund", payment.id, reason="Ошибка кассира")
    assert [(event[0], event[2]) for event in events] == [("ctr", "refund"), ("pay", "refund"), ("pay", "create")]
    assert events[0][3] == {"balance": ["15.00", "10.00"]}
    given_back = {"status": ["success", "refunded"], "refunded_amount": ["0.00", "5.00"]}
    assert events[1][3] == {**given_back, "reason": [None, "Ошибка кассира"]}
    assert events[2][3]["refund_of"] == [None, payment.id]


async def test_the_reason_of_a_cancellation_is_in_the_history(factory: Factory) -> None:
    payment = await factory.payment()
    (event,) = await _of(factory, "payment.cancel", payment.id, reason="Передумал")
    assert event == (*_named(payment), "cancel", {"status": ["pending", "cancelled"], "reason": [None, "Передумал"]})


async def test_without_a_reason_none_is_told(factory: Factory) -> None:
    payment = await factory.payment()
    (event,) = await _of(factory, "payment.fail", payment.id, reason="")
    assert event[3] == {"status": ["pending", "failed"]}


async def test_a_deleted_rows_history_stays_and_tells_what_it_was(factory: Factory, database: Database) -> None:
    sim = await factory.sim()
    (event,) = await _of(factory, "sim.delete", sim.id)
    assert event[:3] == (*_named(sim), "delete")
    assert event[3]["iccid"] == [sim.iccid, None]
    actions = await database.fetch("SELECT action FROM audit_events WHERE entity = 'sim' ORDER BY id")
    assert [action for (action,) in actions] == ["create", "delete"]


async def test_the_puk_code_is_in_no_event_though_its_change_is_one(factory: Factory, database: Database) -> None:
    sim = await factory.sim(puk_code="12345678")
    ((_, _, action, changes),) = await _of(
        factory, "sim.update", sim.id, iccid=sim.iccid, imsi=sim.imsi, msisdn=sim.msisdn, puk_code="87654321"
    )
    assert (action, changes) == ("update", {})
    await factory.run("sim.delete", sim.id)
    journal = str(await database.fetch("SELECT * FROM audit_events"))
    assert "12345678" not in journal
    assert "87654321" not in journal
    assert "puk" not in journal
