"""Every mutation through GraphQL: what it does, what its payload shows (contract §2, §5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from models.users import Role
from resolvers.sessions import authenticate

pytestmark = pytest.mark.anyio


@pytest.fixture
def call(ask):
    """Calls one mutation: its payload, for an input and a selection."""

    async def call(mutation, selection, by=Role.ADMIN, **given):
        title = mutation[0].upper() + mutation[1:]
        document = (
            f"mutation ($input: {title}Input!) {{ {mutation}(input: $input) {{ {selection} errors {{ code }} }} }}"
        )
        payload = (await ask.data(document, {"input": given}, role=by))[mutation]
        assert payload.pop("errors") == []
        return payload

    return call


# --- customers ----------------------------------------------------------------------------------------------------


async def test_create_customer(call):
    payload = await call(
        "createCustomer",
        "customer { id fullName phone documentType customerType status passportIssueDate email }",
        firstName="Иван",
        lastName="Иванов",
        middleName="Иванович",
        phone="0550 123-456",
        email="ivan@example.com",
        documentType="ID_CARD",
        documentNumber="ID1234567",
        passportIssueDate="2020-01-01",
    )
    assert payload["customer"] == {
        "id": "cus_1",
        "fullName": "Иванов Иван Иванович",
        "phone": "+996550123456",
        "documentType": "ID_CARD",
        "customerType": "INDIVIDUAL",
        "status": "ACTIVE",
        "passportIssueDate": "2020-01-01",
        "email": "ivan@example.com",
    }


async def test_update_customer_keeps_what_is_absent_and_clears_what_is_null(call, factory):
    customer = await factory.customer(middle_name="Кубанычевич", email="a@b.kg", notes="старый")
    payload = await call(
        "updateCustomer",
        "customer { firstName middleName email notes }",
        id=f"cus_{customer.id}",
        middleName=None,
        notes="новый",
    )
    assert payload["customer"] == {"firstName": "Айбек", "middleName": None, "email": "a@b.kg", "notes": "новый"}


async def test_delete_customer(call, ask, factory):
    customer = await factory.customer()
    assert await call("deleteCustomer", "deletedId", id=f"cus_{customer.id}") == {"deletedId": f"cus_{customer.id}"}
    assert await ask.data(f'{{ customer(id: "cus_{customer.id}") {{ id }} }}') == {"customer": None}


async def test_customers_are_suspended_blocked_and_activated(call, factory):
    contract = await factory.active_contract()
    around = "customer { status contracts { nodes { status suspensionReason sim { status } } } }"
    for mutation, status, below in (
        ("suspendCustomer", "SUSPENDED", {"status": "SUSPENDED", "suspensionReason": "CUSTOMER"}),
        ("blockCustomer", "BLOCKED", {"status": "SUSPENDED", "suspensionReason": "CUSTOMER"}),
        ("activateCustomer", "ACTIVE", {"status": "ACTIVE", "suspensionReason": None}),
    ):
        shown = (await call(mutation, around, id=f"cus_{contract.customer_id}"))["customer"]
        assert shown["status"] == status
        assert shown["contracts"]["nodes"] == [{**below, "sim": {"status": below["status"]}}]


# --- SIMs ---------------------------------------------------------------------------------------------------------


async def test_sims_from_stock_to_scrap(call, factory):
    contract = await factory.contract()
    payload = await call(
        "createSim",
        "sim { id status pukCode }",
        iccid="8999650000000000001",
        imsi="437050000000001",
        msisdn="+996700000001",
        pukCode="12345678",
    )
    sim = payload["sim"]["id"]
    assert payload["sim"] == {"id": sim, "status": "FREE", "pukCode": "12345678"}
    payload = await call("updateSim", "sim { pukCode msisdn }", id=sim, pukCode=None)
    assert payload["sim"] == {"pukCode": None, "msisdn": "+996700000001"}
    payload = await call(
        "activateSim", "sim { status contract { id status } }", id=sim, contractId=f"ctr_{contract.id}"
    )
    assert payload["sim"] == {"status": "ACTIVE", "contract": {"id": f"ctr_{contract.id}", "status": "ACTIVE"}}
    for mutation, status in (
        ("blockSim", "BLOCKED"),
        ("unblockSim", "ACTIVE"),
        ("deactivateSim", "FREE"),
        ("closeSim", "CLOSED"),
    ):
        assert (await call(mutation, "sim { status }", id=sim))["sim"] == {"status": status}
    assert await call("deleteSim", "deletedId", id=sim) == {"deletedId": sim}


# --- tariffs ------------------------------------------------------------------------------------------------------


async def test_tariffs(call):
    payload = await call(
        "createTariff",
        "tariff { id monthlyFee dataGbIncluded tariffType extraOptions isActive priority }",
        name="Супер",
        monthlyFee="500.5",
        dataGbIncluded=10,
        tariffType="POSTPAID",
        extraOptions={"roaming": [{"zone": 1}], "ratio": 1.5},
        priority=7,
    )
    tariff = payload["tariff"].pop("id")
    assert payload["tariff"] == {
        "monthlyFee": "500.50",
        "dataGbIncluded": "10.00",
        "tariffType": "POSTPAID",
        "extraOptions": {"roaming": [{"zone": 1}], "ratio": 1.5},
        "isActive": True,
        "priority": 7,
    }
    payload = await call("updateTariff", "tariff { name monthlyFee }", id=tariff, monthlyFee=0)
    assert payload["tariff"] == {"name": "Супер", "monthlyFee": "0.00"}
    for mutation, active in (("deactivateTariff", False), ("activateTariff", True), ("activateTariff", True)):
        assert (await call(mutation, "tariff { isActive }", id=tariff))["tariff"] == {"isActive": active}
    assert await call("deleteTariff", "deletedId", id=tariff) == {"deletedId": tariff}


# --- contracts ----------------------------------------------------------------------------------------------------


async def test_contracts_from_draft_to_end(call, factory):
    customer, tariff, sim = await factory.customer(), await factory.postpaid(), await factory.sim()
    payload = await call(
        "createContract",
        "contract { id status number creditLimit signedDate customer { id } tariff { id } sim { id } }",
        customerId=f"cus_{customer.id}",
        tariffId=f"trf_{tariff.id}",
        creditLimit="50.00",
        signedDate="2026-01-31",
    )
    contract = payload["contract"].pop("id")
    assert payload["contract"].pop("number").startswith("CTR-")
    assert payload["contract"] == {
        "status": "DRAFT",
        "creditLimit": "50.00",
        "signedDate": "2026-01-31",
        "customer": {"id": f"cus_{customer.id}"},
        "tariff": {"id": f"trf_{tariff.id}"},
        "sim": None,
    }
    payload = await call("updateContract", "contract { notes creditLimit }", id=contract, notes="VIP")
    assert payload["contract"] == {"notes": "VIP", "creditLimit": "50.00"}
    shown = "contract { status suspensionReason sim { status } }"
    payload = await call("activateContract", shown, id=contract, simId=f"sim_{sim.id}")
    assert payload["contract"] == {"status": "ACTIVE", "suspensionReason": None, "sim": {"status": "ACTIVE"}}
    payload = await call("suspendContract", shown, id=contract)
    assert payload["contract"] == {"status": "SUSPENDED", "suspensionReason": "MANUAL", "sim": {"status": "SUSPENDED"}}
    payload = await call("resumeContract", shown, id=contract)
    assert payload["contract"] == {"status": "ACTIVE", "suspensionReason": None, "sim": {"status": "ACTIVE"}}
    payload = await call("terminateContract", shown, id=contract)
    assert payload["contract"] == {"status": "TERMINATED", "suspensionReason": None, "sim": None}


async def test_delete_contract(call, factory):
    contract = await factory.contract()
    assert await call("deleteContract", "deletedId", id=f"ctr_{contract.id}") == {"deletedId": f"ctr_{contract.id}"}


async def test_balances(call, factory):
    contract = f"ctr_{(await factory.active_contract()).id}"
    told = "contract { balance } payment { amount transactionType status description } oldBalance newBalance amount"
    payload = await call("addContractBalance", told, id=contract, amount=1000, description="аванс")
    assert payload == {
        "contract": {"balance": "1000.00"},
        "payment": {
            "amount": "1000.00",
            "transactionType": "PAYMENT",
            "status": "SUCCESS",
            "description": "аванс",
        },
        "oldBalance": "0.00",
        "newBalance": "1000.00",
        "amount": "1000.00",
    }
    payload = await call("deductContractBalance", told, id=contract, amount="0.01")
    assert payload == {
        "contract": {"balance": "999.99"},
        "payment": {"amount": "0.01", "transactionType": "CHARGE", "status": "SUCCESS", "description": None},
        "oldBalance": "1000.00",
        "newBalance": "999.99",
        "amount": "0.01",
    }


@pytest.mark.parametrize(
    ("written", "balance"), [("9999999999.99", "9999999999.99"), ("0.1", "0.10"), ("1e2", "100.00"), ('"7"', "7.00")]
)
async def test_a_number_in_the_document_is_read_exactly(ask, factory, written, balance):
    contract = await factory.active_contract()
    mutation = f'addContractBalance(input: {{id: "ctr_{contract.id}", amount: {written}}})'
    assert (await ask.data(f"mutation {{ {mutation} {{ newBalance }} }}"))["addContractBalance"] == {
        "newBalance": balance
    }


async def test_members_of_json_whose_variables_are_not_sent_are_left_out(ask, factory):
    tariff = await factory.tariff()
    document = """mutation ($id: ID!, $x: JSON, $type: TariffType) { updateTariff(input: {
        id: $id, extraOptions: {a: $x, b: [$x, 1], type: $type} }) { tariff { extraOptions } errors { code } } }"""
    data = await ask.data(document, {"id": f"trf_{tariff.id}"})
    assert data["updateTariff"] == {"tariff": {"extraOptions": {"b": [None, 1]}}, "errors": []}
    data = await ask.data(document, {"id": f"trf_{tariff.id}", "x": {"y": 2}, "type": "PREPAID"})
    assert data["updateTariff"]["tariff"]["extraOptions"] == {"a": {"y": 2}, "b": [{"y": 2}, 1], "type": "PREPAID"}


# --- payments -----------------------------------------------------------------------------------------------------


async def test_payments_on_their_way(call, factory):
    contract = await factory.active_contract()
    new = {"contractId": f"ctr_{contract.id}", "amount": "100.00"}
    payload = await call(
        "createPayment",
        "payment { id status transactionType paymentMethod transactionId }",
        paymentMethod="CARD",
        **new,
    )
    payment = payload["payment"].pop("id")
    assert payload["payment"].pop("transactionId").startswith("TXN-")
    assert payload["payment"] == {"status": "PENDING", "transactionType": "PAYMENT", "paymentMethod": "CARD"}
    payload = await call("updatePayment", "payment { amount description }", id=payment, description="за май")
    assert payload["payment"] == {"amount": "100.00", "description": "за май"}
    assert (await call("submitPayment", "payment { status }", id=payment))["payment"] == {"status": "PROCESSING"}
    payload = await call("processPayment", "payment { status balanceAfter } balanceAfter", id=payment)
    assert payload == {"payment": {"status": "SUCCESS", "balanceAfter": "100.00"}, "balanceAfter": "100.00"}
    payload = await call(
        "refundPayment",
        "payment { status refunds { nodes { amount } } contract { balance } }",
        id=payment,
        reason="брак",
    )
    assert payload["payment"] == {
        "status": "REFUNDED",
        "refunds": {"nodes": [{"amount": "100.00"}]},
        "contract": {"balance": "0.00"},
    }
    for mutation, status in (("cancelPayment", "CANCELLED"), ("failPayment", "FAILED")):
        other = (await call("createPayment", "payment { id }", **new))["payment"]["id"]
        payload = await call(
            mutation, "payment { status history(first: 1) { nodes { reason } } }", id=other, reason="нет"
        )
        assert payload["payment"] == {"status": status, "history": {"nodes": [{"reason": "нет"}]}}
        assert await call("deletePayment", "deletedId", id=other) == {"deletedId": other}


# --- tickets ------------------------------------------------------------------------------------------------------


async def test_tickets_on_their_way(call, factory):
    customer, user = await factory.customer(), factory.callers[Role.OPERATOR]
    payload = await call(
        "createTicket",
        "ticket { id status priority category createdBy { id } contract { id } }",
        customerId=f"cus_{customer.id}",
        subject="Нет сети",
        description="Совсем",
        priority="CRITICAL",
        category="TECHNICAL",
        contractId=None,
    )
    ticket = payload["ticket"].pop("id")
    assert payload["ticket"] == {
        "status": "NEW",
        "priority": "CRITICAL",
        "category": "TECHNICAL",
        "createdBy": {"id": f"stf_{factory.callers[Role.ADMIN].user_id}"},
        "contract": None,
    }
    payload = await call("updateTicket", "ticket { subject priority }", id=ticket, priority="LOW")
    assert payload["ticket"] == {"subject": "Нет сети", "priority": "LOW"}
    payload = await call("assignTicket", "ticket { assignedTo { username } }", id=ticket, userId=f"stf_{user.user_id}")
    assert payload["ticket"] == {"assignedTo": {"username": user.username}}
    for mutation, status, more in (
        ("startTicketWork", "IN_PROGRESS", {}),
        ("waitTicket", "WAITING", {}),
        ("resolveTicket", "RESOLVED", {"resolution": "Включили"}),
        ("closeTicket", "CLOSED", {"reason": "готово"}),
        ("reopenTicket", "IN_PROGRESS", {}),
    ):
        assert (await call(mutation, "ticket { status }", id=ticket, **more))["ticket"] == {"status": status}
    payload = await call(
        "resolveTicket", "ticket { resolution } resolutionTime", id=ticket, resolution="Снова включили"
    )
    assert payload == {"ticket": {"resolution": "Снова включили"}, "resolutionTime": 0}
    assert await call("deleteTicket", "deletedId", id=ticket) == {"deletedId": ticket}


# --- users and sessions -------------------------------------------------------------------------------------------


async def test_users(call):
    payload = await call(
        "createUser",
        "user { id username role fullName isActive }",
        username="asanov",
        password="correct horse 1",
        role="OPERATOR",
        firstName="Бакыт",
    )
    user = payload["user"].pop("id")
    assert payload["user"] == {"username": "asanov", "role": "OPERATOR", "fullName": "Бакыт", "isActive": True}
    payload = await call("updateUser", "user { role isActive username }", id=user, role="SUPERVISOR", isActive=False)
    assert payload["user"] == {"role": "SUPERVISOR", "isActive": False, "username": "asanov"}
    assert await call("deleteUser", "deletedId", id=user) == {"deletedId": user}


async def test_everybody_keeps_their_own_profile(call, factory):
    own = f"usr_{factory.callers[Role.EMPLOYEE].user_id}"
    payload = await call("updateUser", "user { fullName }", by=Role.EMPLOYEE, id=own, lastName="Асанова")
    assert payload["user"] == {"fullName": "Асанова"}


async def test_sessions(call, ask, factory):
    user = await factory.user(username="asanov", role="operator")
    told = "access refresh user { id username role lastLogin history { totalCount } }"
    payload = await call("login", told, by=None, username="asanov", password="correct horse 1")
    assert payload["user"].pop("lastLogin") is not None
    assert payload["user"] == {
        "id": f"usr_{user.id}",
        "username": "asanov",
        "role": "OPERATOR",
        "history": {"totalCount": 1},
    }
    renewed = await call("refreshToken", "access refresh user { id }", by=None, refresh=payload["refresh"])
    assert renewed["user"] == {"id": f"usr_{user.id}"}
    assert len({payload["access"], payload["refresh"], renewed["access"], renewed["refresh"]}) == 4
    again = "mutation ($r: String!) { refreshToken(input: {refresh: $r}) { access } }"
    assert (await ask.data(again, {"r": payload["refresh"]}, role=None))["refreshToken"]["access"]  # another tab
    await every_token_used_long_ago(factory)
    assert (await ask.refusal(again, {"r": payload["refresh"]}, role=None))["code"] == "TOKEN_NOT_VALID"


async def every_token_used_long_ago(factory):
    long_ago = datetime.now(UTC) - timedelta(minutes=1)
    sql = "UPDATE refresh_tokens SET used_at = $1 WHERE used_at IS NOT NULL"
    await factory.database.write(lambda tx: tx.fetch(sql, [long_ago]))


async def test_logout_ends_the_callers_session(ask, factory):
    await factory.user(username="asanov")
    login = "mutation ($u: String!, $p: String!) { login(input: {username: $u, password: $p}) { access refresh } }"
    tokens = (await ask.data(login, {"u": "asanov", "p": "correct horse 1"}, role=None))["login"]
    caller = await _caller(factory, tokens["access"])
    logout = "mutation ($r: String!) { logout(input: {refresh: $r}) { user { username } errors { code } } }"
    data = await ask.data(logout, {"r": tokens["refresh"]}, caller=caller)
    assert data == {"logout": {"user": {"username": "asanov"}, "errors": []}}
    refresh = "mutation ($r: String!) { refreshToken(input: {refresh: $r}) { access } }"
    assert (await ask.refusal(refresh, {"r": tokens["refresh"]}, role=None))["code"] == "TOKEN_NOT_VALID"


async def test_change_password(ask, factory):
    await factory.user(username="asanov")
    login = 'mutation ($p: String!) { login(input: {username: "asanov", password: $p}) { access errors { code } } }'
    caller = await _caller(factory, (await ask.data(login, {"p": "correct horse 1"}, role=None))["login"]["access"])
    change = """mutation ($old: String!, $new: String!) {
        changePassword(input: {oldPassword: $old, newPassword: $new}) { user { username } errors { code field } } }"""
    data = await ask.data(change, {"old": "wrong", "new": "correct horse 2"}, caller=caller)
    assert data["changePassword"] == {"user": None, "errors": [{"code": "VALIDATION", "field": "oldPassword"}]}
    data = await ask.data(change, {"old": "correct horse 1", "new": "correct horse 2"}, caller=caller)
    assert data["changePassword"] == {"user": {"username": "asanov"}, "errors": []}
    data = await ask.data(login, {"p": "correct horse 2"}, role=None)
    assert data["login"]["errors"] == []


async def _caller(factory, access):
    return await authenticate(factory.database, factory.settings, access)


# --- several, and what a payload may show -------------------------------------------------------------------------


async def test_mutations_of_one_document_run_in_order_each_on_its_own(ask, factory):
    contract = f"ctr_{(await factory.active_contract()).id}"
    data = await ask.data(
        """mutation ($id: ID!) {
            a: addContractBalance(input: {id: $id, amount: 5}) { newBalance }
            b: deductContractBalance(input: {id: $id, amount: 7}) { newBalance errors { code } }
            c: deductContractBalance(input: {id: $id, amount: 2}) { newBalance errors { code } } }""",
        {"id": contract},
    )
    assert data == {
        "a": {"newBalance": "5.00"},
        "b": {"newBalance": None, "errors": [{"code": "INSUFFICIENT_FUNDS"}]},
        "c": {"newBalance": "3.00", "errors": []},
    }


async def test_a_refusal_by_role_leaves_the_others_done(ask, factory):
    tariff = await factory.tariff()
    answer = await ask(
        f"""mutation {{
            a: createTicket(input: {{customerId: "cus_1", subject: "s", description: "d"}}) {{ ticket {{ id }} }}
            b: deleteTariff(input: {{id: "trf_{tariff.id}"}}) {{ deletedId }} }}""",
        role=Role.EMPLOYEE,
    )
    assert answer["data"] == {"a": {"ticket": None}, "b": None}
    (error,) = answer["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["b"], "PERMISSION_DENIED")


async def test_a_payload_is_selected_like_anything_else(ask, factory):
    contract = f"ctr_{(await factory.active_contract()).id}"
    data = await ask.data(
        """mutation ($id: ID!, $no: Boolean!) { addContractBalance(input: {id: $id, amount: 1}) {
            __typename ...P skipped: newBalance @skip(if: true) included: newBalance @include(if: $no)
            errors { __typename } contract { balance } } }
        fragment P on AddContractBalancePayload {
            contract { id payments(first: 1) { nodes { amount } totalCount } } }""",
        {"id": contract, "no": False},
    )
    assert data["addContractBalance"] == {
        "__typename": "AddContractBalancePayload",
        "contract": {"id": contract, "payments": {"nodes": [{"amount": "1.00"}], "totalCount": 1}, "balance": "1.00"},
        "errors": [],
    }


async def test_a_payloads_changes_are_spelt_as_the_historys(ask, call, factory):
    sim, ticket = await factory.sim(), await factory.ticket()
    user = factory.callers[Role.EMPLOYEE].user_id
    told = "changes { id fields { field old new } }"
    payload = await call("assignTicket", told, id=f"tkt_{ticket.id}", userId=f"stf_{user}")
    assert {"field": "assignedTo", "old": None, "new": f"stf_{user}"} in payload["changes"][0]["fields"]
    payload = await call("blockSim", told, id=f"sim_{sim.id}")
    document = "query ($id: ID!) { history(id: $id, first: 1) { nodes { changes { field old new } } } }"
    (event,) = (await ask.data(document, {"id": f"sim_{sim.id}"}))["history"]["nodes"]
    assert {"field": "status", "old": "FREE", "new": "BLOCKED"} in event["changes"]
    assert payload["changes"] == [{"id": f"sim_{sim.id}", "fields": event["changes"]}]
