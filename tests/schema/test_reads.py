"""Every entity through GraphQL: its fields, its relations, its lists and statistics (contract §1, §5)."""

from __future__ import annotations

import re

import pytest

from models.users import Role

pytestmark = pytest.mark.anyio

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


async def test_a_customer(ask, factory):
    customer = await factory.customer(
        first_name="Айбек", last_name="Осмонов", middle_name="Кубанычевич", birth_date="1990-05-17", email="a@b.kg"
    )
    await factory.contract(customer_id=customer.id)
    data = await ask.data(
        """query ($id: ID!) { customer(id: $id) {
            id databaseId firstName lastName middleName fullName shortName birthDate phone email documentType
            documentNumber passportIssuedBy passportIssueDate inn address customerType organizationName notes status
            contractsCount ticketsCount createdAt updatedAt } }""",
        {"id": f"cus_{customer.id}"},
    )
    moments = [data["customer"].pop(name) for name in ("createdAt", "updatedAt")]
    assert all(MOMENT.fullmatch(moment) for moment in moments)
    assert data["customer"] == {
        "id": f"cus_{customer.id}",
        "databaseId": customer.id,
        "firstName": "Айбек",
        "lastName": "Осмонов",
        "middleName": "Кубанычевич",
        "fullName": "Осмонов Айбек Кубанычевич",
        "shortName": "Осмонов А. К.",
        "birthDate": "1990-05-17",
        "phone": customer.phone,
        "email": "a@b.kg",
        "documentType": "PASSPORT",
        "documentNumber": customer.document_number,
        "passportIssuedBy": None,
        "passportIssueDate": None,
        "inn": None,
        "address": None,
        "customerType": "INDIVIDUAL",
        "organizationName": None,
        "notes": None,
        "status": "ACTIVE",
        "contractsCount": 1,
        "ticketsCount": 0,
    }


async def test_a_contract_with_all_around_it(ask, factory):
    customer = await factory.customer(customer_type="organization", organization_name="ОсОО «Ала-Тоо»")
    contract = await factory.active_contract(balance="150.00", customer_id=customer.id)
    ticket = await factory.ticket(customer_id=customer.id, contract_id=contract.id)
    data = await ask.data(
        """query ($id: ID!) { contract(id: $id) {
            number status suspensionReason balance creditLimit signedDate activationDate terminationDate notes
            customerName tariffName paymentsCount ticketsCount
            customer { id } tariff { name monthlyFee } sim { status contractNumber customerName contract { id } }
            payments { nodes { amount transactionType status balanceAfter processedBy { username } contractNumber } }
            ledger { nodes { amount balanceAfter payment { amount } contract { id } actor { username } } }
            tickets { nodes { id } }
            history(first: 1) { nodes { action entityId changes { field old new } actorName reason } } } }""",
        {"id": f"ctr_{contract.id}"},
    )
    admin = factory.callers[Role.ADMIN].username
    shown = data["contract"]
    assert shown["number"] == f"CTR-{contract.signed_date.year}-{contract.id:06d}"
    assert (shown["status"], shown["suspensionReason"]) == ("ACTIVE", None)
    assert (shown["balance"], shown["creditLimit"]) == ("150.00", "0.00")
    assert (shown["signedDate"], shown["terminationDate"]) == (contract.signed_date.isoformat(), None)
    assert (shown["customerName"], shown["paymentsCount"], shown["ticketsCount"]) == ("ОсОО «Ала-Тоо»", 1, 1)
    assert shown["customer"] == {"id": f"cus_{customer.id}"}
    assert shown["tariff"] == {"name": shown["tariffName"], "monthlyFee": "500.00"}
    assert shown["sim"] == {
        "status": "ACTIVE",
        "contractNumber": shown["number"],
        "customerName": "ОсОО «Ала-Тоо»",
        "contract": {"id": f"ctr_{contract.id}"},
    }
    assert shown["payments"]["nodes"] == [
        {
            "amount": "150.00",
            "transactionType": "PAYMENT",
            "status": "SUCCESS",
            "balanceAfter": "150.00",
            "processedBy": {"username": admin},
            "contractNumber": shown["number"],
        }
    ]
    assert shown["ledger"]["nodes"] == [
        {
            "amount": "150.00",
            "balanceAfter": "150.00",
            "payment": {"amount": "150.00"},
            "contract": {"id": f"ctr_{contract.id}"},
            "actor": {"username": admin},
        }
    ]
    assert shown["tickets"]["nodes"] == [{"id": f"tkt_{ticket.id}"}]
    assert shown["history"]["nodes"] == [
        {
            "action": "add_balance",
            "entityId": f"ctr_{contract.id}",
            "changes": [{"field": "balance", "old": "0.00", "new": "150.00"}],
            "actorName": admin,
            "reason": None,
        }
    ]


