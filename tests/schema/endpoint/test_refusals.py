"""How mutations are refused: in the payload, or by an error of the response; nothing changes (contract §5)."""

from __future__ import annotations

import pytest

from models.users import Role
from resolvers.words import Language
from tests.contents import contents

pytestmark = pytest.mark.anyio


@pytest.fixture
def errors(ask, factory):
    """The errors in the payload of a mutation that changed nothing, as pairs of code and field."""

    async def errors(mutation, role=Role.ADMIN, **given):
        title = mutation[0].upper() + mutation[1:]
        document = (
            f"mutation ($input: {title}Input!) {{ {mutation}(input: $input) {{ errors {{ code field message }} }} }}"
        )
        before = await contents(factory.database)
        payload = (await ask.data(document, {"input": given}, role=role))[mutation]
        assert await contents(factory.database) == before
        assert all(error["message"] for error in payload["errors"])
        return [(error["code"], error["field"]) for error in payload["errors"]]

    return errors


# --- in the payload -----------------------------------------------------------------------------------------------


async def test_every_bad_value_is_named(errors):
    assert await errors(
        "createCustomer",
        firstName="",
        lastName="x" * 256,
        phone="what",
        email="nobody",
        documentNumber="\x00",
    ) == [
        ("VALIDATION", "firstName"),
        ("VALIDATION", "lastName"),
        ("VALIDATION", "phone"),
        ("VALIDATION", "email"),
        ("VALIDATION", "documentNumber"),
    ]


async def test_what_is_taken(errors, factory):
    customer = await factory.customer()
    new = {"firstName": "А", "lastName": "Б", "documentNumber": "1"}
    assert await errors("createCustomer", phone=customer.phone, **new) == [("VALIDATION", "phone")]
    new["documentNumber"] = customer.document_number
    assert await errors("createCustomer", phone="+996700000001", **new) == [("VALIDATION", "documentNumber")]


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "10000000000", 1e30])
async def test_amounts_that_are_none(errors, factory, amount):
    contract = await factory.active_contract()
    given = {"id": f"ctr_{contract.id}", "amount": amount}
    assert await errors("addContractBalance", **given) == [("VALIDATION", "amount")]


async def test_insufficient_funds(errors, factory):
    contract = await factory.active_contract(balance="10.00")
    given = {"id": f"ctr_{contract.id}", "amount": "10.01"}
    assert await errors("deductContractBalance", **given) == [("INSUFFICIENT_FUNDS", "amount")]


async def test_a_wrong_state(errors, factory):
    contract = await factory.contract()
    assert await errors("suspendContract", id=f"ctr_{contract.id}") == [("INVALID_TRANSITION", None)]


async def test_a_neighbours_wrong_state(errors, factory):
    contract, active = await factory.contract(), await factory.active_contract()
    sim = await factory.sim_of(active)
    given = {"id": f"ctr_{contract.id}", "simId": f"sim_{sim.id}"}
    assert await errors("activateContract", **given) == [("INVALID_TRANSITION", "simId")]


async def test_what_stands_in_the_way(errors, factory):
    contract = await factory.contract()
    assert await errors("deleteCustomer", id=f"cus_{contract.customer_id}") == [("PROTECTED", None)]


MISSING = [
    ("updateCustomer", {"id": "cus_999", "notes": "x"}, "id"),
    ("deleteTariff", {"id": "trf_999"}, "id"),
    ("suspendContract", {"id": "ctr_999"}, "id"),
    ("processPayment", {"id": "pay_999"}, "id"),
    ("createContract", {"customerId": "cus_999", "tariffId": "trf_1"}, "customerId"),
    ("createContract", {"customerId": "cus_1", "tariffId": "trf_999"}, "tariffId"),
    ("activateContract", {"id": "ctr_1", "simId": "sim_999"}, "simId"),
    ("activateSim", {"id": "sim_1", "contractId": "ctr_999"}, "contractId"),
    ("assignTicket", {"id": "tkt_1", "userId": "usr_999"}, "userId"),
]


@pytest.mark.parametrize(("mutation", "given", "field"), MISSING)
async def test_a_missing_row_is_named_by_its_argument(errors, factory, mutation, given, field):
    await factory.contract()
    await factory.sim()
    await factory.ticket()
    assert await errors(mutation, **given) == [("NOT_FOUND", field)]


async def test_a_wrong_password(errors):
    assert await errors("login", role=None, username="nobody", password="wrong") == [("INVALID_CREDENTIALS", None)]


