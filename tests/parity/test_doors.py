"""The same script through REST and through GraphQL: the same rows, the same journal, the same codes and words.

A random script of operations, with good and bad arguments and callers of every role, runs through either door on a
fresh database. What each step was told, and all that the databases hold in the end, must be equal.
"""

from __future__ import annotations

import importlib
import random
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from models.api_keys import ApiKey
from models.billing import BillingPolicy
from models.registers import PaymentProvider, RegisterRow
from models.users import Role, User
from models.webhooks import Webhook
from resolvers import value_kinds
from resolvers.identity import tokens
from resolvers.identity.tokens import Claims, TokenType
from resolvers.operations import OPERATIONS
from resolvers.read.tables import TABLES_BY_TYPENAME
from resolvers.write.inputs import input_fields
from resolvers.write.operation import Effect
from tests.conftest import CLEAN, _execute, settings_for
from tests.contents import contents
from tests.factories import Factory

if TYPE_CHECKING:
    from collections.abc import Callable

    from resolvers.write.operation import Operation

pytestmark = pytest.mark.anyio

STEPS = 320
APART = {User, ApiKey, BillingPolicy, Webhook, PaymentProvider, RegisterRow}
SCRIPTED = [one for one in OPERATIONS if one.entity not in APART and not one.starts_job]
"""Users, sessions, keys and webhooks are tried elsewhere; the policy has no id, and a job's answer is the job."""
POSSIBLE = [one for one in SCRIPTED if one.name not in {"contract.bill", "job.cancel"}]
"""Billing is off in a script, and there are no jobs in it."""
ROWS = 5
"""Ids are drawn up to here, so that steps meet; the next one is missing for long."""


# --- scripts ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    operation: Operation
    target: int | None
    arguments: dict[str, Any]
    """By the input's field names, values as REST takes them."""
    role: Role


def script(seed: int) -> list[Step]:
    chance = random.Random(seed)
    often = [one for one in SCRIPTED if one.effect in {Effect.ACTION, Effect.CREATE}]
    return [step(chance, chance.choice(chance.choice((SCRIPTED, often)))) for _ in range(STEPS)]


def step(chance: random.Random, operation: Operation) -> Step:
    fields = list(input_fields(operation.input)) if operation.input else []
    wanted = [
        one for one in fields if (one.required and operation.effect is not Effect.UPDATE) or chance.random() < 0.3
    ]
    target = None if operation.effect is Effect.CREATE else chance.randint(1, ROWS + 1)
    role = chance.choice((Role.ADMIN, Role.ADMIN, Role.ADMIN, Role.SUPERVISOR, Role.OPERATOR, Role.EMPLOYEE))
    return Step(operation, target, {one.name: VALUES[type(one.kind)](chance, one.kind) for one in wanted}, role)


VALUES: dict[type, Callable[[random.Random, Any], Any]] = {
    value_kinds.Text: lambda chance, _: chance.choice(
        ("Алтынай", "Осмонов", "Безлимит", " ", "x" * 256, f"Т{chance.random()}")
    ),
    value_kinds.Phone: lambda chance, _: chance.choice(
        ("12", "0555 12 34 56", f"+99655{chance.randint(1000000, 9999999)}")
    ),
    value_kinds.Email: lambda chance, _: chance.choice(
        ("nobody", "A@example.com", f"{chance.randint(1, 10**6)}@example.com")
    ),
    value_kinds.Digits: lambda chance, kind: chance.choice(
        ("1" * kind.most, "12", *(str(chance.randint(10 ** (kind.most - 1), 10**kind.most - 1)) for _ in range(3)))
    ),
    value_kinds.Choice: lambda chance, kind: chance.choice(list(kind.choices)).value,
    value_kinds.Hundredths: lambda chance, _: chance.choice(("0", "-5.00", "5.00", "10", "100.50", "1000000.00")),
    value_kinds.Truth: lambda chance, _: chance.choice((True, False)),
    value_kinds.Whole: lambda chance, _: chance.choice((-1, 0, 5)),
    value_kinds.Reference: lambda chance, _: chance.randint(1, ROWS + 1),
    value_kinds.Day: lambda chance, _: chance.choice(("1990-05-17", "2026-01-31", "2999-01-01")),
    value_kinds.Options: lambda chance, _: chance.choice(({}, {"roaming": True, "zones": [1, "а"]})),
}


# --- doors --------------------------------------------------------------------------------------------------------


async def through_rest(http: httpx.AsyncClient, one: Step, headers: dict[str, str]) -> set[tuple[str, str, str]]:
    op = one.operation
    path = f"/api/{op.entity._meta.db_table}/" + (f"{one.target}/" if one.target else "")
    path += f"{op.rest}/" if op.effect is Effect.ACTION else ""
    method = {Effect.CREATE: "POST", Effect.UPDATE: "PATCH", Effect.DELETE: "DELETE", Effect.ACTION: "POST"}[op.effect]
    names = {field.name: field.rest_name for field in input_fields(op.input)} if op.input else {}
    body = {names[name]: value for name, value in one.arguments.items()}
    response = await http.request(method, path, headers=headers, **({"json": body} if body else {}))
    assert response.status_code < 500
    if response.status_code < 300:
        return set()
    told = response.json()
    if "code" in told:
        return {(told["code"], "", told["message"])}
    fields = {field.rest_name: field.graphql_name for field in input_fields(op.input)}
    return {("validation", fields[name], message) for name, messages in told.items() for message in messages}