async def test_a_tariff(ask, factory):
    tariff = await factory.tariff(name="Супер", data_gb_included="1.5", extra_options={"roaming": ["kz", "ru"], "n": 1})
    await factory.active_contract(tariff_id=tariff.id)
    await factory.contract(tariff_id=tariff.id)
    data = await ask.data(
        """query ($id: ID!) { tariff(id: $id) {
            name tariffType dataGbIncluded minuteOverageCost extraOptions isActive activeContractsCount
            contracts { totalCount } } }""",
        {"id": f"trf_{tariff.id}"},
    )
    assert data["tariff"] == {
        "name": "Супер",
        "tariffType": "PREPAID",
        "dataGbIncluded": "1.50",
        "minuteOverageCost": "0.00",
        "extraOptions": {"roaming": ["kz", "ru"], "n": 1},
        "isActive": True,
        "activeContractsCount": 1,
        "contracts": {"totalCount": 2},
    }


async def test_a_payment_that_was_refunded(ask, factory):
    contract = await factory.active_contract(balance="100.00")
    paid = f"pay_{(await _payments(ask, contract))[0]['databaseId']}"
    await factory.run("payment.refund", int(paid[4:]), reason="ошибка")
    data = await ask.data(
        """query ($id: ID!) { payment(id: $id) {
            status refundOf { id }
            refunds { nodes { transactionType amount status balanceAfter refundOf { id } ledger { nodes { amount } } } }
            history(first: 1) { nodes { action reason } } } }""",
        {"id": paid},
    )
    assert data["payment"] == {
        "status": "REFUNDED",
        "refundOf": None,
        "refunds": {
            "nodes": [
                {
                    "transactionType": "REFUND",
                    "amount": "100.00",
                    "status": "SUCCESS",
                    "balanceAfter": "0.00",
                    "refundOf": {"id": paid},
                    "ledger": {"nodes": [{"amount": "-100.00"}]},
                }
            ]
        },
        "history": {"nodes": [{"action": "refund", "reason": "ошибка"}]},
    }


async def _payments(ask, contract):
    document = "query ($id: ID!) { contract(id: $id) { payments { nodes { databaseId } } } }"
    return (await ask.data(document, {"id": f"ctr_{contract.id}"}))["contract"]["payments"]["nodes"]


async def test_a_ticket_on_its_way(ask, factory):
    user = factory.callers[Role.OPERATOR]
    ticket = await factory.ticket(priority="high")
    await factory.run("ticket.assign", ticket.id, user_id=user.user_id)
    await factory.run("ticket.resolve", ticket.id, resolution="Перезагрузили")
    data = await ask.data(
        """query ($id: ID!) { ticket(id: $id) {
            status priority category subject customerName isOverdue resolution resolutionTime
            assignedTo { id fullName } assignedToName createdBy { username } contract { id } } }""",
        {"id": f"tkt_{ticket.id}"},
    )
    assert data["ticket"] == {
        "status": "RESOLVED",
        "priority": "HIGH",
        "category": "OTHER",
        "subject": "Нет интернета",
        "customerName": "Осмонов Айбек",
        "isOverdue": False,
        "resolution": "Перезагрузили",
        "resolutionTime": 0,
        "assignedTo": {"id": f"stf_{user.user_id}", "fullName": user.username},
        "assignedToName": user.username,
        "createdBy": {"username": factory.callers[Role.ADMIN].username},
        "contract": None,
    }