async def test_messages_come_in_the_callers_language(ask):
    document = 'mutation { login(input: {username: "x", password: "y"}) { errors { message } } }'
    for language, message in (
        (Language.RU, "Неверное имя пользователя или пароль"),
        (Language.EN, "Wrong username or password"),
    ):
        data = await ask.data(document, role=None, language=language)
        assert data["login"]["errors"] == [{"message": message}]


# --- of the response ----------------------------------------------------------------------------------------------

BELOW = {
    Role.EMPLOYEE: [
        'createCustomer(input: {firstName: "a", lastName: "b", phone: "+996700000001", documentNumber: "1"})',
        'suspendCustomer(input: {id: "cus_1"})',
        'activateContract(input: {id: "ctr_1", simId: "sim_1"})',
        'addContractBalance(input: {id: "ctr_1", amount: 5})',
        'blockSim(input: {id: "sim_1"})',
        'processPayment(input: {id: "pay_1"})',
        'assignTicket(input: {id: "tkt_1", userId: "usr_2"})',
        'deleteTicket(input: {id: "tkt_1"})',
    ],
    Role.OPERATOR: [
        'createTariff(input: {name: "x", monthlyFee: 1})',
        'deactivateTariff(input: {id: "trf_1"})',
        'deleteCustomer(input: {id: "cus_1"})',
        'refundPayment(input: {id: "pay_1"})',
        'createPayment(input: {contractId: "ctr_1", amount: 5, transactionType: CORRECTION})',
        'updateUser(input: {id: "usr_1", firstName: "x"})',
    ],
    Role.SUPERVISOR: [
        'createUser(input: {username: "x", password: "correct horse 1"})',
        'updateUser(input: {id: "usr_3", role: ADMIN})',
        'deleteUser(input: {id: "usr_1"})',
    ],
}
REFUSED = [(role, call) for role, calls in BELOW.items() for call in calls]


@pytest.fixture
async def rows(factory):
    """A row of every kind, with id 1."""
    contract = await factory.contract()
    await factory.sim()
    await factory.payment(contract_id=contract.id)
    await factory.ticket(customer_id=contract.customer_id)


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(("role", "call"), REFUSED)
async def test_who_may_not_is_refused_and_nothing_changes(ask, factory, role, call):
    before = await contents(factory.database)
    refusal = await ask.refusal(f"mutation {{ {call} {{ errors {{ code }} }} }}", role=role)
    assert (refusal["code"], refusal["path"]) == ("PERMISSION_DENIED", [call.partition("(")[0]])
    assert await contents(factory.database) == before


async def test_permission_is_decided_before_what_is_there(ask):
    document = 'mutation { deleteCustomer(input: {id: "nonsense"}) { deletedId } }'
    assert (await ask.refusal(document, role=Role.EMPLOYEE))["code"] == "PERMISSION_DENIED"
    assert (await ask.refusal(document, role=None))["code"] == "NOT_AUTHENTICATED"


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(
    ("call", "field"),
    [
        ('deleteCustomer(input: {id: "sim_1"})', "id"),
        ('updateContract(input: {id: "1"})', "id"),
        ('updateContract(input: {id: "ctr_1", tariffId: "cus_1"})', "tariffId"),
        ('createTicket(input: {customerId: "", subject: "s", description: "d"})', "customerId"),
        ('activateSim(input: {id: "sim_1", contractId: "ctr_x"})', "contractId"),
    ],
)
async def test_an_id_of_the_wrong_type_is_malformed(ask, factory, call, field):
    before = await contents(factory.database)
    refusal = await ask.refusal(f"mutation {{ {call} {{ errors {{ code }} }} }}")
    assert (refusal["code"], refusal["extensions"]["field"]) == ("VALIDATION", field)
    assert await contents(factory.database) == before


@pytest.mark.parametrize(
    "page",
    ["first: -1", 'after: "zz"', "first: 1, last: 1", 'filter: {actorId: "cus_1"}', 'filter: {actorIdIn: ["x"]}'],
)
async def test_for_a_malformed_payload_nothing_is_done(ask, factory, page):
    contract = await factory.active_contract()
    before = await contents(factory.database)
    refusal = await ask.refusal(
        f"""mutation {{ addContractBalance(input: {{id: "ctr_{contract.id}", amount: 5}}) {{
            contract {{ history({page}) {{ totalCount nodes {{ id }} }} }} errors {{ code }} }} }}"""
    )
    assert refusal["code"] == "VALIDATION"
    assert await contents(factory.database) == before


