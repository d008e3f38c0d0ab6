"""Whom may be seen: users, their history and PUK codes by role (contract §3, §5)."""

from __future__ import annotations

import pytest
from graphql import is_required_input_field

from models.users import Role, User
from resolvers.operations import OPERATIONS
from resolvers.write.inputs import Mode
from schema.schema import GRAPHQL

pytestmark = pytest.mark.anyio

ALL = "{ users { nodes { username } } }"
ONE = "query ($id: ID!) { user(id: $id) { username email role } }"
NODE = "query ($id: ID!) { node(id: $id) { id ... on User { username } ... on Event { action } } }"
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
HISTORY = "query ($id: ID!) { history(id: $id) { nodes { id action } } }"
PUK = "query ($id: ID!) { sim(id: $id) { pukCode } sims { nodes { code: pukCode } } }"

LOWER = [Role.EMPLOYEE, Role.OPERATOR]
UPPER = [Role.SUPERVISOR, Role.ADMIN]


@pytest.fixture
async def other(factory):
    """A user, and the event that made them."""
    user = await factory.user(username="other")
    return f"usr_{user.id}"


@pytest.mark.usefixtures("other")
@pytest.mark.parametrize("role", LOWER)
async def test_lower_roles_do_not_list_users(ask, role):
    answer = await ask(ALL, role=role)
    assert answer["data"] == {"users": None}
    assert answer["errors"][0]["extensions"]["code"] == "PERMISSION_DENIED"


@pytest.mark.usefixtures("other")
@pytest.mark.parametrize("role", UPPER)
async def test_upper_roles_list_users(ask, role):
    data = await ask.data(ALL, role=role)
    assert {"username": "other"} in data["users"]["nodes"]


@pytest.mark.parametrize("role", LOWER)
async def test_to_lower_roles_another_user_is_null(ask, other, role):
    assert await ask.data(ONE, {"id": other}, role=role) == {"user": None}
    assert await ask.data(NODE, {"id": other}, role=role) == {"node": None}
    assert await ask.data(NODES, {"ids": [other]}, role=role) == {"nodes": [None]}


@pytest.mark.parametrize("role", UPPER)
async def test_upper_roles_see_another_user(ask, other, role):
    data = await ask.data(ONE, {"id": other}, role=role)
    assert data == {"user": {"username": "other", "email": None, "role": "EMPLOYEE"}}
    assert await ask.data(NODE, {"id": other}, role=role) == {"node": {"id": other, "username": "other"}}


@pytest.mark.parametrize("role", Role)
async def test_everybody_sees_themselves(ask, factory, role):
    caller = factory.callers[role]
    own = f"usr_{caller.user_id}"
    data = await ask.data("{ me { id username } }", role=role)
    assert data == {"me": {"id": own, "username": caller.username}}
    assert (await ask.data(ONE, {"id": own}, role=role))["user"]["username"] == caller.username
    assert (await ask.data(NODES, {"ids": [own]}, role=role)) == {"nodes": [{"id": own}]}


@pytest.mark.parametrize("role", LOWER)
async def test_to_lower_roles_the_history_of_another_user_is_closed(ask, other, role):
    refusal = await ask.refusal(HISTORY, {"id": other}, role=role)
    assert refusal["code"] == "PERMISSION_DENIED"


@pytest.mark.parametrize("role", LOWER)
async def test_to_lower_roles_an_event_of_another_user_is_null(ask, other, role):
    events = (await ask.data(HISTORY, {"id": other}))["history"]["nodes"]
    event = events[0]["id"]
    assert await ask.data(NODE, {"id": event}, role=role) == {"node": None}
    assert await ask.data(NODES, {"ids": [event]}, role=role) == {"nodes": [None]}
    assert await ask.data(NODE, {"id": event}) == {"node": {"id": event, "action": "create"}}


async def test_an_event_of_an_entity_is_everybodys(ask, factory):
    tariff = await factory.tariff()
    (event,) = (await ask.data(HISTORY, {"id": f"trf_{tariff.id}"}, role=Role.EMPLOYEE))["history"]["nodes"]
    assert await ask.data(NODE, {"id": event["id"]}, role=Role.EMPLOYEE) == {
        "node": {"id": event["id"], "action": "create"}
    }


async def test_ones_own_history_is_open(ask, factory):
    own = factory.callers[Role.EMPLOYEE].user_id
    await factory.run("user.update", own, role=Role.EMPLOYEE, mode=Mode.PARTIAL, first_name="Айжан")
    data = await ask.data(HISTORY, {"id": f"usr_{own}"}, role=Role.EMPLOYEE)
    (event,) = data["history"]["nodes"]
    assert await ask.data(NODE, {"id": event["id"]}, role=Role.EMPLOYEE) == {
        "node": {"id": event["id"], "action": "update"}
    }