async def test_a_user(ask, factory):
    user = await factory.user(username="asanov", first_name="Бакыт", last_name="Асанов", role="operator")
    data = await ask.data(
        """query ($id: ID!) { user(id: $id) {
            username firstName lastName fullName email phone role isActive lastLogin history { totalCount } } }""",
        {"id": f"stf_{user.id}"},
    )
    assert data["user"] == {
        "username": "asanov",
        "firstName": "Бакыт",
        "lastName": "Асанов",
        "fullName": "Асанов Бакыт",
        "email": None,
        "phone": None,
        "role": "OPERATOR",
        "isActive": True,
        "lastLogin": None,
        "history": {"totalCount": 1},
    }


ROWS = ["customer", "sim", "tariff", "contract", "payment", "ticket", "user"]
PREFIXES = {
    "customer": "cus",
    "sim": "sim",
    "tariff": "trf",
    "contract": "ctr",
    "payment": "pay",
    "ticket": "tkt",
    "user": "usr",
}


@pytest.mark.parametrize("name", ROWS)
async def test_any_row_is_found_by_its_global_id(ask, factory, name):
    row = await getattr(factory, name)()
    global_id = f"{PREFIXES[name]}_{row.id}"
    data = await ask.data(
        f"""query ($id: ID!) {{
            own: {name}(id: $id) {{ id }}
            node(id: $id) {{ __typename id }}
            nodes(ids: ["cus_999999", $id, $id]) {{ id }}
            {name}s(first: 1) {{ nodes {{ id databaseId }} totalCount }} }}""",
        {"id": global_id},
    )
    assert data["own"] == {"id": global_id}
    assert data["node"] == {"__typename": name.title(), "id": global_id}
    assert data["nodes"] == [None, {"id": global_id}, {"id": global_id}]
    assert data[f"{name}s"]["nodes"] == [{"id": global_id, "databaseId": row.id}]


@pytest.mark.parametrize("name", ROWS)
async def test_what_is_not_there_is_null(ask, name):
    data = await ask.data(f'{{ {name}(id: "{PREFIXES[name]}_2147483647") {{ id }} }}')
    assert data == {name: None}


@pytest.mark.parametrize("name", ROWS)
async def test_the_id_of_another_type_is_malformed(ask, name):
    refusal = await ask.refusal(f"query ($id: ID!) {{ {name}(id: $id) {{ id }} }}", {"id": "led_1"})
    assert (refusal["code"], refusal["path"], refusal["extensions"]["field"]) == ("VALIDATION", [name], "id")


@pytest.mark.parametrize("wrong", ["1", "cus_0", "cus_01", "cus_-1", "CUS_1", "cus_2147483648", "", "\ud800"])
async def test_so_is_what_is_no_global_id(ask, wrong):
    refusal = await ask.refusal("query ($id: ID!) { customer(id: $id) { id } }", {"id": wrong})
    assert refusal["code"] == "VALIDATION"


@pytest.mark.parametrize(
    "field", ['node(id: "x")', 'nodes(ids: ["cus_1", "xyz_1"])', 'history(id: "cus")', 'history(id: "led_1")']
)
async def test_so_is_it_for_nodes(ask, field):
    assert (await ask.refusal(f"{{ {field} {{ __typename }} }}"))["code"] == "VALIDATION"


async def test_no_ids_are_no_nodes(ask):
    assert await ask.data("{ nodes(ids: []) { id } }") == {"nodes": []}


async def test_a_ledger_entry_and_an_event_are_nodes(ask, factory):
    contract = await factory.active_contract(balance="5.00")
    document = "query ($id: ID!) { contract(id: $id) { ledger { nodes { id } } history(last: 1) { nodes { id } } } }"
    data = (await ask.data(document, {"id": f"ctr_{contract.id}"}))["contract"]
    ids = [data["ledger"]["nodes"][0]["id"], data["history"]["nodes"][0]["id"]]
    data = await ask.data(
        """query ($ids: [ID!]!) { nodes(ids: $ids) {
            ... on LedgerEntry { amount } ... on Event { action } } }""",
        {"ids": ids},
    )
    assert data["nodes"] == [{"amount": "5.00"}, {"action": "create"}]


async def test_the_history_of_what_was_deleted_stays_readable(ask, factory):
    tariff = await factory.tariff()
    await factory.run("tariff.delete", tariff.id)
    data = await ask.data(
        """query ($id: ID!) { tariff(id: $id) { id } history(id: $id) { nodes { action entityId } totalCount } }""",
        {"id": f"trf_{tariff.id}"},
    )
    assert data["tariff"] is None
    assert data["history"] == {
        "nodes": [{"action": name, "entityId": f"trf_{tariff.id}"} for name in ("delete", "create")],
        "totalCount": 2,
    }