async def test_so_it_is_for_a_size_in_a_variable_though_no_row_is_asked_for(ask, factory):
    contract = await factory.active_contract()
    before = await contents(factory.database)
    document = """mutation ($id: ID!, $first: Int) { addContractBalance(input: {id: $id, amount: 5}) {
        contract { payments(first: $first) { totalCount } } errors { code } } }"""
    refusal = await ask.refusal(document, {"id": f"ctr_{contract.id}", "first": -1})
    assert refusal["code"] == "VALIDATION"
    assert await contents(factory.database) == before


async def test_so_it_is_for_text_that_cannot_be_stored(ask, factory):
    contract = await factory.active_contract()
    before = await contents(factory.database)
    document = """mutation ($id: ID!, $text: String) { addContractBalance(input: {id: $id, amount: 5}) {
        contract { payments(filter: {transactionId: $text}) { totalCount } } errors { code } } }"""
    refusal = await ask.refusal(document, {"id": f"ctr_{contract.id}", "text": "\ud800"})
    assert refusal["code"] == "VALIDATION"
    assert await contents(factory.database) == before


async def test_guessing_is_slowed_by_an_error_of_the_response(ask):
    document = 'mutation { login(input: {username: "asanov", password: "wrong"}) { errors { code } } }'
    answer = {}
    for _ in range(30):
        answer = await ask(document, role=None)
        if "errors" in answer:
            break
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "THROTTLED"
    assert 0 < error["extensions"]["retryAfter"] <= 60


async def test_a_refresh_token_that_is_none(ask):
    document = 'mutation { refreshToken(input: {refresh: "x.y.z"}) { access errors { code } } }'
    assert (await ask.refusal(document, role=None))["code"] == "TOKEN_NOT_VALID"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("Decimal", "ten"),
        ("Decimal", True),
        ("Decimal", [1]),
        ("Date", "31.01.2026"),
        ("Date", "2026-02-30"),
        ("Date", 5),
        ("DateTime", "yesterday"),
        ("DateTime", "2026-01-31T25:00:00Z"),
        ("DateTime", None),
    ],
)
async def test_a_variable_that_is_no_such_thing_is_malformed(ask, kind, value):
    fields = {
        "Decimal": "contracts(filter: {balance: $x})",
        "Date": "contracts(filter: {signedDate: $x})",
        "DateTime": "contracts(filter: {createdAfter: $x})",
    }
    answer = await ask(f"query ($x: {kind}!) {{ {fields[kind]} {{ totalCount }} }}", {"x": value})
    assert answer["errors"][0]["extensions"]["code"] == "VALIDATION"
    assert answer["data"] is None


@pytest.mark.parametrize("filter_", ['balanceMin: "ten"', "balanceMin: true", 'signedDate: "x"', 'createdAfter: "x"'])
async def test_a_value_of_the_document_that_is_no_such_thing_is_shown_where_it_stands(door, filter_):
    response = await door.ask(f"{{ contracts(filter: {{{filter_}}}) {{ totalCount }} }}")
    (error,) = response.json()["errors"]
    assert error["locations"] == [{"line": 1, "column": 22 + filter_.index(":") + 2}]


@pytest.mark.parametrize(
    ("document", "variables", "russian", "english"),
    [
        (
            "query ($id: ID!) { contract(id: $id) { id } }",
            {},
            "Переменной $id нужно значение типа ID!",
            "The variable $id needs a value of type ID!",
        ),
        (
            "query ($id: ID!) { contract(id: $id) { id } }",
            {"id": None},
            "Переменной $id нужно значение типа ID!",
            "The variable $id needs a value of type ID!",
        ),
        (
            "query ($first: Int) { contracts(first: $first) { totalCount } }",
            {"first": "ten"},
            "Значение переменной $first не подходит: ожидается Int",
            "The value of the variable $first does not fit: expected is Int",
        ),
        (
            "query ($filter: ContractFilter) { contracts(filter: $filter) { totalCount } }",
            {"filter": {"colour": "red"}},
            "В переменной $filter есть поле «colour», которого в типе ContractFilter нет",
            "The variable $filter has a field “colour”, which the type ContractFilter has not",
        ),
        (
            "query ($filter: ContractFilter) { contracts(filter: $filter) { totalCount } }",
            {"filter": {"balanceMin": "hunter2"}},
            "Значение переменной $filter.balanceMin не подходит: ожидается Decimal",
            "The value of the variable $filter.balanceMin does not fit: expected is Decimal",
        ),
    ],
)
async def test_a_variable_that_does_not_fit_is_told_in_the_callers_language_without_its_value(
    door, document, variables, russian, english
):
    for language, expected in (("ru", russian), ("en", english)):
        response = await door.ask(document, variables, headers={"Accept-Language": language})
        assert [error["message"] for error in response.json()["errors"]] == [expected]
