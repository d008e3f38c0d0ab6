"""Schemathesis against the program by its own description: as every role, nothing that it sends finds a difference.

For every call: the description's own example, and bodies, query strings and headers drawn at random, such as the
description allows and such as it does not. Ids are those of rows in many states, so that most calls come to something.
"""

from __future__ import annotations

import json
from itertools import count

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from models.billing import BillingPolicy
from models.jobs import Job
from models.registers import PaymentProvider
from models.users import Role
from models.webhooks import Webhook
from resolvers.words import Language
from rest_compat.openapi.document import document
from rest_compat.routes import PREFIX, endpoints
from tests.states import (
    CONTRACT_STATES,
    CUSTOMER_STATES,
    PAYMENT_STATES,
    SIM_STATES,
    contract_in,
    customer_in,
    payment_in,
    sim_in,
)

pytestmark = [pytest.mark.anyio, pytest.mark.long]

CHECKS = (
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
DESCRIPTION = json.loads(json.dumps(document(endpoints(), PREFIX, Language.EN)))
QUIET = hypothesis_settings(
    max_examples=2,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def operations():
    """Those about users last: they change who is calling."""
    schema = schemathesis.openapi.from_dict(DESCRIPTION)
    found = [result.ok() for result in schema.get_all_operations()]
    return sorted(found, key=lambda operation: "/users/" in operation.path)


def drawn(operation, mode):
    """Cases of a call, as the description allows them or not."""
    cases = []

    @QUIET
    @given(operation.as_strategy(generation_mode=mode))
    def draw(case):
        cases.append(case)

    draw()
    return cases


async def customers(factory):
    return [await customer_in(factory, state) for state in CUSTOMER_STATES]


async def sims(factory):
    return [await sim_in(factory, state) for state in SIM_STATES]


async def tariffs(factory):
    return [await factory.tariff(), await factory.postpaid()]


async def contracts(factory):
    rich, changing = [await factory.active_contract(balance="5000.00") for _ in range(2)]
    tariff = await factory.tariff()
    await factory.run("contract.change_tariff", changing.id, tariff_id=tariff.id, when="next_month")
    return [
        await factory.contract(),
        rich,
        changing,
        *[await contract_in(factory, state) for state in CONTRACT_STATES[2:]],
    ]


async def payments(factory):
    return [await payment_in(factory, state, amount="1000.00") for state in PAYMENT_STATES[:3]]


async def tickets(factory):
    made = [await factory.ticket() for _ in range(2)]
    await factory.run("ticket.resolve", made[1].id, resolution="Готово")
    return made


async def users(factory):
    return [await factory.user(), await factory.user()]


async def jobs(factory):
    """One that can still be cancelled."""
    return [await factory.get(Job, (await factory.run("billing.run")).outcome.id)]


async def webhooks(factory):
    return [await factory.get(Webhook, (await factory.run("webhook.create", url=URL)).outcome.id) for _ in range(2)]


async def providers(factory):
    made = [await factory.run("provider.create", name=f"Кошелёк {next(NUMBERS)}", mapping=MAPPING) for _ in range(2)]
    return [await factory.get(PaymentProvider, one.outcome.id) for one in made]


NUMBERS = count()
URL = "https://partner.example/"
MAPPING = {"external_id": "id", "account": "msisdn", "amount": "sum", "taken_at": "at"}
ROWS = {rows.__name__: rows for rows in (customers, sims, tariffs, contracts, payments, tickets, users, jobs, webhooks)}
ROWS["payment-providers"] = providers
"""In every state that something can be done in."""


async def rows(factory, *names):
    """Ids of new rows, by entity."""
    return {name: [row.id for row in await ROWS[name](factory)] for name in names}


NAMED = {
    "customer": "customers",
    "tariff": "tariffs",
    "tariff_id": "tariffs",
    "contract": "contracts",
    "sim_id": "sims",
    "contract_id": "contracts",
    "user_id": "users",
}
"""What the ids in bodies and query strings are of."""


def example(operation):
    """The description's own example of a body."""
    body = operation.definition.raw.get("requestBody", {"content": {}})
    return body["content"].get("application/json", {}).get("example")


def meant(body, ids, turn):
    """The body, its ids those of rows that are there."""
    if not isinstance(body, dict):
        return body
    return {name: pick(ids[NAMED[name]], turn) if name in NAMED else value for name, value in body.items()}


def pick(ids, turn):
    return ids[turn % len(ids)]


def entity_of(operation):
    return operation.path.split("/")[2]


async def send(api, case, role, ids, turn, *, plain=False):
    """The case's request, on a row that is there; `plain`: with the example's body, and nothing else."""
    request = case.as_transport_kwargs(base_url="http://testserver")
    body = example(case.operation) if plain else request.get("json")
    sent = {} if body is None else {"json": meant(body, ids, turn)}
    if not plain:
        known = {"Accept-Language", "Idempotency-Key"}
        sent["headers"] = {name: value for name, value in request["headers"].items() if name in known}
        sent["params"] = request.get("params")
    path = case.operation.path.replace("{id}", str(pick(ids.get(entity_of(case.operation), [1]), turn)))
    return await api.call(case.method, path, role=role, **sent)


async def nothing_differs(api, factory, operation, role, ids, modes):
    for mode in modes:
        for turn, case in enumerate(drawn(operation, mode)):
            if "/users/" in operation.path:
                await factory.prepare()
            case.validate_response(await send(api, case, role, ids, turn), checks=CHECKS)


async def succeeds(api, factory, operation):
    """Whether the description's example is accepted, on a row in one state or another."""
    (case, *_) = drawn(operation, GenerationMode.POSITIVE)
    needed = {NAMED[name] for name in example(operation) or {} if name in NAMED} | {entity_of(operation)}
    ids = await rows(factory, *needed & ROWS.keys())
    for turn in range(max(map(len, ids.values()), default=1)):
        response = await send(api, case, Role.ADMIN, ids, turn, plain=True)
        case.validate_response(response, checks=CHECKS)
        if response.status_code == 201:
            await api.delete(
                f"{case.operation.path}{response.json()['id']}/"
            )  # the example of PUT has the same numbers
        if response.is_success:
            return True
    return False


UNMET = {
    "POST /api/auth/refresh/",
    "POST /api/auth/logout/",
    "POST /api/users/me/password/",
    "PUT /api/users/me/",
    "POST /api/contracts/{id}/postpone/",
    "POST /api/tariffs/{id}/reprice/",
    "GET /api/search/",
    "POST /api/sims/{id}/replace/",
    *(f"GET /api/{path}" for path in ("imports/template/", "imports/{id}/", "imports/{id}/result/", "registers/{id}/")),
    *(f"POST /api/{path}" for path in ("files/", "imports/", "registers/", "registers/{id}/post/")),
    "POST /api/registers/{register}/rows/{id}/resolve/",
    "GET /api/comments/{id}/actions/",
    "GET /api/numbers/{msisdn}/history/",
    "POST /api/webhooks/{id}/resume/",
    "POST /api/webhooks/{id}/deliveries/{delivery_id}/redeliver/",
}
"""Their examples show tokens, a password and a name that the caller cannot have, or a day that has passed; a search has
no body that could say what to search, and the card that replaces one must be another. Files are not drawn, so nothing
is there that came by one; there is no such comment, number or delivery, and no webhook is paused."""


async def test_an_admin_finds_nothing_that_differs_and_nearly_every_example_accepted(api, factory):
    await factory.run("policy.update", BillingPolicy.ONLY, billing_from="2026-01-01", promise_max="1000.00")
    guest = await factory.user(username="your_username", password="your_password")
    ids, failed = await rows(factory, *ROWS), set()
    for operation in operations():
        failed |= set() if await succeeds(api, factory, operation) else {operation.label}
        await nothing_differs(api, factory, operation, Role.ADMIN, ids, GenerationMode)
        if operation.path == "/api/auth/login/":
            await factory.patch(guest, username="guest")  # the example of a new user has the same name
    assert failed == UNMET


@pytest.mark.parametrize("role", [Role.EMPLOYEE, Role.OPERATOR, Role.SUPERVISOR, None])
@pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
async def test_nobody_else_finds_anything_that_differs(role, api, factory):
    await factory.run("policy.update", BillingPolicy.ONLY, billing_from="2026-01-01")
    ids = await rows(factory, *ROWS)
    for operation in operations():
        await nothing_differs(api, factory, operation, role, ids, [GenerationMode.POSITIVE])