async def test_events_of_one_call_share_its_id(ask, factory):
    contract = await factory.active_contract()
    await factory.run("customer.suspend", contract.customer_id)
    event = "history(first: 1) { nodes { requestId action } }"
    data = await ask.data(
        f"query ($id: ID!) {{ contract(id: $id) {{ {event} sim {{ {event} }} customer {{ {event} }} }} }}",
        {"id": f"ctr_{contract.id}"},
    )
    shown = data["contract"]
    events = [one["history"]["nodes"][0] for one in (shown, shown["sim"], shown["customer"])]
    assert [event["action"] for event in events] == ["suspend", "suspend", "suspend"]
    assert len({event["requestId"] for event in events}) == 1


async def test_secrets_are_not_in_the_history(ask, factory):
    sim, user = await factory.sim(puk_code="87654321"), await factory.user(password="correct horse 9")
    document = "query ($a: ID!, $b: ID!) { a: history(id: $a) { ...E } b: history(id: $b) { ...E } } "
    fragment = "fragment E on EventConnection { nodes { changes { field old new } } }"
    text = await ask.text(document + fragment, {"a": f"sim_{sim.id}", "b": f"usr_{user.id}"})
    assert b"87654321" not in text
    assert b"puk" not in text.lower()
    assert b"argon2" not in text
    assert b"password" not in text


async def test_statistics(ask, factory):
    contract = await factory.active_contract(balance="100.00")
    await factory.run("contract.deduct_balance", contract.id, amount="30.00")
    await factory.ticket(customer_id=contract.customer_id, priority="low")
    data = await ask.data(
        """{ customerStatistics {
                total active suspended blocked byDocumentType { key value } byCustomerType { key value } }
            simStatistics { total free active suspended blocked closed }
            tariffStatistics { total active inactive avgMonthlyFee byType { key value } }
            contractStatistics { total draft active suspended terminated totalBalance avgBalance }
            paymentStatistics {
                total pending success totalAmount avgPayment byMethod { key value } deposits deductions }
            ticketStatistics {
                total new inProgress unassigned overdue byPriority { key value } avgResolutionTime } }""",
        role=Role.EMPLOYEE,
    )
    assert data["customerStatistics"] == {
        "total": 1,
        "active": 1,
        "suspended": 0,
        "blocked": 0,
        "byDocumentType": [
            {"key": "PASSPORT", "value": 1},
            {"key": "ID_CARD", "value": 0},
            {"key": "DRIVER_LICENSE", "value": 0},
            {"key": "FOREIGN_PASSPORT", "value": 0},
        ],
        "byCustomerType": [{"key": "INDIVIDUAL", "value": 1}, {"key": "ORGANIZATION", "value": 0}],
    }
    assert data["simStatistics"] == {"total": 1, "free": 0, "active": 1, "suspended": 0, "blocked": 0, "closed": 0}
    assert data["tariffStatistics"] == {
        "total": 1,
        "active": 1,
        "inactive": 0,
        "avgMonthlyFee": "500.00",
        "byType": [{"key": "PREPAID", "value": 1}, {"key": "POSTPAID", "value": 0}],
    }
    assert data["contractStatistics"] == {
        "total": 1,
        "draft": 0,
        "active": 1,
        "suspended": 0,
        "terminated": 0,
        "totalBalance": "70.00",
        "avgBalance": "70.00",
    }
    payments = data["paymentStatistics"]
    assert {"key": "CASH", "value": 1} in payments.pop("byMethod")
    assert payments == {
        "total": 2,
        "pending": 0,
        "success": 2,
        "totalAmount": "100.00",
        "avgPayment": "100.00",
        "deposits": "100.00",
        "deductions": "30.00",
    }
    tickets = data["ticketStatistics"]
    assert tickets.pop("byPriority")[0] == {"key": "LOW", "value": 1}
    assert tickets == {
        "total": 1,
        "new": 1,
        "inProgress": 0,
        "unassigned": 1,
        "overdue": 0,
        "avgResolutionTime": None,
    }