async def test_employees_are_shown_no_puk_code(ask, factory):
    sim = await factory.sim(puk_code="12345678")
    data = await ask.data(PUK, {"id": f"sim_{sim.id}"}, role=Role.EMPLOYEE)
    assert data == {"sim": {"pukCode": None}, "sims": {"nodes": [{"code": None}]}}


@pytest.mark.parametrize("role", [Role.OPERATOR, *UPPER])
async def test_all_others_are_shown_it(ask, factory, role):
    sim = await factory.sim(puk_code="12345678")
    data = await ask.data(PUK, {"id": f"sim_{sim.id}"}, role=role)
    assert data == {"sim": {"pukCode": "12345678"}, "sims": {"nodes": [{"code": "12345678"}]}}


async def test_staff_is_everybodys(ask, factory):
    gone = await factory.user(username="gone", is_active=False)
    data = await ask.data("{ staff { nodes { id username fullName } } }", role=Role.EMPLOYEE)
    names = [one["username"] for one in data["staff"]["nodes"]]
    assert gone.username not in names
    assert set(names) == {caller.username for caller in factory.callers.values()}


@pytest.mark.parametrize("role", Role)
async def test_one_s_permissions_are_the_operations_that_do_not_refuse_the_role(ask, factory, role):
    """Each that takes an id alone is called on a row that is not there, or on oneself: who may not is told that."""
    own = factory.callers[role].user_id
    granted = (await ask.data("{ me { permissions } }", role=role))["me"]["permissions"]
    for operation in OPERATIONS:
        name = operation.graphql
        title = name[0].upper() + name[1:]
        fields = GRAPHQL.type_map[f"{title}Input"].fields.items()
        if [key for key, field in fields if is_required_input_field(field)] != ["id"]:
            continue
        row = own if operation.entity is User else 999_999
        text = f"mutation ($input: {title}Input!) {{ {name}(input: $input) {{ errors {{ code }} }} }}"
        answer = await ask(text, {"input": {"id": f"{operation.entity.prefix}_{row}"}}, role=role)
        refused = "errors" in answer and answer["errors"][0]["extensions"]["code"] == "PERMISSION_DENIED"
        assert refused == (name not in granted), name


async def test_everybody_sees_how_many_open_tickets_each_of_the_staff_has(ask, factory):
    """What is resolved is no longer on anybody's table; the others count whatever their state."""
    operator = factory.callers[Role.OPERATOR]
    tickets = [await factory.ticket() for _ in range(4)]
    for ticket in tickets[:3]:
        assigned = {"id": f"tkt_{ticket.id}", "userId": f"usr_{operator.user_id}"}
        await ask.data(
            "mutation ($input: AssignTicketInput!) { assignTicket(input: $input) { errors { code } } }",
            {"input": assigned},
        )
    resolved = {"id": f"tkt_{tickets[0].id}", "resolution": "Restarted the router"}
    await ask.data(
        "mutation ($input: ResolveTicketInput!) { resolveTicket(input: $input) { errors { code } } }",
        {"input": resolved},
    )
    started = {"id": f"tkt_{tickets[1].id}"}
    await ask.data(
        "mutation ($input: StartTicketWorkInput!) { startTicketWork(input: $input) { errors { code } } }",
        {"input": started},
    )

    data = await ask.data("{ staff { nodes { username openTicketsCount } } }", role=Role.EMPLOYEE)
    counts = {one["username"]: one["openTicketsCount"] for one in data["staff"]["nodes"]}
    expected = {caller.username: 0 for caller in factory.callers.values()} | {operator.username: 2}
    assert counts == expected


@pytest.mark.parametrize(
    "document",
    [
        "{ me { id } }",
        "{ customers { totalCount } }",
        '{ node(id: "cus_1") { id } }',
        "{ ticketStatistics { total } }",
        '{ history(id: "cus_1") { totalCount } }',
        "{ staff { totalCount } }",
        'mutation { logout(input: {refresh: "x"}) { errors { code } } }',
        'mutation { deleteCustomer(input: {id: "cus_1"}) { deletedId } }',
    ],
)
async def test_without_a_caller_nothing_answers(ask, document):
    assert (await ask.refusal(document, role=None))["code"] == "NOT_AUTHENTICATED"
    assert (await ask.refusal(document, role=None, token_refused=True))["code"] == "TOKEN_NOT_VALID"
