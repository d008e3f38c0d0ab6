"""Idempotency keys through GraphQL: a retry gets the first answer (contract §2, Money)."""

from __future__ import annotations

import orjson
import pytest

from models.users import Role, User

pytestmark = pytest.mark.anyio

ADD = """mutation ($id: ID!, $amount: Decimal!, $key: String) {
    addContractBalance(input: {id: $id, amount: $amount, idempotencyKey: $key}) {
        contract { balance updatedAt } payment { id transactionId } newBalance errors { code field } } }"""


@pytest.fixture
async def contract(factory):
    """The global id of an active contract."""
    return f"ctr_{(await factory.active_contract()).id}"


async def test_a_retry_gets_the_first_answer_byte_for_byte(ask, contract):
    variables = {"id": contract, "amount": "5.00", "key": "k1"}
    first = await ask.text(ADD, variables)
    assert ask.last.replayed is False
    await ask(ADD, {"id": contract, "amount": "1.00"})
    assert await ask.text(ADD, variables) == first
    assert ask.last.replayed is True
    data = await ask.data("query ($id: ID!) { contract(id: $id) { balance paymentsCount } }", {"id": contract})
    assert data["contract"] == {"balance": "6.00", "paymentsCount": 2}


async def test_the_header_is_a_key_like_that_in_the_input(ask, contract):
    first = await ask.text(ADD, {"id": contract, "amount": "5.00"}, key="k1")
    assert await ask.text(ADD, {"id": contract, "amount": "5.00"}, key="k1") == first
    assert await ask.text(ADD, {"id": contract, "amount": 5, "key": "k1"}) == first
    assert ask.last.replayed is True


async def test_the_input_counts_before_the_header(ask, contract):
    await ask(ADD, {"id": contract, "amount": "5.00", "key": "own"}, key="header")
    await ask(ADD, {"id": contract, "amount": "5.00"}, key="header")
    assert ask.last.replayed is False


async def test_through_another_document_the_same_outcome_is_presented_anew(ask, contract):
    await ask(ADD, {"id": contract, "amount": "5.00", "key": "k1"})
    await ask(ADD, {"id": contract, "amount": "1.00"})
    other = """mutation ($id: ID!) { addContractBalance(input: {id: $id, amount: 5, idempotencyKey: "k1"}) {
        contract { balance } oldBalance newBalance payment { amount } } }"""
    data = await ask.data(other, {"id": contract})
    assert ask.last.replayed is True
    assert data["addContractBalance"] == {
        "contract": {"balance": "6.00"},
        "oldBalance": "0.00",
        "newBalance": "5.00",
        "payment": {"amount": "5.00"},
    }


async def test_through_another_selection_of_the_same_document_too(ask, contract):
    document = """mutation ($id: ID!, $more: Boolean!) {
        addContractBalance(input: {id: $id, amount: 5, idempotencyKey: "k1"}) {
            newBalance payment @include(if: $more) { amount } } }"""
    await ask(document, {"id": contract, "more": False})
    data = await ask.data(document, {"id": contract, "more": True})
    assert data["addContractBalance"] == {"newBalance": "5.00", "payment": {"amount": "5.00"}}


@pytest.mark.parametrize("change", [{"amount": "6.00"}, {"id": "ctr_999"}])
async def test_the_key_with_other_data_is_a_mismatch(ask, contract, change):
    variables = {"id": contract, "amount": "5.00", "key": "k1"}
    await ask(ADD, variables)
    data = await ask.data(ADD, {**variables, **change})
    assert data["addContractBalance"]["errors"] == [{"code": "IDEMPOTENCY_MISMATCH", "field": None}]


async def test_a_refusal_is_not_kept(ask, contract):
    document = ADD.replace("addContract", "deductContract")
    variables = {"id": contract, "amount": "5.00", "key": "k1"}
    data = await ask.data(document, variables)
    assert data["deductContractBalance"]["errors"] == [{"code": "INSUFFICIENT_FUNDS", "field": "amount"}]
    await ask(ADD, {"id": contract, "amount": "5.00"})
    data = await ask.data(document, variables)
    assert data["deductContractBalance"]["newBalance"] == "0.00"


@pytest.mark.parametrize("key", ["", "ключ", "x" * 256, "a\nb"])
async def test_a_key_that_cannot_be_kept_is_refused(ask, contract, key):
    data = await ask.data(ADD, {"id": contract, "amount": "5.00", "key": key})
    assert data["addContractBalance"]["errors"] == [{"code": "VALIDATION", "field": "idempotencyKey"}]


async def test_a_deletion_can_be_retried(ask, factory):
    tariff = await factory.tariff()
    document = (
        'mutation ($id: ID!) { deleteTariff(input: {id: $id, idempotencyKey: "k"}) { deletedId errors { code } } }'
    )
    for _ in range(2):
        data = await ask.data(document, {"id": f"trf_{tariff.id}"})
        assert data["deleteTariff"] == {"deletedId": f"trf_{tariff.id}", "errors": []}


async def test_what_a_role_may_not_see_is_not_replayed_to_it(ask, factory):
    """An operator's answer shows the PUK code; once an employee, the same user's retry does not."""
    contract = await factory.active_contract()
    ticket = await factory.ticket(customer_id=contract.customer_id, contract_id=contract.id)
    document = """mutation ($id: ID!) { waitTicket(input: {id: $id, idempotencyKey: "k"}) {
        ticket { contract { sim { pukCode } } } } }"""
    first = orjson.loads(await ask.text(document, {"id": f"tkt_{ticket.id}"}, role=Role.OPERATOR))
    assert first["data"]["waitTicket"]["ticket"]["contract"]["sim"]["pukCode"] is not None
    caller = factory.callers[Role.OPERATOR]
    demoted = type(caller)(caller.user_id, caller.username, Role.EMPLOYEE, caller.session_id)
    await factory.patch(await factory.get(User, caller.user_id), role="employee")
    for seen in (demoted, caller):  # as the door has looked the caller up afterwards, or just before
        data = await ask.data(document, {"id": f"tkt_{ticket.id}"}, caller=seen)
        assert ask.last.replayed is True
        assert data["waitTicket"]["ticket"]["contract"]["sim"]["pukCode"] is None