async def through_graphql(http: httpx.AsyncClient, one: Step, headers: dict[str, str]) -> set[tuple[str, str, str]]:
    op = one.operation
    kind = f"{op.graphql[0].upper()}{op.graphql[1:]}Input"
    document = f"mutation ($input: {kind}!) {{ it: {op.graphql}(input: $input) {{ errors {{ code field message }} }} }}"
    fields = {field.name: field for field in input_fields(op.input)} if op.input else {}
    sent = {fields[name].graphql_name: spelt(fields[name].kind, value) for name, value in one.arguments.items()}
    if one.target:
        sent["id"] = f"{op.entity.prefix}_{one.target}"
    body = {"query": document, "variables": {"input": sent}}
    told = (await http.post("/graphql", json=body, headers=headers)).json()
    if "errors" in told:
        return {(error["extensions"]["code"].lower(), "", error["message"]) for error in told["errors"]}
    return {as_rest(op, error) for error in told["data"]["it"]["errors"]}


def spelt(kind: object, value: Any) -> Any:
    """A value as GraphQL takes it."""
    if isinstance(kind, value_kinds.Choice):
        return value.upper()
    if isinstance(kind, value_kinds.Reference):
        return f"{TABLES_BY_TYPENAME[kind.typename].prefix}_{value}"
    return value


def as_rest(op: Operation, error: dict[str, Any]) -> tuple[str, str, str]:
    """What the contract tells of the two doors' difference: fields, and a missing row that a body names."""
    code, field = error["code"].lower(), error["field"] or ""
    if code == "not_found" and field not in {"", "id"} and op.effect is not Effect.ACTION:
        return "validation", field, error["message"]
    return (code, field, error["message"]) if code == "validation" else (code, "", error["message"])


# --- runs ---------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgres"])
def fresh(request, tmp_path):
    """Settings of an empty database, anew at each call."""

    async def make():
        if request.param == "postgres":
            await _execute(url, CLEAN)
            return settings_for(url)
        shutil.copyfile(template, tmp_path / "abonent.sqlite3")
        return settings_for(f"sqlite://{tmp_path}/abonent.sqlite3")

    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    else:
        template = request.getfixturevalue("sqlite_template")
    return make


async def run(settings, steps, door, language):
    """What every step was told, and what the database holds afterwards."""
    app = importlib.import_module("abonent.app").create_app(settings)
    async with app.router.lifespan_context(app):
        factory = await Factory(app.state.database, settings).prepare()
        await beginnings(factory)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as http:
            told = [await door(http, one, bearer(factory, one.role, language)) for one in steps]
        return told, await held(app.state.database)


async def beginnings(factory):
    """A few rows of every kind, in several states."""
    contracts = [await factory.active_contract(balance="200.00"), await factory.contract()]
    contracts.append(await factory.active_contract(tariff_id=(await factory.postpaid()).id, credit_limit="100.00"))
    for contract in contracts:
        await factory.payment(contract_id=contract.id)
        ticket = await factory.ticket(customer_id=contract.customer_id, contract_id=contract.id)
        await factory.run("ticket.comment", ticket.id, body="Проверили линию")
        await factory.sim()


def bearer(factory, role, language):
    caller = factory.callers[role]
    claims = Claims(TokenType.ACCESS, caller.user_id, caller.session_id, tokens.new_id())
    token = tokens.issue(factory.settings, claims, datetime.now(UTC))
    return {"Authorization": f"Bearer {token}", "Accept-Language": language}


async def held(database):
    """All rows as text; times are all one, and what is drawn at random is told apart, but not named."""
    everything = await contents(database)
    for table in ("sessions", "idempotency_keys"):
        del everything[table]
    drawn: dict[str, str] = {}

    def placed(found):
        return drawn.setdefault(found[0].upper(), f"drawn {len(drawn)}")

    plain = {}
    for table, rows in everything.items():
        text = re.sub(r"datetime\.datetime\([^)]*\)|\d{4}-\d\d-\d\dT[0-9:.]+Z", "a time", repr(sorted(rows)))
        plain[table] = re.sub(r"TXN-[0-9A-F]{16}|[0-9a-f]{32}", placed, text, flags=re.IGNORECASE).split("), (")
    return plain


@pytest.mark.parametrize(("seed", "language"), [(1, "ru"), (4, "en")])
async def test_the_same_script_through_either_door(seed, language, fresh):
    steps = script(seed)
    rest_told, rest_held = await run(await fresh(), steps, through_rest, language)
    graphql_told, graphql_held = await run(await fresh(), steps, through_graphql, language)
    for one, by_rest, by_graphql in zip(steps, rest_told, graphql_told, strict=True):
        assert by_rest == by_graphql, one
    assert rest_held == graphql_held
    codes = {code for told in rest_told for code, _, _ in told}
    assert {"validation", "invalid_transition", "not_found", "permission_denied"} <= codes
    assert len({one.operation.name for one, told in zip(steps, rest_told, strict=True) if not told}) > len(POSSIBLE) / 2
